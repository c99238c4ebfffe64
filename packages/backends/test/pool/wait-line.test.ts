import { assert, describe, it } from "@effect/vitest"
import type { RequestClass } from "@pensieve/models"
import { type Waiter, WaitLine } from "../../src/pool/wait-line.ts"

const waiter = (requestClass: RequestClass, since: number, places = ["a"]): Waiter => ({
  requestClass,
  since,
  places,
  grant: () => undefined
})

const order = (waiters: ReadonlyArray<Waiter>, now: number, place = "a") => {
  const line = new WaitLine()
  for (const one of waiters) line.join(one)
  const served: Array<number> = []
  for (let next = line.next(place, now); next !== undefined; next = line.next(place, now))
    served.push(waiters.indexOf(next))
  return served
}

describe("whose turn it is", () => {
  it("is that of what a person waits for, then of who came first", () => {
    const waiters = [
      waiter("background", 0),
      waiter("title", 0),
      waiter("subagent", 2),
      waiter("main", 5),
      waiter("main", 3)
    ]
    assert.deepStrictEqual(order(waiters, 5), [4, 3, 2, 1, 0])
  })

  it("is in the end that of everybody: waiting counts", () => {
    assert.deepStrictEqual(order([waiter("main", 60_001), waiter("background", 0)], 60_001), [1, 0])
    assert.deepStrictEqual(order([waiter("main", 59_000), waiter("background", 0)], 59_000), [0, 1])
  })

  it("is nobody's who waits elsewhere, or went away", () => {
    assert.deepStrictEqual(order([waiter("main", 0, ["b"]), waiter("title", 0, ["a", "b"])], 0), [1])
    const line = new WaitLine()
    const gone = waiter("main", 0)
    line.join(gone)
    line.leave(gone)
    assert.isUndefined(line.next("a", 0))
    assert.strictEqual(line.length, 0)
  })
})
