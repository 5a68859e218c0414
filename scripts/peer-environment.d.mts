export type PeerEnvironment =
  | 'python-package'
  | 'serving-clients'
  | 'model-signing'
  | 'kserve'
  | 'mlserver'
  | 'pipelines';

export function peerPython(name: PeerEnvironment): string | undefined;
export function makePeerEnvironment(name: PeerEnvironment): string | undefined;
