import { places } from "@pensieve/test-harness"
import { spawnSync } from "node:child_process"
import { assert, describe, it } from "vitest"

const run = (input: string) =>
  spawnSync(process.execPath, [places.main, "config", "import", "-"], { input, encoding: "utf8", timeout: 60_000 })

describe("pensieve config import", () => {
  it("prints a configuration, and what needs a hand beside it", () => {
    const source = {
      Providers: [{ name: "far", api_base_url: "https://far.example/v1/chat/completions", api_key: "canary" }],
      Router: { default: "far,big" }
    }
    const { status, stdout, stderr } = run(JSON.stringify(source))
    assert.strictEqual(status, 0, stderr)
    assert.strictEqual(
      stdout,
      `backends:\n  far:\n    kind: openai\n    url: https://far.example/v1\n    key: \${FAR_KEY}\nrouter:\n  default: far,big\n`
    )
    assert.strictEqual(stderr, "pensieve: far: put its key into the variable FAR_KEY.\n")
  })

  it("says what is no such configuration, with code 2", () => {
    const { status, stderr } = run("{}")
    assert.strictEqual(status, 2)
    assert.match(stderr, /^pensieve: - is no configuration of claude-code-router: /)
  })
})
