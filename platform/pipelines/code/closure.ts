/** The files of a snapshot that a file needs, itself included; a text where that cannot be told. */
export type Closure = ReadonlySet<string> | string;
