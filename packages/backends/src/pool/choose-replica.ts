/** One place that could answer, as it is now. */
export interface ReplicaState {
  readonly name: string
  /** It is well, as far as probes and requests tell. */
  readonly usable: boolean
  /** Requests it is working on. */
  readonly load: number
  /** Requests it can work on at the same time. */
  readonly slots: number
  /** Its part of the load, compared with the others. */
  readonly weight: number
}

/** What the choice is made by besides. */
export interface ReplicaWish {
  /** The replica that holds the conversation's prefix. */
  readonly preferred: string | undefined
  /** Decides between replicas that are equally busy. */
  readonly tieBreaker: string
}

/**
 * The replica for a request: the one that holds its prefix, else the least busy for its weight. Undefined while all are full. Where none
 * is well, all are tried: a request is better refused by a backend than by a guess.
 */
export const chooseReplica = <R extends ReplicaState>(
  replicas: ReadonlyArray<R>,
  { preferred, tieBreaker }: ReplicaWish
): R | undefined => {
  const well = replicas.filter(({ usable }) => usable)
  const free = (well.length === 0 ? replicas : well).filter(({ load, slots }) => load < slots)
  const own = free.find(({ name }) => name === preferred)
  if (own !== undefined) return own
  const busyness = ({ load, weight }: R): number => (load + 1) / weight
  const least = Math.min(...free.map(busyness))
  return free
    .filter((replica) => busyness(replica) === least)
    .reduce<R | undefined>(
      (best, replica) => (best === undefined || wins(replica, best, tieBreaker) ? replica : best),
      undefined
    )
}

/** Each key has an order of the replicas of its own, which stays when others come and go. */
const wins = (one: ReplicaState, other: ReplicaState, key: string): boolean =>
  hash(`${key} ${one.name}`) > hash(`${key} ${other.name}`)

/** FNV-1a, 32 bits, with a last mix so that neighbours differ. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  return (value ^ (value >>> 16)) >>> 0
}
