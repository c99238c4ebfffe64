import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, inject, it } from "vitest"
import { commandBlocksOf, documents, read } from "../src/documents.ts"
import { makeReader, type Reader } from "../src/reader.ts"

const prefix = mkdtempSync(join(tmpdir(), "pensieve-prefix-"))
const desk = () => ({ prefix, claudeCode: inject("claudeCode") })
const installation = commandBlocksOf(read("README.md")).find(({ code }) => code.includes("npm install --global"))

beforeAll(async () => {
  // The other documents are for those who have done this.
  const reader = await makeReader(desk())
  const problem = await reader.type(installation?.code ?? "false")
  if (problem !== "") throw new Error(problem)
  await reader.leave()
})
afterAll(() => rmSync(prefix, { recursive: true, force: true }))

describe.each(documents)("the commands of %s", (document) => {
  const blocks = commandBlocksOf(read(document))
  const run = blocks.filter(({ notRun }) => notRun === undefined).map((block) => [block.line, block] as const)
  let reader: Reader

  beforeAll(async () => {
    reader = await makeReader(desk())
  })
  afterAll(() => reader.leave())

  it.each(run)("in line %i do what they are for", async (_, { code }) => {
    assert.strictEqual(await reader.type(code), "")
  })

  it("are left out for a reason", () => {
    const unexplained = blocks.filter(({ notRun }) => notRun?.trim() === "")
    assert.deepEqual(unexplained, [])
  })
})
