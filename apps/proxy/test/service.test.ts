import {
  type CommandHome,
  isAlive,
  makeCommandHome,
  says,
  type ScriptedUpstream,
  startProxy,
  startUpstream,
  until
} from "@pensieve/test-harness"
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"

/** What stands in for a service manager: it writes down how it was called, starts what the file says, and ends it again. */
const managers = [
  {
    name: "systemctl",
    platform: "linux",
    file: ".config/systemd/user/pensieve.service",
    starts: "--user enable",
    ends: "--user disable",
    words: `sed -n 's/^ExecStart=//p' "$file"`,
    installing: ["--user daemon-reload", "--user enable --now pensieve.service"],
    removing: ["--user disable --now pensieve.service", "--user daemon-reload"]
  },
  {
    name: "launchctl",
    platform: "darwin",
    file: "Library/LaunchAgents/pensieve.plist",
    starts: "bootstrap",
    ends: "bootout",
    words: `sed -n 's/.*<key>ProgramArguments<.key><array>\\(.*\\)<.array>.*/\\1/p' "$file" | sed 's#<string>#"#g; s#</string>#" #g'`,
    installing: [/^bootout gui\/\d+\/pensieve$/, /^bootstrap gui\/\d+ .*\/pensieve\.plist$/],
    removing: [/^bootout gui\/\d+\/pensieve$/]
  }
] as const

type Manager = (typeof managers)[number]

const scriptOf = ({ file, starts, ends, words }: Manager): string => `#!/bin/sh
echo "$@" >> "$HOME/calls"
file="$HOME/${file}"
case "$*" in
  "${starts}"*)
    test -e "$HOME/fails" && { echo "no bus" >&2; exit 1; }
    eval "$(${words}) 2>> \\"$HOME/service-log\\" < /dev/null > /dev/null &"
    echo $! > "$HOME/service-pid" ;;
  "${ends}"*)
    test -e "$HOME/service-pid" || exit 3
    kill "$(cat "$HOME/service-pid")" ;;
esac
`

let home: CommandHome
let upstream: ScriptedUpstream
const inHome = (name: string): string => join(home.folder, name)

beforeEach(async () => {
  upstream = await startUpstream({ script: says("hello") })
  home = await makeCommandHome()
  mkdirSync(inHome("bin"))
})
afterEach(async () => {
  await home.close()
  await upstream.stop()
})

/** Takes a manager's place, and makes its system's of this one. */
const takePlace = (manager: Manager): void => {
  writeFileSync(inHome(`bin/${manager.name}`), scriptOf(manager))
  chmodSync(inHome(`bin/${manager.name}`), 0o755)
  writeFileSync(
    inHome("platform.mjs"),
    `Object.defineProperty(process, "platform", { value: ${JSON.stringify(manager.platform)} })`
  )
}

const run = (...args: ReadonlyArray<string>) =>
  home.run(args, {
    env: {
      PATH: [inHome("bin"), process.env["PATH"]].join(delimiter),
      NODE_OPTIONS: `--import=${inHome("platform.mjs")}`
    }
  })
const calls = () => readFileSync(inHome("calls"), "utf8").trim().split("\n")

describe.each(managers)("pensieve service with $name", (manager) => {
  beforeEach(() => takePlace(manager))

  it("is a file that runs the proxy with the flags given, and is taken away again without a trace", async () => {
    const file = inHome(manager.file)
    const installed = await run("service", "install", "--port", "0", "--upstream", upstream.url)
    assert.strictEqual(installed.code, 0, installed.stderr)
    assert.match(installed.stdout, /^Installed .*pensieve\.\w+\.\nIt listens on http:\/\/127\.0\.0\.1:\d+\.\n$/)
    assert.include(readFileSync(file, "utf8"), `--upstream=${upstream.url}`)
    const pid = Number(readFileSync(inHome("service-pid"), "utf8"))
    assert.isTrue(isAlive(pid))

    const removed = await run("service", "remove")
    assert.strictEqual(removed.code, 0, removed.stderr)
    assert.isFalse(existsSync(file))
    await until("it has ended", 10_000, () => !isAlive(pid) || undefined)
    const expected = [...manager.installing, ...manager.removing]
    const called = calls()
    assert.lengthOf(called, expected.length)
    for (const [place, call] of expected.entries())
      if (typeof call === "string") assert.strictEqual(called[place], call)
      else assert.match(called[place] ?? "", call)
  })

  it("leaves nothing behind when the manager refuses it, and says why", async () => {
    writeFileSync(inHome("fails"), "")
    const { code, stderr } = await run("service", "install", "--upstream", upstream.url)
    assert.strictEqual(code, 1)
    assert.match(stderr, new RegExp(`${manager.name} ${manager.starts} .*failed: no bus`))
    assert.isFalse(existsSync(inHome(manager.file)))
  })
})

describe("pensieve service", () => {
  beforeEach(() => takePlace(managers[0]))

  it("ends a proxy that runs already: the service takes its place", async () => {
    await run("start", "--detach", "--port", "0", "--upstream", upstream.url)
    const { stderr, code } = await run("service", "install", "--port", "0", "--upstream", upstream.url)
    assert.strictEqual(code, 0, stderr)
    assert.match(stderr, /Stopped http/)
    await run("service", "remove")
  })

  it("is not installed with settings that are wrong", async () => {
    const { code, stderr } = await run("service", "install", "--port", "70000")
    assert.strictEqual(code, 2)
    assert.match(stderr, /--port/)
    assert.isFalse(existsSync(inHome("calls")))
  })

  it("has nothing to remove where nothing is installed", async () => {
    const { code, stdout } = await run("service", "remove")
    assert.deepEqual([code, stdout], [0, "No service is installed.\n"])
  })
})

describe("a proxy that a service manager runs", () => {
  it("ends with code 0 when it is told to end: it has not failed", async () => {
    const proxy = await startProxy({ args: ["--managed", "--upstream", upstream.url] })
    assert.strictEqual(await proxy.stop(), 0)
  })
})
