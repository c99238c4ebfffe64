import { spawnSync } from "node:child_process"
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "vitest"
import { placesOf } from "../../../../scripts/bootstrap/places.mjs"
import { root } from "../../src/checkout.ts"
import { scratchFolder } from "../../src/scratch-folder.ts"

/** A checkout with the bootstrap and nothing else; `programs` are shell scripts in its PATH. */
const checkout = (programs: Readonly<Record<string, string>>) => {
  const places = placesOf(scratchFolder("checkout"))
  const bin = join(places.root, "bin")
  const write = (file: string, text: string) => {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    chmodSync(file, 0o755)
  }
  cpSync(join(root, "scripts/bootstrap"), join(places.root, "scripts/bootstrap"), { recursive: true })
  for (const file of ["scripts/bootstrap.mjs", "package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"])
    cpSync(join(root, file), join(places.root, file))
  for (const [name, text] of Object.entries(programs)) write(join(bin, name), `#!/bin/sh\n${text}\n`)
  mkdirSync(places.bridge)
  writeFileSync(join(places.bridge, "requirements.txt"), "one==1\n")
  const run = (
    args: ReadonlyArray<string>,
    options: { env?: NodeJS.ProcessEnv; node?: ReadonlyArray<string> } = {}
  ) => {
    const env = {
      PATH: `${bin}:/usr/bin:/bin`,
      HOME: places.root,
      PENSIEVE_PYTHON: join(bin, "python"),
      ...options.env
    }
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...(options.node ?? []), "scripts/bootstrap.mjs", ...args],
      { cwd: places.root, env, encoding: "utf8" }
    )
    return { status, stdout, stderr, last: stderr.trimEnd().split("\n").at(-1) ?? "" }
  }
  return { places, bin, run }
}

const python = [
  'case "$*" in',
  "  -c*) echo 3.11; echo True ;;",
  '  "-m venv"*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;',
  "esac"
].join("\n")

/** An npm that brings a pnpm that brings a node: what the real ones do, without a network. */
const npm = [
  'echo npm "$*" >> calls',
  'mkdir -p "$3/node_modules/.bin"',
  `cat > "$3/node_modules/.bin/pnpm" <<'END'`,
  "#!/bin/sh",
  'echo pnpm "$*" >> calls',
  "test ! -e pnpm-fails || exit 1",
  "mkdir -p node_modules/node/bin",
  `printf '#!/bin/sh\\necho proxy "$@"\\nexit 9\\n' > node_modules/node/bin/node`,
  "chmod +x node_modules/node/bin/node",
  "END",
  'chmod +x "$3/node_modules/.bin/pnpm"'
].join("\n")

describe("npm start", () => {
  it("installs what is missing, then runs the proxy with the flags and gives its exit code", () => {
    const { places, run } = checkout({ npm, python })
    const { status, stdout, stderr } = run(["start", "--port", "7001"])
    assert.strictEqual(stdout, `proxy ${places.main} start --port 7001\n`)
    assert.strictEqual(status, 9)
    assert.match(stderr, /Getting pnpm [\d.]+.*\n {2}done in [\d.]+ s\n- Installing the JavaScript packages/)
  })

  it("installs nothing the second time", () => {
    const { places, run } = checkout({ npm, python })
    run(["start"])
    const calls = readFileSync(join(places.root, "calls"), "utf8")
    const second = run(["start"], { env: { PATH: "/nowhere" } })
    assert.strictEqual(second.stderr, "")
    assert.strictEqual(second.status, 9)
    assert.strictEqual(readFileSync(join(places.root, "calls"), "utf8"), calls)
  })

  it("takes up an installation that was interrupted", () => {
    const { places, run } = checkout({ npm, python })
    writeFileSync(join(places.root, "pnpm-fails"), "")
    assert.strictEqual(run(["start"]).status, 1)
    rmSync(join(places.root, "pnpm-fails"))
    assert.strictEqual(run(["start"]).status, 9)
    rmSync(join(places.root, "node_modules"), { recursive: true })
    assert.strictEqual(run(["start"]).status, 9)
  })

  it("passes flags that follow a bare --, as `pnpm start --` gives them", () => {
    const { places, run } = checkout({ npm, python })
    assert.strictEqual(run(["pensieve", "--", "status", "--json"]).stdout, `proxy ${places.main} status --json\n`)
    assert.strictEqual(run(["start", "--", "--port", "0"]).stdout, `proxy ${places.main} start --port 0\n`)
  })
})

describe("one line says what is missing", () => {
  it("when Node is too old", () => {
    const { run } = checkout({})
    const old = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'16.20.2'})"
    const { status, stderr } = run(["start"], { node: ["--import", old] })
    assert.strictEqual(status, 1)
    assert.match(stderr, /^pensieve: Node 16\.20\.2 is too old\. Install Node 20 or newer .*\n$/)
  })

  it("when npm is missing", () => {
    const { bin, run } = checkout({ python })
    assert.match(run(["start"], { env: { PATH: bin } }).last, /^pensieve: npm is missing\. Install Node 20/)
  })

  it("when there is no network", () => {
    const { run } = checkout({ npm: "echo 'npm error code ENOTFOUND' >&2; exit 1", python })
    const { status, last } = run(["start"])
    assert.strictEqual(status, 1)
    assert.match(
      last,
      /^pensieve: Getting pnpm .* failed \(exit code 1\)\. .*check the network.*run the same command again\.$/
    )
  })

  it("when Python is missing", () => {
    const { bin, run } = checkout({ npm })
    // The shell scripts need these few; no Python is among them.
    for (const program of ["sh", "mkdir", "cat", "chmod"]) symlinkSync(`/bin/${program}`, join(bin, program))
    const { last } = run(["start"], { env: { PATH: bin, PENSIEVE_PYTHON: "" } })
    assert.match(last, /^pensieve: Python is missing\. Install Python 3\.11 or newer/)
  })

  it("when a verb is mistyped", () => {
    const { status, last } = checkout({}).run(["strat"])
    assert.strictEqual(status, 2)
    assert.match(last, /unknown verb "strat"\. Verbs: start, pensieve, test,/)
  })
})

describe("scripts/setup-claude-code.sh", () => {
  it("is the verb of the command, called from anywhere", () => {
    const { places, bin } = checkout({ npm, python, node: `exec ${process.execPath} "$@"` })
    cpSync(join(root, "scripts/setup-claude-code.sh"), join(places.root, "scripts/setup-claude-code.sh"))
    const { stdout } = spawnSync(join(places.root, "scripts/setup-claude-code.sh"), ["--yes"], {
      cwd: "/",
      env: { PATH: `${bin}:/usr/bin:/bin`, HOME: places.root, PENSIEVE_PYTHON: join(bin, "python") },
      encoding: "utf8"
    })
    assert.strictEqual(stdout, `proxy ${places.main} setup claude-code --yes\n`)
  })
})

describe("npm install", () => {
  it("does the whole installation", () => {
    const { run } = checkout({ npm, python })
    const { status, last } = run(["installed"], { env: { npm_config_user_agent: "npm/11.0.0 node/v22.0.0" } })
    assert.strictEqual(status, 0)
    assert.match(last, /npm start/)
  })

  it("under pnpm only notes that pnpm has done its part", () => {
    const { places, run } = checkout({})
    mkdirSync(join(places.root, "node_modules"))
    assert.strictEqual(run(["installed"], { env: { npm_config_user_agent: "pnpm/12.0.0" } }).status, 0)
    assert.isNotEmpty(readFileSync(places.workspaceStamp, "utf8"))
  })
})
