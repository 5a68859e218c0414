import type { ReactNode } from 'react';
import { Heading } from './heading.tsx';

export function PageHead(props: { title: string; text?: ReactNode; children?: ReactNode }) {
  return (
    <div className="page-head">
      <div className="stack tight">
        <Heading title={props.title} />
        {props.text && <p className="muted">{props.text}</p>}
      </div>
      {props.children && <div className="actions">{props.children}</div>}
    </div>
  );
}
