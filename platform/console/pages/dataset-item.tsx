import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { traceAddress } from '../addresses.ts';
import { datasetItem, datasetItems, itemAddress } from '../api/calls.ts';
import type { DatasetItem } from '../api/types.ts';
import { Digest } from '../components/digest.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link, queryWith } from '../router.tsx';

const MOST_BYTES = 8e6;
const MOST_TEXT = 20_000;

/** One file of a dataset version: what is in it, its labels and where it comes from. */
export function DatasetItemView({ digest, item: key }: { digest: string; item: string }) {
  const { t } = useTranslation('console');
  const { t: tc } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  const found = useQuery({
    queryKey: ['dataset-item', digest, key],
    queryFn: async () =>
      (await datasetItems(digest, { find: key, start: 0, limit: 1000 })).items.find(
        (one) => one.key === key,
      ) ?? null,
  });
  useEffect(() => {
    heading.current?.focus();
    heading.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <section className="card stack" aria-labelledby="item">
      <div className="between">
        <h2 id="item" ref={heading} tabIndex={-1}>
          {t('dataset.preview', { key })}
        </h2>
        <div className="actions">
          <Link
            className="button plain small"
            href={traceAddress({ kind: 'sample', id: key })}
            aria-label={`${t('datasets.trace')} ${key}`}
          >
            {t('datasets.trace')}
          </Link>
          <a className="button plain small" href={itemAddress(digest, key)} download={key.split('/').at(-1)}>
            {t('dataset.keep')}
          </a>
          <Link className="button quiet small" href={queryWith({ item: null })}>
            {tc('close')}
          </Link>
        </div>
      </div>
      {found.isError && <ProblemNotice error={found.error} />}
      {found.data && (
        <>
          <Preview digest={digest} item={found.data} />
          <Facts item={found.data} />
        </>
      )}
    </section>
  );
}

function Facts({ item }: { item: DatasetItem }) {
  const facts = [...Object.entries(item.labels), ...Object.entries(item.provenance)];
  return (
    <dl className="pins">
      <dt>SHA-256</dt>
      <dd>
        <Digest value={item.digest} />
      </dd>
      {facts.map(([name, value]) => (
        <div key={name} className="pair">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type Kind = 'image' | 'audio' | 'video' | 'text' | 'other';

function kindOf(mediaType: string): Kind {
  const [kind] = mediaType.split('/');
  if (kind === 'image' || kind === 'audio' || kind === 'video') return kind;
  return kind === 'text' || /[/+](json|csv|xml|yaml)$/.test(mediaType) ? 'text' : 'other';
}

/** The server hands files out as bytes of no type, so that none of them runs in its name; the page knows what it is shown. */
function Preview({ digest, item }: { digest: string; item: DatasetItem }) {
  const { t } = useTranslation('console');
  const kind = kindOf(item.mediaType);
  const isShown = kind !== 'other' && item.bytes <= MOST_BYTES;
  const content = useQuery({
    queryKey: ['content', digest, item.key],
    queryFn: () => datasetItem(digest, item.key),
    enabled: isShown,
  });
  if (!isShown)
    return <p className="muted">{t(kind === 'other' ? 'dataset.no_preview' : 'dataset.too_large')}</p>;
  if (content.isError) return <ProblemNotice error={content.error} />;
  if (!content.data) return null;
  return kind === 'text' ? (
    <TextPreview content={content.data} />
  ) : (
    <MediaPreview content={content.data} kind={kind} item={item} />
  );
}

function TextPreview({ content }: { content: Blob }) {
  const [text, setText] = useState('');
  useEffect(() => {
    let current = true;
    void content
      .slice(0, MOST_TEXT)
      .text()
      .then((read) => {
        if (current) setText(content.size > MOST_TEXT ? `${read}\n…` : read);
      });
    return () => {
      current = false;
    };
  }, [content]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <pre tabIndex={0}>{text}</pre>
  );
}

function MediaPreview(props: { content: Blob; kind: 'image' | 'audio' | 'video'; item: DatasetItem }) {
  const { content, kind, item } = props;
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([content], { type: item.mediaType }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [content, item.mediaType]);
  if (!url) return null;
  if (kind === 'image') return <img className="preview" src={url} alt={item.key} />;
  // biome-ignore lint/a11y/useMediaCaption: a file of a dataset has no captions
  if (kind === 'audio') return <audio controls src={url} aria-label={item.key} />;
  // biome-ignore lint/a11y/useMediaCaption: a file of a dataset has no captions
  return <video className="preview" controls src={url} aria-label={item.key} />;
}
