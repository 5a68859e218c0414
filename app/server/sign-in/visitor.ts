/** Where a request comes from, as far as that can be told. */
export interface Visitor {
  /** An IPv4 address, or the 64 bits of an IPv6 address that a household or an office shares. */
  readonly network: string;
  /** Hash of the visit's cookie; null of programs that keep none. */
  readonly visit: string | null;
  /** Token of a device that somebody signed in with before, as it was sent. */
  readonly device: string | null;
}

/** As far as something that was given to a visitor remembers to whom. */
export type Whereabouts = Pick<Visitor, 'network' | 'visit'>;

/** A telephone may change its network between two requests, and a program that keeps no cookies is known by its network. */
export function isSameVisitor(visitor: Whereabouts, given: Whereabouts): boolean {
  return visitor.visit === null ? given.network === visitor.network : given.visit === visitor.visit;
}
