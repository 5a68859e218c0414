import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { PageHead } from '@visavox/console/components/page-head';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { SureDialog } from '@visavox/console/components/sure-dialog';
import { TextField } from '@visavox/console/components/text-field';
import { Link, navigate, useAddress } from '@visavox/console/router';
import { useFormat } from '@visavox/console/text/format';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { forgetPerson, people } from '../api/calls.ts';
import type { Person } from '../api/types.ts';
import { Invitations } from './invitations.tsx';
import { IssueCode } from './issue-code.tsx';
import { Reviews } from './reviews.tsx';

export function PeoplePage() {
  const { t } = useTranslation('operator');
  const address = useAddress();
  const wanted = address.searchParams.get('find') ?? '';
  const [doomed, setDoomed] = useState<Person | null>(null);
  const [gone, setGone] = useState('');
  const [coded, setCoded] = useState<Person | null>(null);
  const list = useQuery({ queryKey: ['people'], queryFn: people, refetchInterval: 5000 });
  const found = list.data?.filter(({ name }) => name.toLowerCase().includes(wanted.toLowerCase())) ?? [];
  return (
    <>
      <PageHead title={t('people.title')} text={t('people.text')}>
        <Link className="button plain" href="/enrol">
          {t('people.enrol')}
        </Link>
      </PageHead>
      {list.isError && <ProblemNotice error={list.error} />}
      <p role="status" className={gone ? 'notice good' : 'visually-hidden'}>
        {gone && t('people.removed', { name: gone })}
      </p>
      <Reviews people={list.data ?? []} />
      {list.data?.length === 0 && <p className="card muted">{t('people.none')}</p>}
      {list.data && list.data.length > 0 && (
        <div className="card stack">
          <TextField
            label={t('people.find')}
            type="search"
            value={wanted}
            onChange={({ target }) =>
              navigate(
                target.value ? `/console/people?find=${encodeURIComponent(target.value)}` : '/console/people',
                'replace',
              )
            }
          />
          {found.length === 0 ? (
            <p className="muted">{t('people.none_found', { text: wanted })}</p>
          ) : (
            <div className="table">
              <PeopleTable people={found} onCode={setCoded} onRemove={setDoomed} />
            </div>
          )}
        </div>
      )}
      <Invitations />
      {coded && <IssueCode person={coded} onClose={() => setCoded(null)} />}
      {doomed && <Remove person={doomed} onClose={() => setDoomed(null)} onGone={setGone} />}
    </>
  );
}

function PeopleTable({
  people,
  onCode,
  onRemove,
}: {
  people: readonly Person[];
  onCode: (person: Person) => void;
  onRemove: (person: Person) => void;
}) {
  const { t } = useTranslation('operator');
  const { t: tw } = useTranslation('waysIn');
  const format = useFormat();
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t('people.name')}</th>
          <th scope="col" className="optional">
            {t('people.enrolled')}
          </th>
          <th scope="col" className="number">
            {t('people.faces')}
          </th>
          <th scope="col" className="number">
            {t('people.voices')}
          </th>
          <th scope="col" className="number optional">
            {tw('passkeys')}
          </th>
          <th scope="col">
            <span className="visually-hidden">{t('people.trace')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <tr key={person.id}>
            <th scope="row">
              {person.name}
              {person.state === 'pending' ? (
                <span className="badge warn">{t('people.pending')}</span>
              ) : person.verified === false ? (
                <span className="badge" title={t('people.measured_text')}>
                  {t('people.measured')}
                </span>
              ) : null}
            </th>
            <td className="optional">{format.moment(person.enrolledAt)}</td>
            <td className="number">{format.number(person.samples.face)}</td>
            <td className="number">{format.number(person.samples.voice)}</td>
            <td className="number optional">{format.number(person.waysIn.passkeys)}</td>
            <td className="end">
              <button
                type="button"
                className="button quiet small"
                aria-label={tw('issue_of', { name: person.name })}
                onClick={() => onCode(person)}
              >
                {tw('issue')}
              </button>
              <Link
                className="button quiet small"
                href={`/console/trace/person/${encodeURIComponent(person.id)}`}
                aria-label={t('people.trace_of', { name: person.name })}
              >
                {t('people.trace')}
              </Link>
              <button
                type="button"
                className="button quiet danger small"
                aria-label={t('people.remove_of', { name: person.name })}
                onClick={() => onRemove(person)}
              >
                {t('people.remove')}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Remove(props: { person: Person; onClose: () => void; onGone: (name: string) => void }) {
  const { t } = useTranslation('operator');
  const queries = useQueryClient();
  const { person } = props;
  const remove = useMutation({
    mutationFn: () => forgetPerson(person.id),
    async onSuccess() {
      props.onGone(person.name);
      props.onClose();
      await queries.invalidateQueries();
    },
  });
  return (
    <SureDialog
      title={t('people.remove_title', { name: person.name })}
      text={t('people.remove_text')}
      confirm={t('people.remove_sure')}
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={props.onClose}
    />
  );
}
