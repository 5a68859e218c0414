import { type ReactNode, useEffect, useRef } from 'react';

let firstOfThePage = true;

/**
 * The heading of a page or of a step. It takes the focus when it appears, so that a screen reader reads on
 * from there, except on the very first page, where the browser starts at the top by itself.
 */
export function Heading({ title, children }: { title: string; children?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new title is a new step
  useEffect(() => {
    if (firstOfThePage) firstOfThePage = false;
    else {
      heading.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0); // on a phone the camera stands above the words
    }
  }, [title]);
  return (
    <>
      <title>{`${title} · Visavox`}</title>
      <h1 ref={heading} tabIndex={-1}>
        {children ?? title}
      </h1>
    </>
  );
}
