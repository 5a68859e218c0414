import type { ReactNode } from 'react';
import { Command } from './command.tsx';

/** In the place of a list that has nothing in it yet: what to do for it to have something. */
export function Empty(props: { title: string; text: string; command?: string; children?: ReactNode }) {
  return (
    <div className="card stack">
      <div className="stack tight">
        <p>
          <strong>{props.title}</strong>
        </p>
        <p className="muted">{props.text}</p>
      </div>
      {props.command !== undefined && <Command line={props.command} />}
      {props.children}
    </div>
  );
}
