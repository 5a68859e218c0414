import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { AuditPage } from '../pages/audit.tsx';
import { DatasetPage } from '../pages/dataset.tsx';
import { DatasetsPage } from '../pages/datasets.tsx';
import { ExperimentPage } from '../pages/experiment.tsx';
import { ExperimentsPage } from '../pages/experiments.tsx';
import { LineagePage } from '../pages/lineage.tsx';
import { ModelPage } from '../pages/model.tsx';
import { ModelComparisonPage } from '../pages/model-comparison.tsx';
import { ModelVersionPage } from '../pages/model-version.tsx';
import { ModelsPage } from '../pages/models.tsx';
import { OverviewPage } from '../pages/overview.tsx';
import { ReleasesPage } from '../pages/releases.tsx';
import { RunPage } from '../pages/run.tsx';
import { RunsPage } from '../pages/runs.tsx';
import { SettingsPage } from '../pages/settings.tsx';
import { SweepPage } from '../pages/sweep.tsx';
import { SweepsPage } from '../pages/sweeps.tsx';
import { TracePage } from '../pages/trace.tsx';
import { UsersPage } from '../pages/users.tsx';
import type { Texts } from '../text/texts.ts';
import type { ConsolePage } from './project.tsx';

type Name = Extract<keyof Texts['console'], `nav_${string}`>;

const named =
  (name: Name): ComponentType =>
  () =>
    useTranslation('console').t(name);

/** In the order of the navigation, the overview first. */
export const platformPages: readonly ConsolePage[] = [
  { path: '/console', Name: named('nav_overview'), show: () => <OverviewPage /> },
  { path: '/console/datasets', Name: named('nav_datasets'), show: () => <DatasetsPage /> },
  {
    path: '/console/datasets/:digest',
    show: ({ digest = '' }) => <DatasetPage key={digest} digest={digest} />,
  },
  { path: '/console/runs', Name: named('nav_runs'), show: () => <RunsPage /> },
  { path: '/console/runs/:id', show: ({ id = '' }) => <RunPage key={id} id={id} /> },
  { path: '/console/sweeps', Name: named('nav_sweeps'), show: () => <SweepsPage /> },
  { path: '/console/sweeps/:id', show: ({ id = '' }) => <SweepPage key={id} id={id} /> },
  { path: '/console/experiments', Name: named('nav_experiments'), show: () => <ExperimentsPage /> },
  { path: '/console/experiments/:id', show: ({ id = '' }) => <ExperimentPage key={id} id={id} /> },
  { path: '/console/models', Name: named('nav_models'), show: () => <ModelsPage /> },
  { path: '/console/models/:name', show: ({ name = '' }) => <ModelPage key={name} name={name} /> },
  {
    path: '/console/models/:name/:version',
    show: ({ name = '', version = '' }) => (
      <ModelVersionPage key={`${name}:${version}`} name={name} version={Number(version)} />
    ),
  },
  {
    path: '/console/models/:name/compare/:a/:b',
    show: ({ name = '', a = '', b = '' }) => (
      <ModelComparisonPage key={`${name}:${a}:${b}`} name={name} a={Number(a)} b={Number(b)} />
    ),
  },
  { path: '/console/releases', Name: named('nav_releases'), show: () => <ReleasesPage /> },
  { path: '/console/trace', Name: named('nav_lineage'), show: () => <LineagePage /> },
  {
    path: '/console/trace/:kind/:id',
    show: ({ kind = '', id = '' }) => <TracePage kind={kind} id={id} />,
  },
  { path: '/console/users', audits: true, Name: named('nav_users'), show: () => <UsersPage /> },
  { path: '/console/audit', audits: true, Name: named('nav_audit'), show: () => <AuditPage /> },
  { path: '/console/settings', Name: named('nav_settings'), show: () => <SettingsPage /> },
];
