import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createContext, Script } from "node:vm"
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core"
import { build } from "esbuild"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { examplesOf, makeApp, makeFolder, packAll, packageNames, root, run } from "../src/pack.ts"

const folder = makeFolder()
const examples = examplesOf("translator")
const numbered = examples.map((example, index) => [index, example] as const)
let tarballs: ReadonlyMap<string, string> = new Map()
let app = ""

beforeAll(() => {
  tarballs = packAll(folder)
  app = makeApp(folder, tarballs)
  for (const [index, { code }] of examples.entries()) writeFileSync(join(app, `example-${index}.ts`), code)
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("a tarball", () => {
  it.each(packageNames)("of %s has types that every resolution of modules finds", async (name) => {
    const tarball = readFileSync(tarballs.get(`@pensieve/${name}`) ?? "")
    const result = await checkPackage(createPackageFromTarballData(tarball))
    assert.isObject(result.types)
    // Modules only: programs that `require` load them as modules, as Node does since 22.
    const problems = "problems" in result ? result.problems : []
    const old = /^(node10|node16-cjs)$/
    assert.deepEqual(
      problems.filter((problem) => !("resolutionKind" in problem && old.test(problem.resolutionKind))),
      []
    )
  })

  it("holds what runs and what it is under, and nothing of the workspace", () => {
    for (const tarball of tarballs.values()) {
      const files = run("tar", ["-tzf", tarball], folder).trim().split("\n")
      assert.deepEqual(
        files.filter((file) => !/^package\/(dist\/|package\.json$|README\.md$|LICENSE$)/.test(file)),
        []
      )
      const manifest = run("tar", ["-xzOf", tarball, "package/package.json"], folder)
      assert.notMatch(manifest, /workspace:|catalog:|\.\/src\//)
    }
  })
})

describe("a program outside the workspace", () => {
  it("compiles against the types alone, without those of Node", () => {
    writeFileSync(
      join(app, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          target: "ES2022",
          lib: ["ES2022", "DOM"],
          types: [],
          module: "NodeNext",
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: true,
          noEmit: true
        }
      })
    )
    assert.strictEqual(run(join(root, "node_modules/.bin/tsc"), ["-p", app], app), "")
  })

  it.each(numbered)("runs example %i of the README, which prints what it says", (index, { prints }) => {
    assert.strictEqual(run(process.execPath, [`example-${index}.ts`], app), prints)
  })

  it("has examples", () => {
    assert.isAtLeast(examples.length, 5)
  })
})

describe("a bundle for a browser", () => {
  let bundles: ReadonlyArray<string> = []

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: examples.map((_, index) => join(app, `example-${index}.ts`)),
      outdir: folder,
      bundle: true,
      platform: "browser",
      format: "iife",
      write: false,
      logLevel: "silent"
    })
    bundles = outputFiles.map((file) => file.text)
  }, 60_000)

  it.each(numbered)("of example %i runs where there is nothing of Node", (index, { prints }) => {
    const printed: Array<string> = []
    const console = { log: (...values: ReadonlyArray<unknown>) => void printed.push(`${values.join(" ")}\n`) }
    const browser = createContext({ console, TextEncoder, TextDecoder, atob, btoa, URL, AbortController })
    new Script(bundles[index] ?? "").runInContext(browser)
    assert.strictEqual(printed.join(""), prints)
  })
})
