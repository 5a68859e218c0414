/** Says what was done, where a screen reader hears it; not to be seen until then. */
export function DoneNotice({ text }: { text: string }) {
  return (
    <p role="status" className={text ? 'notice good' : 'visually-hidden'}>
      {text}
    </p>
  );
}
