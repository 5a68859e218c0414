export const boundary: string;
/** Stands where the id of a challenge comes. */
export const challengeMark: string;
/** The same of a name, which has to be as long. */
export const nameMark: string;

/** One sign-in over HTTP: its answer, or why there was no challenge. */
export function signInFrom(
  at: { port: number; localAddress: string },
  answer: { name: string; form: Buffer },
): Promise<{ status: number; body: string; milliseconds: number }>;
