import type { Recogniser, Template } from '../recogniser.ts';
import { ENROLMENT_RULES } from './rules.ts';

/**
 * Whether a newcomer is the person of a template, who is one of so many that the newcomer was compared with: among more people
 * somebody looks like the newcomer by chance, so a face has to say more, or the voice has to agree.
 */
export async function isKnownPerson(
  recogniser: Pick<Recogniser, 'compare'>,
  {
    template,
    features,
    among,
  }: {
    template: Template;
    features: { readonly faces: readonly Float32Array[]; readonly voices: readonly Float32Array[] };
    among: number;
  },
): Promise<boolean> {
  const face = (await recogniser.compare(template, { faces: features.faces, voice: null })).face ?? 0;
  let voice = 0;
  for (const said of features.voices)
    voice +=
      ((await recogniser.compare(template, { faces: [], voice: said })).voice ?? 0) / features.voices.length;
  const { faceAlone, least, perPerson } = ENROLMENT_RULES.known;
  if (face < least) return false;
  return face >= faceAlone || face + voice >= perPerson + Math.log(Math.max(1, among));
}
