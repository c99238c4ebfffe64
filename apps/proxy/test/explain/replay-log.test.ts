import { resolveConfiguration } from "@pensieve/config"
import { Effect, Result } from "effect"
import { assert, describe, it } from "vitest"
import { entriesOf, replayLog } from "../../src/explain/replay-log.ts"
import { rulesOf } from "../../src/routing-rules.ts"

const config = `
backends: {near: {kind: openai, url: "http://localhost:1"}, far: {kind: openai, url: "http://localhost:2"}}
models: {big: {targets: ["far,big-1"]}}
router: {default: near, tiers: {opus: big}, longContext: {model: far, threshold: 2000}}
`
const { value } = Result.getOrThrow(resolveConfiguration({ flags: {}, env: {}, file: { path: "c", text: config } }))
const rules = rulesOf(value, "near", ["near", "far"])

const body = (model: string, content = "Hi") => ({ model, max_tokens: 9, messages: [{ role: "user", content }] })
const line = (record: unknown) => JSON.stringify(record)
const replay = (...lines: ReadonlyArray<string>) => Effect.runPromise(replayLog({ rules }, entriesOf(lines.join("\n"))))

describe("a log that is replayed", () => {
  it("shows what would move, and counts the rest", async () => {
    const path = "/v1/messages?beta=true"
    const { lines, moved } = await replay(
      line({ path, body: body("claude-sonnet-5"), route: "near/loaded-model; rule=default" }),
      line({ path, body: body("claude-opus-5"), route: "near/loaded-model; rule=default" }),
      "",
      line({ path: "/v1/models", body: {} }),
      line({
        path: "/v1/chat/completions",
        headers: { A: "b" },
        body: { model: "x", messages: [{ role: "user", content: "Hi" }] }
      }),
      "{"
    )
    assert.deepStrictEqual(lines, [
      "line 2: claude-opus-5, main, 21 tokens: near/loaded-model; rule=default → far/big-1; rule=tier",
      "line 5: x, main, 15 tokens: near; rule=default",
      "line 6: is not valid JSON",
      "1 would move, 1 would not; of 1 is not told where they went; 1 cannot be read"
    ])
    assert.strictEqual(moved, 1)
  })

  it("may hold traces", async () => {
    const client = { path: "/v1/messages?beta=true", headers: {}, body: body("claude-opus-5") }
    const { lines } = await replay(line({ traceVersion: 1, route: "near/x; rule=default", client, events: [] }))
    assert.match(lines[0] ?? "", /^line 1: claude-opus-5, .*: near\/x; rule=default → far\/big-1; rule=tier$/)
  })

  it("says what is wrong with a request", async () => {
    const { lines } = await replay(line({ path: "/v1/messages", body: { model: "x" } }))
    assert.match(lines[0] ?? "", /^line 1: max_tokens: |^line 1: messages: /)
  })

  it("estimates how long a prompt is", async () => {
    const { lines } = await replay(line({ path: "/v1/messages", body: body("m", "word ".repeat(2000)) }))
    assert.match(lines[0] ?? "", /: far; rule=longContext$/)
  })
})
