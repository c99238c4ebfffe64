import {
  type CommandHome,
  isAlive,
  makeCommandHome,
  says,
  startProxy,
  startUpstream,
  until
} from "@pensieve/test-harness"
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { afterEach, assert, beforeEach, describe, it } from "vitest"

/** As much of systemctl as is needed: it writes down how it was called, starts what the unit says, and ends it again. */
const systemctl = `#!/bin/sh
echo "$@" >> "$HOME/systemctl-calls"
unit="$HOME/.config/systemd/user/pensieve.service"
case "$2" in
  enable)
    test -e "$HOME/systemctl-fails" && { echo "no bus" >&2; exit 1; }
    eval "$(sed -n 's/^ExecStart=//p' "$unit") 2>> \\"$HOME/service-log\\" < /dev/null > /dev/null &"
    echo $! > "$HOME/service-pid" ;;
  disable)
    test -e "$HOME/service-pid" && kill "$(cat "$HOME/service-pid")" 2> /dev/null || true ;;
esac
`

let home: CommandHome
let upstream: Awaited<ReturnType<typeof startUpstream>>
const inHome = (name: string): string => join(home.folder, name)

beforeEach(async () => {
  upstream = await startUpstream({ script: says("hello") })
  home = await makeCommandHome()
  mkdirSync(inHome("bin"))
  writeFileSync(inHome("bin/systemctl"), systemctl)
  chmodSync(inHome("bin/systemctl"), 0o755)
})
afterEach(async () => {
  await home.close()
  await upstream.stop()
})

const run = (...args: ReadonlyArray<string>) =>
  home.run(args, { env: { PATH: [inHome("bin"), process.env["PATH"]].join(delimiter) } })
const unit = () => inHome(".config/systemd/user/pensieve.service")
const calls = () => readFileSync(inHome("systemctl-calls"), "utf8").trim().split("\n")

describe.runIf(process.platform === "linux")("pensieve service", () => {
  it("installs a unit that runs the proxy with the flags given, and takes it away again without a trace", async () => {
    const installed = await run("service", "install", "--port", "0", "--upstream", upstream.url)
    assert.strictEqual(installed.code, 0, installed.stderr)
    assert.match(installed.stdout, /^Installed .*pensieve\.service\.\nIt listens on http:\/\/127\.0\.0\.1:\d+\.\n$/)
    assert.include(readFileSync(unit(), "utf8"), `"--upstream=${upstream.url}"`)
    const pid = Number(readFileSync(inHome("service-pid"), "utf8"))
    assert.isTrue(isAlive(pid))

    const removed = await run("service", "remove")
    assert.strictEqual(removed.code, 0, removed.stderr)
    assert.isFalse(existsSync(unit()))
    await until("it has ended", 5000, () => !isAlive(pid) || undefined)
    assert.deepEqual(calls(), [
      "--user daemon-reload",
      "--user enable --now pensieve.service",
      "--user disable --now pensieve.service",
      "--user daemon-reload"
    ])
  })

  it("ends a proxy that runs already: the service takes its place", async () => {
    await run("start", "--detach", "--port", "0", "--upstream", upstream.url)
    const { stderr, code } = await run("service", "install", "--port", "0", "--upstream", upstream.url)
    assert.strictEqual(code, 0, stderr)
    assert.match(stderr, /Stopped http/)
    await run("service", "remove")
  })

  it("leaves nothing behind when the manager refuses it, and says why", async () => {
    writeFileSync(inHome("systemctl-fails"), "")
    const { code, stderr } = await run("service", "install", "--upstream", upstream.url)
    assert.strictEqual(code, 1)
    assert.match(stderr, /systemctl --user enable --now pensieve\.service failed: no bus/)
    assert.isFalse(existsSync(unit()))
  })

  it("is not installed with settings that are wrong", async () => {
    const { code, stderr } = await run("service", "install", "--port", "70000")
    assert.strictEqual(code, 2)
    assert.match(stderr, /--port/)
    assert.isFalse(existsSync(unit()))
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
