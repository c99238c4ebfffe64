import { type CommandHome, makeCommandHome } from "@pensieve/test-harness"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

let home: CommandHome
let verbs: ReadonlyArray<string>
beforeAll(async () => {
  home = await makeCommandHome()
  verbs = verbsOf((await home.run(["--help"])).stdout)
})
afterAll(() => home.close())

/** The names under SUBCOMMANDS of a help text. */
const verbsOf = (help: string): ReadonlyArray<string> =>
  (/^SUBCOMMANDS\n((?: .*\n)+)/m.exec(help)?.[1] ?? "")
    .split("\n")
    .flatMap((line) => /^ {2}([a-z]+)\b/.exec(line)?.[1] ?? [])

/** Those whose words belong to another program. */
const clients = ["claude", "codex"]

describe("every verb", () => {
  it("is told by `--help`", () => {
    assert.includeMembers([...verbs], [...clients, "start", "stop", "restart", "status", "statusline", "logs", "trace"])
    assert.includeMembers([...verbs], ["setup", "doctor", "models", "config", "explain", "cache", "bench", "service"])
  })

  it("tells what it does, with an example, without a proxy, and leaves nothing behind", async () => {
    for (const verb of verbs.filter((one) => !clients.includes(one))) {
      const { code, stdout, stderr } = await home.run([verb, "--help"])
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, new RegExp(`EXAMPLES\\n[^]*pensieve ${verb}`), verb)
    }
    assert.deepEqual([home.names("run"), home.names("logs")], [[], []])
  }, 60_000)

  it("refuses a flag that it does not have, with code 2", async () => {
    for (const verb of ["start", "stop", "status", "logs", "doctor", "bench", "statusline"]) {
      const { code, stderr } = await home.run([verb, "--no-such-flag"])
      assert.strictEqual(code, 2, verb)
      assert.include(stderr, "--no-such-flag")
    }
  }, 60_000)

  it("of which there is nothing to end, show or remove says so and starts nothing", async () => {
    for (const [words, code, told] of [
      [["stop"], 0, /No proxy runs/],
      [["status"], 3, /No proxy runs/],
      [["statusline"], 0, /does not run/],
      [["logs"], 1, /no proxy has run yet/],
      [["trace", "show"], 1, /trace/],
      [["cache", "show"], 0, /in all/],
      [["setup", "--undo"], 0, /./]
    ] as const) {
      const run = await home.run([...words])
      assert.strictEqual(run.code, code, `${words.join(" ")}: ${run.stderr}`)
      assert.match(run.stdout + run.stderr, told, words.join(" "))
    }
    assert.isEmpty(home.names("run"))
  }, 60_000)
})
