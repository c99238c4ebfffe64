import { assert, describe, it } from "@effect/vitest"
import { configurationPlace, readConfigurationText } from "@pensieve/operations"
import { Effect, FileSystem } from "effect"
import { inHome } from "./in-home.ts"

describe("the configuration file", () => {
  it.effect("is the one that is named, else pensieve.yaml of the folder, else config.yaml of the state folder", () =>
    inHome((root) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const folder = `${root}/project`
        yield* fs.makeDirectory(folder)
        assert.strictEqual(yield* configurationPlace(undefined, folder), `${root}/config.yaml`)
        yield* fs.writeFileString(`${folder}/pensieve.yaml`, "port: 1\n")
        assert.strictEqual(yield* configurationPlace(undefined, folder), `${folder}/pensieve.yaml`)
        assert.strictEqual(yield* configurationPlace("own.json", folder), `${folder}/own.json`)
        assert.strictEqual(yield* configurationPlace("/etc/own.yaml", folder), "/etc/own.yaml")
      })
    )
  )

  it.effect("need not be there; one that cannot be read is told", () =>
    inHome((root) =>
      Effect.gen(function* () {
        assert.isUndefined(yield* readConfigurationText(`${root}/config.yaml`))
        const { message } = yield* Effect.flip(readConfigurationText(root))
        assert.isTrue(message.startsWith(`${root} cannot be read: `))
      })
    )
  )
})
