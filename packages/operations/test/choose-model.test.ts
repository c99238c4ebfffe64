import { assert, describe, it } from "@effect/vitest"
import { chooseModel, isRepositoryName, type ModelFolder } from "@pensieve/operations"

const GB = 1e9
const folder = (name: string, source: ModelFolder["source"], changedAt = 0, weightBytes = GB): ModelFolder => ({
  name,
  path: `/somewhere/${name}`,
  source,
  weightBytes,
  changedAt
})
const demo = folder("pensieve-demo", "demo")
const choose = (requested: string | undefined, folders: ReadonlyArray<ModelFolder>, given?: ModelFolder) => {
  const choice = chooseModel(requested, given, folders, 16 * GB)
  return choice.type === "found" ? choice.folder.name : choice.type
}

describe("chooseModel", () => {
  it("serves the demo when there is nothing else", () => assert.strictEqual(choose(undefined, [demo]), "pensieve-demo"))

  it("prefers models/ to the hub's cache and the newest in each", () => {
    const cached = folder("mlx-community/Qwen3-4B-4bit", "hub-cache", 9)
    assert.strictEqual(choose(undefined, [demo, cached, folder("old", "models", 1), folder("new", "models", 2)]), "new")
    assert.strictEqual(
      choose(undefined, [demo, folder("other/Model", "hub-cache", 10), cached]),
      "mlx-community/Qwen3-4B-4bit"
    )
  })

  it("passes over a model that does not fit the memory, unless it was asked for", () => {
    const huge = folder("huge", "models", 5, 15 * GB)
    assert.strictEqual(choose(undefined, [demo, huge]), "pensieve-demo")
    assert.strictEqual(choose("huge", [demo, huge]), "huge")
  })

  it("takes a path, a name, the last part of a name, or the word demo", () => {
    const cached = folder("mlx-community/Qwen3-4B-4bit", "hub-cache")
    assert.strictEqual(choose("./here", [demo], folder("here", "given")), "here")
    assert.strictEqual(choose("mlx-community/Qwen3-4B-4bit", [demo, cached]), "mlx-community/Qwen3-4B-4bit")
    assert.strictEqual(choose("Qwen3-4B-4bit", [demo, cached]), "mlx-community/Qwen3-4B-4bit")
    assert.strictEqual(choose("demo", [demo, cached]), "pensieve-demo")
  })

  it("tells what could be downloaded from what is nothing at all", () => {
    assert.strictEqual(choose("mlx-community/Qwen3-8B-4bit", [demo]), "absent")
    assert.strictEqual(choose("no-such-thing", [demo]), "invalid")
  })
})

describe("isRepositoryName", () => {
  it("is not fooled by relative paths", () => {
    assert.isTrue(isRepositoryName("mlx-community/Qwen3-4B-4bit"))
    for (const text of ["./models", "../models", "a/b/c", "plain", "/abs/path"]) assert.isFalse(isRepositoryName(text))
  })
})
