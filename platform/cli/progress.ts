/** One line on a terminal that is written over, and nothing where nobody watches. */
export function progressOf(what: string, total: number, unit = ''): (done: number) => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => {};
  let shown = 0;
  return (done) => {
    if (done < total && Date.now() - shown < 200) return;
    shown = Date.now();
    stderr.write(`\r${what}: ${done} of ${total}${unit}${done === total ? '\n' : ''}`);
  };
}
