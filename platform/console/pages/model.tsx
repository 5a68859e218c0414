import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { models, releases, status } from '../api/calls.ts';
import { DoneNotice } from '../components/done-notice.tsx';
import { Empty } from '../components/empty.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useAddress } from '../router.tsx';
import { AliasesCard } from './aliases-card.tsx';
import { ChooseTwo } from './choose-two.tsx';
import { Register } from './register.tsx';
import { ReleaseHistory } from './release-history.tsx';
import { ChangedInMlflow, Propose } from './releases.tsx';
import { TrainingCard } from './training-card.tsx';
import { VersionsTable } from './versions-table.tsx';

/** A model: its versions side by side, where they serve, and when it trains again. */
export function ModelPage({ name }: { name: string }) {
  const { t } = useTranslation('console');
  const all = useAddress().searchParams.has('all');
  const known = useQuery({ queryKey: ['models'], queryFn: models, refetchInterval: 5000 });
  const released = useQuery({ queryKey: ['releases'], queryFn: releases, refetchInterval: 3000 });
  const declared = useQuery({ queryKey: ['status'], queryFn: status });
  const [said, setSaid] = useState('');
  const error = known.error ?? released.error ?? declared.error;
  const versions = (known.data?.models ?? []).filter((one) => one.name === name);
  const notOurs = (known.data?.notOurs ?? []).filter((one) => one.name === name);
  const ofModel = (released.data ?? []).filter(({ model }) => model === name);
  const places = (declared.data?.environments ?? [])
    .filter(({ model }) => model === name)
    .map((one) => ({ model: name, environment: one.name }));
  return (
    <>
      <PageHead title={t('model.title', { name })} text={t('model.text')} />
      {error && <ProblemNotice error={error} />}
      <DoneNotice text={said} />
      <ChangedInMlflow models={versions} notOurs={notOurs} />
      {known.data && versions.length === 0 && (
        <Empty title={t('model.none', { name })} text={t('model.none_text')} />
      )}
      {versions.length > 0 && <VersionsTable versions={versions} releases={ofModel} all={all} />}
      {versions.length > 1 && <ChooseTwo versions={versions} />}
      {versions.length > 0 && <AliasesCard name={name} />}
      {places.map((place) => (
        <TrainingCard key={place.environment} place={place} />
      ))}
      {released.data &&
        places.map((place) => (
          <ReleaseHistory
            key={place.environment}
            place={place}
            releases={ofModel.filter(({ environment }) => environment === place.environment)}
            onDone={setSaid}
          />
        ))}
      <Propose models={versions} places={places} onDone={setSaid} />
      <Register model={name} onDone={setSaid} />
    </>
  );
}
