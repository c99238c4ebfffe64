import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { applySetup, claudeCodeSettings, Home, planSetup, undoSetup } from "@pensieve/operations"
import { Effect, FileSystem, type Layer } from "effect"

type Services = Home | Layer.Success<typeof NodeServices.layer>

/** Runs a test with a home of our own and a settings file that may be there. */
const withSettings = <A, E>(test: (file: string) => Effect.Effect<A, E, Services>) =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const root = yield* fs.makeTempDirectoryScoped()
    yield* fs.makeDirectory(`${root}/client`)
    return yield* test(`${root}/client/settings.json`).pipe(
      Effect.provide(Home.layer({ PENSIEVE_HOME: `${root}/home` }))
    )
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

const settings = claudeCodeSettings({ baseUrl: "http://127.0.0.1:1", token: "t", window: 90_000, modelName: "local-m" })

const setUp = (path: string, changes = settings) =>
  Effect.gen(function* () {
    const planned = yield* planSetup([{ path, changes }])
    yield* applySetup("claude-code", planned)
    return planned
  })

const undo = undoSetup("claude-code")

const original = '{\n    "env": {"ANTHROPIC_MODEL": "opus"},\n    "theme": "dark"}'

describe("setting a client up", () => {
  it.effect("shows what it would do and does nothing until told", () =>
    withSettings((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(file, original)
        const [plan] = yield* planSetup([{ path: file, changes: settings }])
        assert.include(plan?.diff, '+        "ANTHROPIC_BASE_URL": "http://127.0.0.1:1"')
        assert.strictEqual(yield* fs.readFileString(file), original)
      })
    )
  )

  it.effect("merges our keys, for the user's eyes only, and changes nothing when repeated", () =>
    withSettings((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(file, original)
        yield* setUp(file)
        const written = JSON.parse(yield* fs.readFileString(file))
        assert.strictEqual(written.theme, "dark")
        assert.strictEqual(written.env.ANTHROPIC_MODEL, "local-m")
        assert.strictEqual((yield* fs.stat(file)).mode & 0o777, 0o600)
        assert.isEmpty(yield* setUp(file))
      })
    )
  )

  it.effect("is undone byte for byte, permissions included, even after it was repeated with other values", () =>
    withSettings((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(file, original)
        yield* fs.chmod(file, 0o644)
        yield* setUp(file)
        yield* setUp(file, [{ path: ["env", "ANTHROPIC_BASE_URL"], value: "http://127.0.0.1:2" }])
        const [undone] = yield* undo
        assert.strictEqual(undone?.how, "restored")
        assert.strictEqual(yield* fs.readFileString(file), original)
        assert.strictEqual((yield* fs.stat(file)).mode & 0o777, 0o644)
        assert.isEmpty(yield* undo)
      })
    )
  )

  it.effect("takes only its own keys back out of a file that others have changed", () =>
    withSettings((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(file, original)
        yield* setUp(file)
        const changed = JSON.parse(yield* fs.readFileString(file))
        changed.model = "opus"
        changed.permissions.defaultMode = "plan"
        yield* fs.writeFileString(file, JSON.stringify(changed))
        const [undone] = yield* undo
        assert.deepStrictEqual([undone?.how, undone?.kept], ["cleaned", [["permissions", "defaultMode"]]])
        assert.deepStrictEqual(JSON.parse(yield* fs.readFileString(file)), {
          env: { ANTHROPIC_MODEL: "opus" },
          theme: "dark",
          permissions: { defaultMode: "plan" },
          model: "opus"
        })
      })
    )
  )

  it.effect("keeps what others wrote between two setups", () =>
    withSettings((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(file, original)
        yield* setUp(file)
        const changed = { ...JSON.parse(yield* fs.readFileString(file)), model: "opus" }
        yield* fs.writeFileString(file, JSON.stringify(changed))
        yield* setUp(file, [{ path: ["env", "ANTHROPIC_BASE_URL"], value: "http://127.0.0.1:2" }])
        yield* undo
        assert.deepStrictEqual(JSON.parse(yield* fs.readFileString(file)), {
          env: { ANTHROPIC_MODEL: "opus" },
          theme: "dark",
          model: "opus"
        })
      })
    )
  )

  it.effect("makes a file that is not there, and removes it again", () =>
    withSettings((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* setUp(file)
        assert.isTrue(yield* fs.exists(file))
        const [undone] = yield* undo
        assert.strictEqual(undone?.how, "removed")
        assert.isFalse(yield* fs.exists(file))
      })
    )
  )

  it.effect("writes through a symbolic link and leaves the link a link", () =>
    withSettings((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(`${file}.real`, original)
        yield* fs.symlink(`${file}.real`, file)
        yield* setUp(file)
        assert.strictEqual(yield* fs.readLink(file), `${file}.real`)
        assert.include(yield* fs.readFileString(`${file}.real`), "ANTHROPIC_BASE_URL")
        yield* undo
        assert.strictEqual(yield* fs.readFileString(`${file}.real`), original)
      })
    )
  )

  it.effect("refuses a file that is not JSON and leaves it alone", () =>
    withSettings((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.writeFileString(file, '{"a": 1,,}')
        const refusal = yield* Effect.flip(setUp(file))
        assert.match(refusal.message, /line 1, column 9/)
        assert.strictEqual(yield* fs.readFileString(file), '{"a": 1,,}')
      })
    )
  )

  it.effect("refuses when the file changed after the plan was shown", () =>
    withSettings((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const planned = yield* planSetup([{ path: file, changes: settings }])
        yield* fs.writeFileString(file, original)
        const refusal = yield* Effect.flip(applySetup("claude-code", planned))
        assert.match(refusal.message, /changed by another program/)
        assert.strictEqual(yield* fs.readFileString(file), original)
      })
    )
  )

  it.live("waits for the client's lock and clears one that was left behind", () =>
    withSettings((file) =>
      Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        const lock = `${file}.lock`
        yield* fs.makeDirectory(lock)
        yield* fs.utimes(lock, new Date(0), new Date(0))
        yield* setUp(file)
        assert.isFalse(yield* fs.exists(lock))
      })
    )
  )
})
