/** A workspace that is published, with its manifest as it is in the repository. */
export interface PublishedRoom {
  /** Relative to the repository. */
  readonly folder: string;
  readonly manifest: PublishedManifest;
}

export interface PublishedManifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly publishConfig: {
    readonly exports: Readonly<Record<string, string>>;
    readonly bin?: Readonly<Record<string, string>>;
    /** What goes along beside what is compiled, relative to the room. */
    readonly files?: readonly string[];
  };
}

export interface BuiltPackage {
  readonly name: string;
  readonly version: string;
  /** Where it is compiled from, relative to the repository. */
  readonly room: string;
  /** What the tarball holds, unpacked. */
  readonly folder: string;
  readonly tarball: string;
}

export function publishedRooms(): PublishedRoom[];
export function buildPackages(): Promise<BuiltPackage[]>;
