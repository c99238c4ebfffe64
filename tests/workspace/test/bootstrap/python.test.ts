import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { placesOf } from "../../../../scripts/bootstrap/places.mjs"
import { findPython, installPython, probePython, pythonIsReady } from "../../../../scripts/bootstrap/python.mjs"
import { scratchFolder } from "../../src/scratch-folder.ts"

type Known = Readonly<Record<string, { version: readonly [number, number]; venv: boolean }>>

const asks = (known: Known) => (command: string) => {
  const python = known[command]
  return python === undefined ? undefined : { command, ...python }
}
const find = (known: Known, env: NodeJS.ProcessEnv = {}, uv = false) =>
  findPython(env, { uv, probe: asks(known) }).command

describe("looking for Python", () => {
  it("takes the newest name that runs", () => {
    const known: Known = { "python3.12": { version: [3, 12], venv: true }, python3: { version: [3, 13], venv: true } }
    assert.strictEqual(find(known), "python3.12")
  })

  it("takes PENSIEVE_PYTHON before everything else", () => {
    const known: Known = {
      "/opt/python": { version: [3, 11], venv: true },
      "python3.13": { version: [3, 13], venv: true }
    }
    assert.strictEqual(find(known, { PENSIEVE_PYTHON: "/opt/python" }), "/opt/python")
  })

  it("passes over one without venv when another has it", () => {
    const known: Known = {
      "python3.13": { version: [3, 13], venv: false },
      "python3.11": { version: [3, 11], venv: true }
    }
    assert.strictEqual(find(known), "python3.11")
  })

  it("needs no venv module when uv makes the environment", () => {
    assert.strictEqual(find({ python3: { version: [3, 11], venv: false } }, {}, true), "python3")
  })

  it("says how to get venv", () => {
    assert.throws(() => find({ python3: { version: [3, 12], venv: false } }), /apt-get install python3-venv/)
  })

  it("says that Python is missing and how to get it", () => {
    assert.throws(() => find({}), /^Python is missing\. Install Python 3\.11 or newer .*run this again\.$/)
  })

  it("says which versions are too old", () => {
    assert.throws(
      () => find({ python3: { version: [3, 9], venv: true }, python: { version: [2, 7], venv: false } }),
      /^Python is too old \(python3 is 3\.9, python is 2\.7\)\. Install Python 3\.11/
    )
  })

  it("says that PENSIEVE_PYTHON does not run, and looks no further", () => {
    const known: Known = { "python3.13": { version: [3, 13], venv: true } }
    assert.throws(() => find(known, { PENSIEVE_PYTHON: "/nowhere" }), /^PENSIEVE_PYTHON=\/nowhere does not run/)
  })
})

describe("asking a Python", () => {
  const script = (text: string) => {
    const file = join(scratchFolder("python"), "python")
    writeFileSync(file, `#!/bin/sh\n${text}\n`)
    chmodSync(file, 0o755)
    return file
  }

  it("reads version and venv", () => {
    const file = script("echo 3.12; echo True")
    assert.deepEqual(probePython(file, {}), { command: file, version: [3, 12], venv: true })
    assert.deepEqual(probePython(script("echo 3.12; echo False"), {})?.venv, false)
  })

  it("takes a stand-in that only complains for no Python", () => {
    assert.isUndefined(probePython(script("echo 'command not found' >&2; exit 127"), {}))
    assert.isUndefined(probePython(join(scratchFolder("python"), "absent"), {}))
  })
})

describe("the Python environment", () => {
  const prepare = () => {
    const places = placesOf(scratchFolder("venv"))
    mkdirSync(places.bridge)
    writeFileSync(`${places.bridge}/requirements.txt`, "one==1\n")
    writeFileSync(`${places.bridge}/requirements-dev.txt`, "two==2\n")
    // A Python whose `-m venv FOLDER` makes a copy of itself, and whose pip fails while `broken` is there.
    const python = join(places.root, "python3.11")
    writeFileSync(
      python,
      [
        "#!/bin/sh",
        'echo "$*" >> "$CALLS"',
        'case "$*" in',
        "  -c*) echo 3.11; echo True ;;",
        '  "-m venv"*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;',
        '  "-m pip"*) test ! -e "$CALLS.broken" ;;',
        "esac"
      ].join("\n")
    )
    chmodSync(python, 0o755)
    const calls = join(places.root, "calls")
    const env = { PATH: "/usr/bin:/bin", PENSIEVE_PYTHON: python, CALLS: calls }
    const install = (development: boolean) => installPython(places, { development }, { env, print: () => undefined })
    return { places, calls, install }
  }

  it("is ready after an installation, for what was installed", async () => {
    const { places, install } = prepare()
    assert.isFalse(pythonIsReady(places, { development: false }))
    await install(false)
    assert.isTrue(pythonIsReady(places, { development: false }))
    assert.isFalse(pythonIsReady(places, { development: true }))
    await install(true)
    assert.isTrue(pythonIsReady(places, { development: true }))
    assert.isTrue(pythonIsReady(places, { development: false }))
  })

  it("is not ready when the requirements change or its interpreter is gone", async () => {
    const { places, install } = prepare()
    await install(false)
    writeFileSync(`${places.bridge}/requirements.txt`, "one==1.1\n")
    assert.isFalse(pythonIsReady(places, { development: false }))
    await install(false)
    rmSync(places.python)
    assert.isFalse(pythonIsReady(places, { development: false }))
  })

  it("is made anew after an interrupted installation", async () => {
    const { places, calls, install } = prepare()
    writeFileSync(`${calls}.broken`, "")
    const failure = await install(false).then(
      () => "installed",
      (error: unknown) => String(error)
    )
    assert.match(failure, /Installing requirements\.txt failed \(exit code 1\)\. .*run the same command again/)
    assert.isFalse(pythonIsReady(places, { development: false }))
    rmSync(`${calls}.broken`)
    writeFileSync(`${places.venv}/left-over`, "")
    await install(false)
    assert.isTrue(pythonIsReady(places, { development: false }))
    assert.throws(() => rmSync(`${places.venv}/left-over`), /ENOENT/)
  })
})
