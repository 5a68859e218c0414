import type { components } from './schema.ts';

type Schemas = components['schemas'];
type Frozen<T> = { readonly [K in keyof T]: T[K] extends (infer E)[] ? readonly E[] : T[K] };

export type Person = Schemas['Person'];
export type Invitation = Schemas['Invitation'];
export type Review = Schemas['Review'];
export type CaptureVerdict = Schemas['CaptureVerdict'];
export type Challenge = Schemas['Challenge'];
export type EnrolmentChallenge = Frozen<Schemas['EnrolmentChallenge']>;
export type AttemptAnswer = Schemas['AttemptResult'];
/** As operators see it. */
export type Decision = Schemas['Attempts']['attempts'][number]['decision'];
export type Session = Schemas['Session'];
export type Passkey = Schemas['Passkey'];
export type WaysIn = Schemas['WaysIn'];
export type CreationOptions = Schemas['PasskeyCreationOptions']['options'];
export type Status = Schemas['Status'];
export type Overview = Schemas['Overview'];
export type RunSummary = Schemas['RunSummary'];
export type RunDetails = Schemas['RunDetails'];
export type Task = RunDetails['tasks'][number];
export type Release = Schemas['Release'];
export type Models = Schemas['Models'];
export type ModelVersion = Models['models'][number];
export type TrainingProgress = Schemas['TrainingProgress'];
export type ModelReport = Schemas['ModelReport'];
export type Trace = Schemas['Trace'];
