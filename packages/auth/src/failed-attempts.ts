/** How often somebody may be wrong. */
export interface AttemptLimits {
  readonly attempts: number
  readonly windowMs: number
}

const usual: AttemptLimits = { attempts: 20, windowMs: 60_000 }

/** Addresses that are remembered; the one that was wrong longest ago is forgotten first. */
const mostAddresses = 1024

/** Counts wrong credentials, by who sent them. */
export interface FailedAttempts {
  /**
   * Takes in an attempt that failed; gives the seconds until the next one is looked at, or undefined where it was not one too many.
   *
   * @param now milliseconds
   */
  readonly failed: (address: string, now: number) => number | undefined
}

/** Nobody has failed yet. */
export const makeFailedAttempts = ({ attempts, windowMs }: AttemptLimits = usual): FailedAttempts => {
  const byAddress = new Map<string, { readonly since: number; readonly count: number }>()
  return {
    failed: (address, now) => {
      const before = byAddress.get(address)
      const current = before !== undefined && now - before.since < windowMs ? before : { since: now, count: 0 }
      byAddress.delete(address)
      byAddress.set(address, { ...current, count: current.count + 1 })
      const [oldest] = byAddress.size > mostAddresses ? byAddress.keys() : []
      if (oldest !== undefined) byAddress.delete(oldest)
      return current.count < attempts ? undefined : Math.ceil((current.since + windowMs - now) / 1000)
    }
  }
}
