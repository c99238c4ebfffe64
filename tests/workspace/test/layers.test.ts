import { assert, describe, it } from "vitest"
import {
  files,
  importsOf,
  type Member,
  packageOf,
  packages,
  read,
  sourcesOf,
  withoutComments
} from "../src/checkout.ts"
import { layerRules, outsideWorld } from "../src/layers.ts"

const shortName = ({ folder }: Member): string => folder.replace("packages/", "")
const ownDependencies = ({ manifest }: Member): ReadonlyArray<string> =>
  Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith("@pensieve/"))

describe.each(packages.map((member) => ({ name: shortName(member), member })))("packages/$name", ({ name, member }) => {
  const rule = layerRules[name]

  it("has a layer", () => {
    assert.isDefined(rule, `add ${name} to tests/workspace/src/layers.ts and to D01`)
  })

  it("declares only dependencies that its layer allows", () => {
    const allowed = new Set([...(rule?.own ?? []).map((own) => `@pensieve/${own}`), ...(rule?.others ?? [])])
    const strays = Object.keys(member.manifest.dependencies ?? {}).filter((dependency) => !allowed.has(dependency))
    assert.deepEqual(strays, [])
  })

  it("imports in its sources only what it declares", () => {
    const declared = new Set(Object.keys(member.manifest.dependencies ?? {}))
    const strays = sourcesOf(member).flatMap((file) =>
      importsOf(read(file))
        .filter((specifier) => {
          const dependency = packageOf(specifier)
          return dependency !== undefined && !declared.has(dependency)
        })
        .map((specifier) => `${file}: ${specifier}`)
    )
    assert.deepEqual(strays, [])
  })

  it("can be tested alone, and is", () => {
    assert.match(member.manifest.scripts?.["test"] ?? "", /^vitest run\b/)
    assert.isNotEmpty(testsOf(member))
  })
})

const pure = packages.filter((member) => (layerRules[shortName(member)]?.layer ?? 1) < 3)

describe.each(pure.map((member) => ({ name: shortName(member), member })))(
  "packages/$name, being pure,",
  ({ member }) => {
    it("touches no clock, file, network or process", () => {
      const strays = sourcesOf(member)
        .filter((file) => !file.startsWith("packages/config/src/load"))
        .flatMap((file) =>
          importsOf(read(file))
            .filter((specifier) => outsideWorld.test(specifier))
            .map((specifier) => `${file}: ${specifier}`)
        )
      assert.deepEqual(strays, [])
    })

    it("takes the time and chance it needs as arguments", () => {
      const impure =
        /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|crypto\.random\w+|process\.(env|cwd)|setTimeout|setInterval)\b/
      const strays = sourcesOf(member).filter((file) => impure.test(withoutComments(read(file))))
      assert.deepEqual(strays, [])
    })
  }
)

describe("the packages together", () => {
  it("have no cycle", () => {
    const edges = new Map(packages.map((member) => [member.manifest.name, ownDependencies(member)]))
    const done = new Set<string>()
    const visit = (name: string, path: ReadonlyArray<string>): void => {
      assert.notInclude(path, name, [...path, name].join(" → "))
      if (done.has(name)) return
      for (const next of edges.get(name) ?? []) visit(next, [...path, name])
      done.add(name)
    }
    for (const name of edges.keys()) visit(name, [])
  })

  it("are each named after their folder", () => {
    for (const member of packages) assert.strictEqual(member.manifest.name, `@pensieve/${shortName(member)}`)
  })
})

function testsOf({ folder }: Member): ReadonlyArray<string> {
  return files.filter((file) => file.startsWith(`${folder}/test/`) && file.endsWith(".test.ts"))
}
