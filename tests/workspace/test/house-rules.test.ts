import { assert, describe, it } from "vitest"
import { parse } from "yaml"
import { files, members, packages, read, root, sourceFiles, sourcesOf, withoutComments } from "../src/checkout.ts"

const longestFile = 350

describe("source files", () => {
  it("say in their name what is inside", () => {
    assert.deepEqual(
      sourceFiles.filter((file) => /\/(utils?|helpers?|common|misc|types|shared)\.(ts|mjs|py)$/.test(file)),
      []
    )
  })

  it(`are ${longestFile} lines long at most`, () => {
    const long = sourceFiles
      .map((file) => ({ file, lines: read(file).split("\n").length - 1 }))
      .filter(({ lines }) => lines > longestFile)
    assert.deepEqual(long, [])
  })

  it("skip no test and leave no mark of unfinished work", () => {
    const mark = /\b(it|test|describe)\.(skip|todo|only)\b|pytest\.mark\.skip\b|(#|\/\/|\*) *(TODO|FIXME|XXX)\b/
    assert.deepEqual(
      sourceFiles.filter((file) => !file.startsWith("tests/workspace/") && mark.test(read(file))),
      []
    )
  })

  it("silence no type checker", () => {
    const silenced = /\bas any\b|\bas unknown as\b|@ts-(ignore|expect-error|nocheck)|# type: ignore/
    const own = sourceFiles.filter((file) =>
      /^(packages|apps)\/[^/]+\/src\/|^python_bridge\/pensieve_bridge\//.test(file)
    )
    assert.deepEqual(
      own.filter((file) => silenced.test(withoutComments(read(file)))),
      []
    )
  })

  it("are re-exported only by a package's entry points", () => {
    const barrels = packages.flatMap((member) => {
      const entries = new Set(
        Object.values(member.manifest.exports ?? {}).map((entry) => entry.replace("./", `${member.folder}/`))
      )
      return sourcesOf(member).filter(
        (file) => !entries.has(file) && /(^|\n)export (\*|\{[^}]*\}) from /.test(read(file))
      )
    })
    assert.deepEqual(barrels, [])
  })
})

describe("dependencies", () => {
  it("are named once, in the catalog, with an exact version", () => {
    const { catalog } = parse(read("pnpm-workspace.yaml"))
    const loose = Object.entries(catalog).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))
    assert.deepEqual(loose, [])
    for (const { folder, manifest } of members) {
      const strays = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
        .filter(([, version]) => version !== "catalog:" && version !== "workspace:*")
        .map(([name]) => name)
      assert.deepEqual(strays, [], folder)
    }
  })

  it("are not the root's, so that a plain `npm install` has nothing to refuse", () => {
    const { dependencies, devDependencies, workspaces } = JSON.parse(read("package.json"))
    assert.deepEqual([dependencies, devDependencies, workspaces], [undefined, undefined, undefined])
  })

  it("are locked without the address of any registry", () => {
    const locks = files.filter((file) => /(^|\/)(pnpm-lock\.yaml|requirements[^/]*\.(txt|in)|\.npmrc)$/.test(file))
    assert.include(locks, "pnpm-lock.yaml")
    assert.include(locks, "python_bridge/requirements.txt")
    assert.deepEqual(
      locks.filter((file) => /https?:\/\/|--(extra-)?index-url|^registry=/m.test(read(file))),
      []
    )
  })

  it("of the engine are exact and hashed", () => {
    for (const file of ["python_bridge/requirements.txt", "python_bridge/requirements-dev.txt"]) {
      const requirements = read(file)
        .replaceAll("\\\n", " ")
        .split("\n")
        .filter((line) => /^\w/.test(line))
      assert.isNotEmpty(requirements)
      for (const line of requirements) assert.match(line, /^[\w.[\]-]+==\S+.*--hash=sha256:/, file)
    }
  })
})

describe("tracked files", () => {
  it("name no folder of the machine they were written on", () => {
    const here = `${root.replace(/\/$/, "")}/`
    const text = files.filter((file) => !/\.(safetensors|png|gz|bin|db)$/.test(file))
    assert.deepEqual(
      text.filter((file) => read(file).includes(here)),
      []
    )
  })
})
