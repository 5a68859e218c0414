import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem.ts';
import { signInScript } from '../capture/sign-in-script.ts';
import { useCapture } from '../capture/use-capture.ts';
import { navigate, useAddress } from '../router.tsx';
import { SignInForm } from './sign-in-form.tsx';
import { SignInResult } from './sign-in-result.tsx';
import { SignInStage } from './sign-in-stage.tsx';
import type { SignInState } from './sign-in-state.ts';
import { SignInWords } from './sign-in-words.tsx';

/** Long enough to see the tick, short enough not to wait for it. */
const WELCOME_MS = 900;

export function SignInPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const address = useAddress();
  const [name, setName] = useState(address.searchParams.get('name') ?? '');
  const [withoutTurn, setWithoutTurn] = useState(false);
  const [state, setState] = useState<SignInState>({ kind: 'form' });
  const capture = useCapture();

  const run = async () => {
    setState({ kind: 'asking' });
    try {
      const answer = await capture.start((capturing) =>
        signInScript({ name: name.trim(), withoutTurn }, capturing, setState),
      );
      setState({ kind: 'answered', answer });
      if (answer.decision !== 'accept') return;
      await queries.invalidateQueries({ queryKey: ['session'] });
      setTimeout(() => navigate(`/account?attempt=${encodeURIComponent(answer.id)}`), WELCOME_MS);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      setState({ kind: 'failed', error });
      if (!(error instanceof Problem)) throw error;
    }
  };

  const toForm = () => {
    capture.stop();
    setState({ kind: 'form' });
  };

  const settled = state.kind === 'answered' || state.kind === 'failed';
  return (
    <div className={state.kind === 'form' ? 'two' : 'two capturing'}>
      <div className="words">
        {state.kind === 'form' ? (
          <SignInForm
            name={name}
            onName={setName}
            withoutTurn={withoutTurn}
            onWithoutTurn={setWithoutTurn}
            onGo={run}
          />
        ) : settled ? (
          <SignInResult state={state} name={name} onAgain={run} onOtherName={toForm} />
        ) : (
          <>
            <SignInWords step={state} />
            <div className="actions">
              <button type="button" className="button plain" onClick={toForm}>
                {t('cancel')}
              </button>
            </div>
          </>
        )}
      </div>
      <div className="camera">
        <SignInStage state={state} capture={capture} />
      </div>
    </div>
  );
}
