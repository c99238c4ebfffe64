import { resolveConfiguration, settings } from "@pensieve/config"
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "vitest"
import { files, members, packages, read, root } from "../src/checkout.ts"

const scripts: Readonly<Record<string, string>> = JSON.parse(read("package.json")).scripts
const verbs = files.flatMap((file) => /^apps\/proxy\/src\/commands\/([a-z-]+)\.ts$/.exec(file)?.[1] ?? [])
const commandSources = files.filter((file) => /^apps\/proxy\/src\/.*\.ts$/.test(file)).map(read)
const namedIn = (pattern: RegExp): ReadonlyArray<string> =>
  commandSources.flatMap((source) => [...source.matchAll(pattern)].map(([, name = ""]) => name))
const flags = new Set([
  ...settings.map(({ flag }) => flag),
  // Another name of `--window`.
  "ctx",
  "help",
  "version",
  "completions",
  ...namedIn(/\b(?:Flag\.\w+|positive)\("([a-z-]+)"/g),
  ...namedIn(/^const otherNames\b.*\{ \w+: "([a-z-]+)" \}/gm)
])
const sources = files
  .filter((file) =>
    /^(apps|packages)\/[^/]+\/src\/.*\.ts$|^scripts\/.*\.mjs$|^python_bridge\/pensieve_bridge\/.*\.py$/.test(file)
  )
  .map(read)
  .join("\n")

/** The shell commands of a document: fenced blocks with continued lines joined, and code spans. */
const commandsOf = (text: string): ReadonlyArray<string> => {
  const fenced = [...text.matchAll(/^```sh[^\n]*\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
    block.replaceAll("\\\n", " ").trim().split("\n")
  )
  const spans = [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span)
  return [...fenced, ...spans].flatMap((line) => line.split(" && "))
}

const pages = files.filter((file) => /^([A-Z]+|docs\/[\w-]+|apps\/proxy\/README)\.md$/.test(file))

describe.each(pages)("%s", (document) => {
  const commands = commandsOf(read(document))

  it("names only scripts that exist", () => {
    const named = commands.flatMap((command) => {
      const [, run, short] = /^npm (?:run (\S+)|(start|test|install))/.exec(command) ?? []
      return run ?? (short === "install" ? [] : (short ?? []))
    })
    assert.deepEqual(
      named.filter((script) => scripts[script] === undefined),
      []
    )
  })

  it("names only packages and scripts that pnpm finds", () => {
    for (const command of commands) {
      const [, name, verb] = /^pnpm --filter (\S+) (\S+)/.exec(command) ?? []
      if (name === undefined || verb === undefined) continue
      const member = members.find(({ manifest }) => manifest.name === name)
      assert.isDefined(member, command)
      assert.isTrue(verb === "exec" || member?.manifest.scripts?.[verb] !== undefined, command)
    }
  })

  it("names only flags that the command has", () => {
    const named = commands
      .filter((command) => /^npm (start|run pensieve) --|^pensieve |^--[a-z-]+$/.test(command))
      .flatMap((command) => [...command.matchAll(/--([a-z][a-z-]*)/g)].map(([, flag = ""]) => flag))
    assert.deepEqual(
      named.filter((flag) => !flags.has(flag)),
      []
    )
  })

  it("names only verbs that the command has", () => {
    const named = commands.flatMap((command) => /^(?:npm run pensieve --|pensieve) ([a-z]+)/.exec(command)?.[1] ?? [])
    assert.deepEqual(
      named.filter((verb) => !verbs.includes(verb)),
      []
    )
  })

  it("names only environment variables that are read", () => {
    const names = new Set([...read(document).matchAll(/\b(PENSIEVE|HF)_[A-Z_]+\b/g)].map(([name]) => name))
    const ofSettings = new Set(settings.map(({ env }) => env))
    assert.deepEqual(
      [...names].filter((name) => !ofSettings.has(name) && !sources.includes(name)),
      []
    )
  })

  it("names only files and folders that exist", () => {
    const paths = commands.filter((span) =>
      /^(apps|packages|tests|scripts|\.ci|\.domainDocs|python_bridge)(\/[\w./-]*)?$/.test(span)
    )
    // Made by the first start, so not there in a clone.
    const made = new Set(["python_bridge/.venv"])
    assert.deepEqual(
      paths.filter((path) => !made.has(path) && !existsSync(join(root, path))),
      []
    )
  })
})

describe("README.md", () => {
  const readme = read("README.md")

  it("tells the default port as it is", () => {
    const port = String(settings.find(({ flag }) => flag === "port")?.fallback)
    for (const [, used] of readme.matchAll(/127\.0\.0\.1:(\d+)/g)) assert.strictEqual(used, port)
  })

  it("tells every verb", () => {
    const told = [...readme.matchAll(/^\| `([a-z]+)[^|]*` \|/gm)].map(([, verb = ""]) => verb)
    assert.includeMembers(
      told,
      verbs.filter((verb) => verb !== "pensieve")
    )
  })

  it("asks only for routes that the server has, with bodies that are JSON", () => {
    const routes = read("packages/server/src/route.ts")
    const curls = commandsOf(readme).filter((command) => command.startsWith("curl "))
    assert.lengthOf(curls, 3)
    for (const curl of curls) {
      const [, path = "?"] = /127\.0\.0\.1:\d+(\/[\w/]+)/.exec(curl) ?? []
      assert.include(routes, `"${path}"`)
      const [, body] = /-d '([^']+)'/.exec(curl) ?? []
      if (body !== undefined) assert.isObject(JSON.parse(body))
    }
  })
})

describe("D07", () => {
  it("shows a configuration that can be used", () => {
    const [, text = ""] = /^```yaml\n([\s\S]*?)^```/m.exec(read(".domainDocs/D07-configuration.md")) ?? []
    const resolved = resolveConfiguration({ flags: {}, env: { ANTHROPIC_KEY: "given" }, file: { path: "D07", text } })
    assert.strictEqual(resolved._tag, "Success", JSON.stringify(resolved))
    assert.isNotEmpty(text)
  })

  it("tells every setting", () => {
    const reference = read(".domainDocs/D07-configuration.md")
    for (const { flag, env, path, description } of settings) {
      // A test's own setting, of no use to a user.
      if (flag === "allow-forced") continue
      assert.include(reference, `| \`${env}\` | \`${path.join(".")}\` | ${description}`)
    }
  })
})

describe(".domainDocs", () => {
  const documents = files.filter((file) => /^\.domainDocs\/.*\.md$/.test(file) && !file.endsWith("README.md"))

  it("are all in the index", () => {
    const index = read(".domainDocs/README.md")
    for (const document of documents) assert.include(index, `(${document.replace(".domainDocs/", "")})`)
  })

  it("link only to what exists", () => {
    for (const document of [".domainDocs/README.md", ...documents])
      for (const [, link = ""] of read(document).matchAll(/\]\((?!https?:)([^)#]+)\)/g))
        assert.isTrue(existsSync(join(root, dirname(document), link)), `${document}: ${link}`)
  })

  it("describe every package in D01", () => {
    const architecture = read(".domainDocs/D01-architecture.md")
    for (const { folder } of packages) assert.include(architecture, `| \`${folder.replace("packages/", "")}\` |`)
  })
})

describe("D02", () => {
  const folders: Readonly<Record<string, string>> = { T: "packages/translator/test", S: "packages/server/test" }
  const contract = read(".domainDocs/D02-wire-contract.md").replace(/`([TS])\//g, (_, key) => `\`${folders[key]}/`)

  it("names only tests that exist", () => {
    const named = [...contract.matchAll(/`((?:apps|packages|tests)\/[\w./-]+\.test\.ts)`/g)].map(
      ([, file = ""]) => file
    )
    assert.isAtLeast(named.length, 40)
    assert.deepEqual(
      named.filter((file) => !existsSync(join(root, file))),
      []
    )
  })

  it("has a test for every promise", () => {
    const promises = contract.split("| promise | test |\n|---|---|\n").slice(1)
    assert.isNotEmpty(promises)
    const rows = promises.flatMap((text) => text.split("\n\n", 1).flatMap((table) => table.trim().split("\n")))
    assert.deepEqual(
      rows.filter((row) => !/\.test\.ts` *(,|\|$)|\| the same three \|$/.test(row)),
      []
    )
  })
})
