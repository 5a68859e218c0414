/** Before the connection of whoever asks would be given up. */
export const answerWithinMs = 20_000;

export const computing = { state: 'computing' as const };

/** What it comes to, or undefined where that takes longer: whoever asks is told to ask again, and it goes on. */
export async function inTime<T>(work: Promise<T>, ms = answerWithinMs): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  work.catch(() => {}); // told to whoever asks again
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
