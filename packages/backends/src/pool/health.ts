/** Probes in a row that must agree before the opinion changes: one that is lost says nothing. */
const agreement = 2

/** What probes say of a backend. */
export interface Health {
  readonly healthy: boolean
  /** Probes in a row that said otherwise. */
  readonly contrary: number
}

/** Until the first probes a backend is believed in. */
export const unprobed: Health = { healthy: true, contrary: 0 }

/** Takes in one probe. */
export const afterProbe = ({ healthy, contrary }: Health, ready: boolean): Health => {
  if (ready === healthy) return { healthy, contrary: 0 }
  return contrary + 1 >= agreement ? { healthy: ready, contrary: 0 } : { healthy, contrary: contrary + 1 }
}
