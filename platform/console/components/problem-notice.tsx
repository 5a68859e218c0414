import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem.ts';
import { useCodeText } from '../text/code-text.ts';

export function ProblemNotice({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const explain = useCodeText();
  const problem = error instanceof Problem ? error : null;
  return (
    <div className="notice bad" role="alert">
      <strong>{t('problem_title')}</strong>
      <p>{problem ? explain(problem.code, inItsWords(problem)) : String(error)}</p>
      {problem?.requestId && <p className="reference">{t('problem_reference', { id: problem.requestId })}</p>}
    </div>
  );
}

/** As the server says what was wrong and what to do. */
function inItsWords({ message, action }: Problem): string {
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}`;
  return action === null ? sentence : `${sentence.replace(/\.$/, '')}. ${action}`;
}
