import { assert, describe, it } from "@effect/vitest"
import { noAnswer, readHubInfo, readHubLine } from "@pensieve/operations"
import { Result } from "effect"

const info = {
  repository: "org/model",
  revision: "0".repeat(40),
  downloadBytes: 12,
  totalBytes: 20,
  weightBytes: 10,
  files: 5,
  alreadyHere: false
}

describe("readHubInfo", () => {
  it("reads what the hub says", () => assert.deepStrictEqual(readHubInfo(JSON.stringify(info)), Result.succeed(info)))

  it("reads what went wrong", () => {
    const error = { code: "gated", message: "It asks for consent." }
    assert.deepStrictEqual(readHubInfo(JSON.stringify({ error })), Result.fail(error))
  })

  it("takes everything else for no answer", () => {
    for (const text of ["", "Traceback", "{}", "[]", `{"error":{}}`, JSON.stringify({ ...info, files: "5" })])
      assert.deepStrictEqual(readHubInfo(text), Result.fail(noAnswer))
  })
})

describe("readHubLine", () => {
  it("reads the three kinds of line and passes over the rest", () => {
    const lines = [
      { type: "progress", done: 1, total: 2 },
      { type: "done", path: "/somewhere" },
      { type: "error", code: "disk_full", message: "The disk is full." }
    ] as const
    for (const line of lines) assert.deepStrictEqual(readHubLine(JSON.stringify(line)), line)
    for (const text of ["", "warning: …", `{"type":"other"}`, `{"type":"done"}`]) assert.isUndefined(readHubLine(text))
  })
})
