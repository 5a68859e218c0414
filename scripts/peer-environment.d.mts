export type PeerEnvironment =
  | 'croissant'
  | 'model-signing'
  | 'oracles'
  | 'python-package'
  | 'serving-clients'
  | 'kserve'
  | 'mlserver'
  | 'pipelines'
  | 'platform';

export function peerPython(name: PeerEnvironment): string | undefined;
export function makePeerEnvironment(name: PeerEnvironment): string | undefined;
