import { assert, describe, it } from "@effect/vitest"
import { subagentModelIn, withoutSubagentTag } from "@pensieve/router"

describe("the tag of a subagent's model", () => {
  it("is found in either spelling and taken out of the prompt", () => {
    const prompt = "<CCR-SUBAGENT-MODEL>studio,llama</CCR-SUBAGENT-MODEL>Find the bug."
    assert.strictEqual(subagentModelIn(prompt), "studio,llama")
    assert.strictEqual(withoutSubagentTag(prompt), "Find the bug.")
    assert.strictEqual(subagentModelIn("<PENSIEVE-SUBAGENT-MODEL> small </PENSIEVE-SUBAGENT-MODEL>"), "small")
  })

  it("is not half of one", () => {
    assert.strictEqual(subagentModelIn("<CCR-SUBAGENT-MODEL>small</PENSIEVE-SUBAGENT-MODEL>"), undefined)
    assert.strictEqual(subagentModelIn("<CCR-SUBAGENT-MODEL></CCR-SUBAGENT-MODEL>"), undefined)
  })
})
