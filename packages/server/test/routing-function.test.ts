import { assert, describe, it } from "@effect/vitest"
import { type FunctionAnswer, plainFacts } from "@pensieve/router"
import { Effect, Result, type Scope } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeRoutingFunction, type RoutingFunction } from "../src/routing-function.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pensieve-function-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const load = (source: string, limitMs = 2000) =>
  Effect.gen(function* () {
    const file = join(yield* folder, "route.mjs")
    writeFileSync(file, source)
    return yield* Effect.result(makeRoutingFunction({ file, limitMs }))
  })

const loaded = (source: string, limitMs?: number) => Effect.map(load(source, limitMs), Result.getOrThrow)
const live = <A>(name: string, work: Effect.Effect<A, never, Scope.Scope>) =>
  it.live(name, () => Effect.scoped(work), 30_000)

const facts = { ...plainFacts("claude"), headers: { "x-team": "docs", authorization: "Bearer canary" } }
const why = (answer: FunctionAnswer) => (answer.kind === "failed" ? answer.why : answer.kind)

describe("the user's routing function", () => {
  live(
    "chooses by the facts, at once or later, or leaves the choice",
    Effect.gen(function* () {
      const choose = yield* loaded(`
        export default async ({ headers, requestedModel }) =>
          requestedModel === "none" ? undefined : headers["x-team"] + "-" + requestedModel`)
      assert.deepStrictEqual(yield* choose(facts), { kind: "model", model: "docs-claude" })
      assert.deepStrictEqual(yield* choose({ ...facts, requestedModel: "none" }), { kind: "none" })
    })
  )

  live(
    "sees no credentials and no environment",
    Effect.gen(function* () {
      const choose = yield* loaded(`
        export default ({ headers }) => JSON.stringify([headers, Object.keys(process.env).length])`)
      assert.deepStrictEqual(yield* choose(facts), { kind: "model", model: '[{"x-team":"docs"},0]' })
    })
  )

  for (const [what, source, expected] of [
    ["throws", "export default () => { throw new Error('no luck') }", /failed: it threw: no luck$/],
    ["rejects", "export default async () => { throw 'nothing' }", /failed: it threw: nothing$/],
    ["gives nonsense", "export default () => ({ model: 1 })", /gave \{"model":1\}, which is not the name of a model$/],
    ["gives what cannot be sent", "export default () => () => 1", /could not be cloned/],
    ["ends its process", "export default () => process.exit(3)", /ended its worker$/]
  ] as const)
    live(
      `that ${what} is told, and asked again the next time`,
      Effect.gen(function* () {
        const choose = yield* loaded(source)
        assert.match(why(yield* choose(facts)), expected)
        assert.match(why(yield* choose(facts)), expected)
      })
    )

  live(
    "that never ends is ended, and a fresh one answers the next request",
    Effect.gen(function* () {
      const choose: RoutingFunction = yield* loaded(
        `export default ({ requestedModel }) => { while (requestedModel === "loop"); return "fine" }`,
        1000
      )
      assert.match(why(yield* choose({ ...facts, requestedModel: "loop" })), /took longer than 1000 ms$/)
      assert.deepStrictEqual(yield* choose(facts), { kind: "model", model: "fine" })
    })
  )

  for (const [what, source, expected] of [
    ["has no default export", "export const route = 1", /route\.mjs has no function as its default export$/],
    ["is no JavaScript", "export default (", /route\.mjs cannot be loaded: /],
    ["breaks while it is loaded", "throw new Error('early')", /route\.mjs cannot be loaded: early$/]
  ] as const)
    live(
      `that ${what} is refused before any request`,
      Effect.gen(function* () {
        const result = yield* load(source)
        assert.match(Result.isFailure(result) ? result.failure.message : "it loaded", expected)
      })
    )
})
