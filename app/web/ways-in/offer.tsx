import { useMutation } from '@tanstack/react-query';
import { ProblemNotice } from '@visavox/console/components/problem-notice';
import { useTranslation } from 'react-i18next';
import { makeRecoveryCodes } from '../api/ways-in-calls.ts';
import { addPasskey, nameOfThisDevice, passkeyHindrance } from './passkey.ts';
import { NoPasskeys } from './passkey-button.tsx';
import { ShownCodes } from './recovery-codes.tsx';

/** At the end of an enrolment: the recommended first factor, and codes for the day it is lost. */
export function OfferOtherWays({ name, passkey = true }: { name: string; passkey?: boolean }) {
  const { t } = useTranslation('waysIn');
  const add = useMutation({ mutationFn: () => addPasskey(nameOfThisDevice()) });
  const codes = useMutation({ mutationFn: makeRecoveryCodes });
  return (
    <>
      {passkey && (
        <section className="card stack" aria-labelledby="offer-passkey">
          <div className="stack tight">
            <h2 id="offer-passkey">{t('offer_title')}</h2>
            <p className="muted">{t('offer_text')}</p>
          </div>
          {add.isError && <ProblemNotice error={add.error} />}
          <p role="status" className={add.isSuccess ? 'notice good' : 'visually-hidden'}>
            {add.isSuccess ? t('offer_done') : ''}
          </p>
          {passkeyHindrance() ? (
            <NoPasskeys />
          ) : (
            !add.isSuccess && (
              <div className="actions">
                <button
                  type="button"
                  className="button"
                  disabled={add.isPending}
                  onClick={() => add.mutate()}
                >
                  {t('offer_go')}
                </button>
              </div>
            )
          )}
        </section>
      )}
      {codes.data ? (
        <ShownCodes codes={codes.data} name={name} />
      ) : (
        <section className="card stack" aria-labelledby="offer-codes">
          <div className="stack tight">
            <h2 id="offer-codes">{t('codes')}</h2>
            <p className="muted">{t('codes_none')}</p>
          </div>
          {codes.isError && <ProblemNotice error={codes.error} />}
          <div className="actions">
            <button
              type="button"
              className="button plain"
              disabled={codes.isPending}
              onClick={() => codes.mutate()}
            >
              {t('codes_offer')}
            </button>
          </div>
        </section>
      )}
    </>
  );
}
