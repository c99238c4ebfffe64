import { assert, describe, it } from "@effect/vitest"
import { findModels, Home, hubCacheFolder, localToken } from "@pensieve/operations"
import { Effect, FileSystem } from "effect"
import { inHome } from "./in-home.ts"

describe("the token", () => {
  it.effect("is made once, for the user's eyes only, and kept", () =>
    inHome(() =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { tokenFile } = yield* Home
        const first = yield* localToken(undefined)
        assert.isAtLeast(first.length, 43)
        assert.strictEqual(yield* localToken(undefined), first)
        assert.strictEqual((yield* fs.stat(tokenFile)).mode & 0o777, 0o600)
      })
    )
  )

  it.effect("that was given is used and not written", () =>
    inHome(() =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { tokenFile } = yield* Home
        assert.strictEqual(yield* localToken("mine"), "mine")
        assert.isFalse(yield* fs.exists(tokenFile))
      })
    )
  )

  it.effect("is tightened when others could read it, and made anew when the file is empty", () =>
    inHome(() =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const { tokenFile } = yield* Home
        yield* fs.writeFileString(tokenFile, "kept\n", { mode: 0o644 })
        assert.strictEqual(yield* localToken(undefined), "kept")
        assert.strictEqual((yield* fs.stat(tokenFile)).mode & 0o777, 0o600)
        yield* fs.writeFileString(tokenFile, "\n")
        assert.notStrictEqual(yield* localToken(undefined), "kept")
      })
    )
  )
})

describe("findModels", () => {
  it.effect("finds whole models under models/ and in the hub's cache, and passes over the rest", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const model = (folder: string, config = `{"model_type":"qwen3","architectures":["Qwen3ForCausalLM"]}`) =>
          Effect.gen(function* () {
            yield* fs.makeDirectory(folder, { recursive: true })
            yield* fs.writeFileString(`${folder}/config.json`, config)
            yield* fs.writeFileString(`${folder}/tokenizer.json`, "{}")
            yield* fs.writeFileString(`${folder}/model.safetensors`, "12345")
          })
        yield* model(`${root}/models/plain`)
        yield* model(`${root}/models/org/nested`)
        yield* model(`${root}/models/embedder`, `{"model_type":"bert","architectures":["BertModel"]}`)
        yield* model(`${root}/models/broken`, "not json")
        yield* model(`${root}/models/broken-off`)
        yield* fs.rename(
          `${root}/models/broken-off/model.safetensors`,
          `${root}/models/broken-off/model-00002-of-00003.safetensors`
        )
        yield* model(`${root}/models/sharded`)
        yield* fs.rename(
          `${root}/models/sharded/model.safetensors`,
          `${root}/models/sharded/model-00001-of-00002.safetensors`
        )
        yield* fs.writeFileString(`${root}/models/sharded/model-00002-of-00002.safetensors`, "67")
        yield* fs.makeDirectory(`${root}/models/half`, { recursive: true })
        yield* fs.writeFileString(`${root}/models/half/config.json`, `{"model_type":"qwen3"}`)
        yield* model(`${root}/hub/models--mlx-community--Qwen3-4B/snapshots/abc`)
        yield* model(`${root}/hub/models--mlx-community--Qwen3-4B/snapshots/zzz`)
        yield* fs.makeDirectory(`${root}/hub/models--mlx-community--Qwen3-4B/refs`, { recursive: true })
        yield* fs.writeFileString(`${root}/hub/models--mlx-community--Qwen3-4B/refs/main`, "abc\n")
        yield* fs.makeDirectory(`${root}/hub/datasets--x--y`, { recursive: true })
        yield* model(`${root}/demo`)
        const found = yield* findModels({
          modelsFolders: [`${root}/models`, `${root}/missing`],
          hubCache: `${root}/hub`,
          demo: `${root}/demo`
        })
        assert.deepStrictEqual(
          found.map((folder) => [folder.name, folder.source, folder.weightBytes]),
          [
            ["org/nested", "models", 5],
            ["plain", "models", 5],
            ["sharded", "models", 7],
            ["mlx-community/Qwen3-4B", "hub-cache", 5],
            ["pensieve-demo", "demo", 5]
          ]
        )
        assert.match(found[3]?.path ?? "", /abc$/)
      })
    )
  )

  it("follows the hub's own variables", () => {
    assert.strictEqual(hubCacheFolder({}, "/h"), "/h/.cache/huggingface/hub")
    assert.strictEqual(hubCacheFolder({ HF_HOME: "/x" }, "/h"), "/x/hub")
    assert.strictEqual(hubCacheFolder({ HF_HOME: "/x", HF_HUB_CACHE: "/y" }, "/h"), "/y")
  })
})
