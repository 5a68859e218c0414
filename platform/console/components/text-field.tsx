import { type InputHTMLAttributes, useId } from 'react';

/** A labelled input; what is wrong with it is tied to it for screen readers. */
export function TextField(
  props: InputHTMLAttributes<HTMLInputElement> & { label: string; hint?: string; wrong?: string | null },
) {
  const { label, hint, wrong, ...input } = props;
  const id = useId();
  const described = [hint ? `${id}-hint` : '', wrong ? `${id}-wrong` : ''].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      <input
        {...input}
        id={id}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={described || undefined}
      />
      {wrong && (
        <span className="wrong" id={`${id}-wrong`} role="alert">
          {wrong}
        </span>
      )}
    </div>
  );
}
