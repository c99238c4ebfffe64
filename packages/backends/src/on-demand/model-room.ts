import { Effect, Semaphore } from "effect"

/** A model that takes memory while it is loaded. */
export interface Tenant {
  /** Of its weights. */
  readonly bytes: number
  /** Lets it finish what it answers, and unloads it. */
  readonly leave: Effect.Effect<void>
}

/** The memory that models share. */
export interface ModelRoom {
  /** Waits until there is room for one more: whoever was not used for longest goes, and finishes its answers before. One alone has all the room. */
  readonly enter: (tenant: Tenant) => Effect.Effect<void>
  /** Tells that it was used now. */
  readonly used: (tenant: Tenant) => void
  readonly left: (tenant: Tenant) => void
}

/** @param bytes what the weights of several models may take together */
export const makeModelRoom = (bytes: number): ModelRoom => {
  // In the order of their last use.
  const tenants = new Set<Tenant>()
  const door = Semaphore.makeUnsafe(1)
  const taken = (): number => [...tenants].reduce((sum, tenant) => sum + tenant.bytes, 0)
  return {
    enter: (tenant) =>
      door.withPermit(
        Effect.gen(function* () {
          for (let [oldest] = tenants; oldest !== undefined && taken() + tenant.bytes > bytes; [oldest] = tenants) {
            yield* oldest.leave
            tenants.delete(oldest)
          }
          tenants.add(tenant)
        })
      ),
    used: (tenant) => {
      if (tenants.delete(tenant)) tenants.add(tenant)
    },
    left: (tenant) => void tenants.delete(tenant)
  }
}
