import { assert, describe, it } from "vitest"
import { commandWords } from "../src/command-words.ts"

describe("the words of a command line", () => {
  it("behind a client's verb are all the client's, a bare -- too", () => {
    assert.deepEqual(commandWords(["claude", "-p", "--help"]), ["claude", "--", "-p", "--help"])
    assert.deepEqual(commandWords(["codex", "--", "x"]), ["codex", "--", "--", "x"])
    assert.deepEqual(commandWords(["claude"]), ["claude", "--"])
  })

  it("are otherwise as they were", () => {
    assert.deepEqual(commandWords(["status", "--json"]), ["status", "--json"])
    assert.deepEqual(commandWords([]), [])
  })
})
