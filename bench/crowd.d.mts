export const boundary: string;
/** Stands where the id of a challenge comes. */
export const challengeMark: string;

/** One sign-in over HTTP: its answer, or why there was no challenge. */
export function signInFrom(
  at: { port: number; localAddress: string },
  recorded: { name: string; form: Buffer },
): Promise<{ status: number; body: string; milliseconds: number }>;
