export const boundary: string;
/** Stands where the id of a challenge comes. */
export const challengeMark: string;
