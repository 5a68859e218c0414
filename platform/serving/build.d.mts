export const serverFile: string;
export function buildServer(): Promise<void>;
