import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { datasetAddress } from '../addresses.ts';
import { bomAddress, modelDetails, signatureAddress, verifyModel } from '../api/calls.ts';
import type { ModelCard, ModelDetails, ModelVerification } from '../api/types.ts';
import { Markdown } from '../components/markdown.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';

/** What the files of a version say: signature, example, card; and whether they are as they were signed. */
export function ModelFacts({ name, version }: { name: string; version: number }) {
  const details = useQuery({
    queryKey: ['model-details', name, version],
    queryFn: () => modelDetails({ name, version }),
  });
  if (details.isError) return <ProblemNotice error={details.error} />;
  if (!details.data) return null;
  return (
    <>
      <div className="columns">
        <SignatureCard details={details.data} />
        <SigningCard name={name} version={version} signed={details.data.signed} />
      </div>
      <CardOfModel card={details.data.card} />
    </>
  );
}

function SignatureCard({ details }: { details: ModelDetails }) {
  const { t } = useTranslation('console');
  const { flavour, takes, returns, example, requirements, faults } = details;
  return (
    <section className="card stack" aria-labelledby="signature">
      <h2 id="signature">{t('model_facts.signature')}</h2>
      {faults.map(({ code, message }) => (
        <p key={code} className="notice bad">
          {message}
        </p>
      ))}
      <dl className="pins">
        <dt>{t('model_facts.flavour')}</dt>
        <dd>{flavour ?? t('model_facts.unknown')}</dd>
        <dt>{t('model_facts.takes')}</dt>
        <dd>{takes === null ? t('model_facts.unknown') : <Parts parts={takes} />}</dd>
        <dt>{t('model_facts.returns')}</dt>
        <dd>{returns === null ? t('model_facts.unknown') : <Parts parts={returns} />}</dd>
        {requirements.length > 0 && (
          <>
            <dt>{t('model_facts.packages')}</dt>
            <dd>
              <Parts parts={requirements} />
            </dd>
          </>
        )}
      </dl>
      {example && (
        <details>
          <summary>
            {t('model_facts.example')} <code>{example.file}</code>
          </summary>
          {example.value !== null && <pre>{JSON.stringify(example.value, null, 1)}</pre>}
        </details>
      )}
    </section>
  );
}

function Parts({ parts }: { parts: readonly string[] }) {
  return parts.map((part) => (
    <code key={part} className="block">
      {part}
    </code>
  ));
}

function SigningCard(props: { name: string; version: number; signed: ModelVerification }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const verify = useMutation({ mutationFn: verifyModel });
  const { state, faults, key, signedAt } = verify.data ?? props.signed;
  return (
    <section className="card stack" aria-labelledby="signing">
      <h2 id="signing">{t('model_facts.signing')}</h2>
      <p className={state === 'refused' ? 'notice bad' : undefined} role="status">
        {t(verify.data && state === 'verified' ? 'model_facts.verified_now' : `model_facts.${state}`)}
        {faults.map((fault) => (
          <span key={fault} className="block">
            {fault}
          </span>
        ))}
      </p>
      {verify.isError && <ProblemNotice error={verify.error} />}
      <dl className="pins">
        <dt>{t('model_facts.key')}</dt>
        <dd>
          <code title={key}>{key.slice(0, 16)}…</code>
        </dd>
        {signedAt !== null && (
          <>
            <dt>{t('model_facts.signed_at')}</dt>
            <dd>{format.moment(signedAt)}</dd>
          </>
        )}
      </dl>
      <div className="actions">
        <button
          type="button"
          className="button small"
          disabled={verify.isPending}
          onClick={() => verify.mutate(props)}
        >
          {t(verify.isPending ? 'model_facts.verifying' : 'model_facts.verify')}
        </button>
        {state !== 'unsigned' && (
          <a
            className="button plain small"
            href={signatureAddress(props)}
            download={`${props.name}-${props.version}.sig`}
          >
            {t('model_facts.signature_file')}
          </a>
        )}
        <a
          className="button plain small"
          href={bomAddress(props)}
          download={`${props.name}-${props.version}.cdx.json`}
        >
          {t('model_facts.bom')}
        </a>
      </div>
    </section>
  );
}

/** Its author's words as Markdown, with what is known of it here. */
function CardOfModel({ card }: { card: ModelCard }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const { file, licence, task, data, metrics, text } = card;
  if (file === null && data.length === 0 && metrics.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="model-card">
      <h2 id="model-card">{t('model_facts.card')}</h2>
      <dl className="pins">
        <dt>{t('model_facts.licence')}</dt>
        <dd>{licence ?? t('model_facts.not_said')}</dd>
        {task !== null && (
          <>
            <dt>{t('model_facts.task')}</dt>
            <dd>{task}</dd>
          </>
        )}
        <dt>{t('model_facts.data')}</dt>
        <dd>
          {data.length === 0
            ? t('model_facts.not_said')
            : data.map(({ name, version }) => (
                <span key={`${name} ${version}`} className="block">
                  {version === null ? name : <Link href={datasetAddress(version)}>{name}</Link>}
                </span>
              ))}
        </dd>
      </dl>
      {metrics.length > 0 && (
        <div className="table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('run.metric')}</th>
                <th scope="col" className="number">
                  {t('model_facts.value')}
                </th>
                <th scope="col" className="number">
                  {t('model_facts.interval')}
                </th>
                <th scope="col">{t('model_facts.slice')}</th>
                <th scope="col">{t('model_facts.data')}</th>
              </tr>
            </thead>
            <tbody>
              {metrics.map(({ name, value, interval, slice, data: on }) => (
                <tr key={`${name} ${slice} ${on}`}>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  <td className="number">{format.figure(value)}</td>
                  <td className="number">
                    {interval ? `${format.figure(interval.low)} – ${format.figure(interval.high)}` : '–'}
                  </td>
                  <td>{slice ?? '–'}</td>
                  <td>{on ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {text === '' ? <p className="muted">{t('model_facts.card_none')}</p> : <Markdown text={text} />}
    </section>
  );
}
