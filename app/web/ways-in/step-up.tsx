import { useQueryClient } from '@tanstack/react-query';
import { Problem } from '@visavox/console/api/problem';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { Link } from '@visavox/console/router';
import { useTranslation } from 'react-i18next';
import { CodeDisclosure } from './code-disclosure.tsx';
import { entered, faceAndVoiceOf } from './entered.ts';
import { PasskeyButton } from './passkey-button.tsx';

/** What went wrong; where it was shown too long ago who this is, how to show it again, and then `onAgain`. */
export function ProblemOrStepUp(props: {
  error: unknown;
  person: { name: string };
  /** Whether face and voice are one of this person's ways. */
  faceAndVoice: boolean;
  onAgain: () => void;
}) {
  const { t } = useTranslation('waysIn');
  const queries = useQueryClient();
  const { error, person } = props;
  if (!error) return null;
  if (!(error instanceof Problem) || error.code !== 'step_up_required')
    return <ProblemNotice error={error} />;
  const again = async (session: Parameters<typeof entered>[0]) => {
    if (session.next) return entered(session, queries);
    await queries.invalidateQueries({ queryKey: ['session'] });
    props.onAgain();
  };
  return (
    <section className="notice warn stack" aria-labelledby="step-up" role="alert">
      <div className="stack tight">
        <h3 id="step-up">{t('again_title')}</h3>
        <p>{t('again_text')}</p>
      </div>
      <PasskeyButton name={person.name} onEntered={again} />
      {props.faceAndVoice && (
        <div className="actions">
          <Link className="button plain" href={faceAndVoiceOf(person.name)}>
            {t('again_face')}
          </Link>
        </div>
      )}
      <CodeDisclosure name={person.name} onEntered={again} />
    </section>
  );
}
