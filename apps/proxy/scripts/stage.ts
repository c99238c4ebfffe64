// Lays out the package that users install: the command in one bundle, the engine's sources and its demo model. It needs nothing else.
//   node scripts/stage.ts FOLDER
import { execFileSync } from "node:child_process"
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { noticesOf } from "./notices.ts"

const proxy = fileURLToPath(new URL("..", import.meta.url))
const root = join(proxy, "../..")

const [given] = process.argv.slice(2)
if (given === undefined) {
  console.error("stage: Name the folder that the package is laid out in.")
  process.exit(2)
}
const folder = resolve(given)
const metafile = join(folder, "metafile-esm.json")

rmSync(folder, { recursive: true, force: true })
execFileSync("node_modules/.bin/tsup", ["--out-dir", folder, "--no-sourcemap", "--metafile"], {
  cwd: proxy,
  stdio: ["ignore", "ignore", "inherit"]
})

const engine = ["pensieve_bridge/**/*.py", "pensieve_bridge/py.typed", "demo_model/pensieve-demo/*", "requirements.txt"]
for (const file of globSync(engine, { cwd: join(root, "python_bridge") })) {
  const target = join(folder, "python_bridge", file)
  mkdirSync(dirname(target), { recursive: true })
  cpSync(join(root, "python_bridge", file), target)
}
cpSync(join(proxy, "src/door.mjs"), join(folder, "pensieve.mjs"))
cpSync(join(proxy, "README.md"), join(folder, "README.md"))
for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) cpSync(join(root, licence), join(folder, licence))
writeFileSync(join(folder, "THIRD-PARTY-NOTICES"), noticesOf(readFileSync(metafile, "utf8"), proxy))
rmSync(metafile)

const { version, description, license } = JSON.parse(readFileSync(join(proxy, "package.json"), "utf8"))
const manifest = {
  name: "pensieve",
  version,
  description,
  license,
  type: "module",
  bin: { pensieve: "pensieve.mjs" },
  engines: { node: ">=22.19.0" },
  os: ["darwin", "linux"]
}
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`)
