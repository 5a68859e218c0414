import { useId } from 'react';

/** Nothing is kept without it; what is missing is tied to the box for screen readers. */
export function ConsentBox(props: {
  label: string;
  /** What to do where it was not ticked; null before somebody tried without. */
  missing: string | null;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label className="check">
        <input
          type="checkbox"
          name="consent"
          checked={props.checked}
          aria-invalid={props.missing ? true : undefined}
          aria-describedby={props.missing ? id : undefined}
          onChange={({ target }) => props.onChange(target.checked)}
        />
        {props.label}
      </label>
      {props.missing && (
        <span className="wrong" id={id} role="alert">
          {props.missing}
        </span>
      )}
    </div>
  );
}
