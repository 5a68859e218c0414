import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { comparisonAddress } from '../addresses.ts';
import type { ModelVersion } from '../api/types.ts';
import { navigate } from '../router.tsx';

/** Leads to two versions side by side; the newest ones unless others are chosen. */
export function ChooseTwo({ versions }: { versions: readonly ModelVersion[] }) {
  const { t } = useTranslation('console');
  const [newest, before] = versions;
  const [a, setA] = useState(before?.version ?? 0);
  const [b, setB] = useState(newest?.version ?? 0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (newest) navigate(comparisonAddress(newest.name, a, b));
  };
  const choice = (label: string, value: number, choose: (version: number) => void) => (
    <label className="field">
      {label}
      <select value={value} onChange={({ target }) => choose(Number(target.value))}>
        {versions.map(({ version }) => (
          <option key={version} value={version}>
            {t('model.version', { version: String(version) })}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <form className="card form-row" onSubmit={submit}>
      {choice(t('model_comparison.first'), a, setA)}
      {choice(t('model_comparison.second'), b, setB)}
      <button type="submit" className="button" disabled={a === b}>
        {t('model_comparison.go')}
      </button>
    </form>
  );
}
