import type { components } from './schema.ts';

type Schemas = components['schemas'];

export type Status = Schemas['Status'];
export type Service = Status['services'][number];
export type Environment = Status['environments'][number];
export type Datasets = Schemas['Datasets'];
export type DatasetListing = Datasets['datasets'][number];
export type RunSummary = Schemas['RunSummary'];
export type RunDetails = Schemas['RunDetails'];
export type RunState = RunSummary['state'];
export type Task = RunDetails['tasks'][number];
export type TaskState = Task['state'];
export type RunCurves = Schemas['RunCurves'];
export type TrainingProgress = Schemas['TrainingProgress'];
export type Release = Schemas['Release'];
export type ReleaseStage = Release['stage'];
export type Models = Schemas['Models'];
export type ModelVersion = Models['models'][number];
export type Trace = Schemas['Trace'];
export type TraceNode = Trace['nodes'][number];
export type TraceKind = TraceNode['kind'];
export type DatasetItem = Schemas['DatasetItem'];
export type DatasetDifference = Schemas['DatasetDifference'];
export type ServerFacts = Schemas['ServerFacts'];
