import { assert, describe, it } from "vitest"
import { mergeNamed, takeBackNamed } from "../../src/client-setup/named-list.ts"

const item = (name: string, value: string) => ({ name, value })
const his = [item("EDITOR", "vi"), item("URL", "his"), "odd"]
const ours = [item("URL", "ours"), item("TOKEN", "t")]

describe("a list of names and values", () => {
  it("takes ours in place of namesakes, the rest behind", () => {
    assert.deepEqual(mergeNamed(his, ours), [item("EDITOR", "vi"), item("URL", "ours"), "odd", item("TOKEN", "t")])
    assert.deepEqual(mergeNamed(undefined, ours), ours)
    assert.deepEqual(mergeNamed(mergeNamed(his, ours), ours), mergeNamed(his, ours))
  })

  it("is as it was without ours", () => {
    assert.deepEqual(takeBackNamed(mergeNamed(his, ours), ours, his), his)
    assert.isUndefined(takeBackNamed(ours, ours, undefined))
    assert.deepEqual(takeBackNamed(mergeNamed([], ours), ours, []), [])
  })

  it("keeps what somebody changed or added since", () => {
    const now = [item("EDITOR", "nano"), item("URL", "changed"), item("TOKEN", "t"), item("NEW", "1")]
    assert.deepEqual(takeBackNamed(now, ours, his), [item("EDITOR", "nano"), item("URL", "changed"), item("NEW", "1")])
  })
})
