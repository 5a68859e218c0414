/** Starts programs with the packages that a model was saved with. */
export interface ModelPrograms {
  /** The command as it is to be started, with `python` in the place of the program. */
  python(
    words: readonly string[],
    model: {
      /** Where its `MLmodel` is. */
      readonly folder: string;
      readonly name: string;
    },
  ): Promise<{ readonly command: readonly string[]; readonly environment: Readonly<Record<string, string>> }>;
}
