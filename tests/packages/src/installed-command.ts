import { spawn } from "node:child_process"
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { places } from "@pensieve/test-harness"
import { pnpm, root, run } from "./pack.ts"

/** Lays out the package of the `pensieve` command; gives its folder. */
export const stageCommand = (folder: string): string => {
  const staged = join(folder, "staged")
  run(process.execPath, ["scripts/stage.ts", staged], join(root, "apps/proxy"))
  return staged
}

/** Packs a laid out package; gives the tarball. */
export const packCommand = (staged: string, target: string): string => {
  mkdirSync(target)
  run(pnpm, ["pack", "--pack-destination", target], staged)
  return join(target, readdirSync(target)[0] ?? "")
}

/** The same program as an older release. */
export const makeOlder = (staged: string, version: string): void => {
  const manifest = join(staged, "package.json")
  const { version: own } = JSON.parse(readFileSync(manifest, "utf8"))
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace(`"version": "${own}"`, `"version": "${version}"`))
  const named = `name: "proxy",\n  version: "${own}"`
  const holders = readdirSync(staged)
    .filter((name) => name.endsWith(".js"))
    .map((name) => join(staged, name))
    .filter((file) => readFileSync(file, "utf8").includes(named))
  if (holders.length !== 1) throw new Error(`the version is in ${holders.length} files of the bundle`)
  for (const file of holders)
    writeFileSync(file, readFileSync(file, "utf8").replace(named, named.replace(`"${own}"`, `"${version}"`)))
}

/** What a command printed, and how it ended. */
interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that was installed into a prefix of its own. */
export interface InstalledCommand {
  /** The folder of the installed package. */
  readonly folder: string
  readonly run: (args: ReadonlyArray<string>, env?: Readonly<Record<string, string>>) => Promise<Ended>
}

/** Installs a tarball as `npm install --global` does, into an empty prefix, without any registry. `home` is the user's home folder. */
export const installCommand = (tarball: string, prefix: string, home: string): InstalledCommand => {
  mkdirSync(prefix)
  const env = {
    PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: home,
    MLX_DISABLE_COMPILE: "1",
    PENSIEVE_VENV: join(places.bridge, ".venv")
  }
  const quiet = ["--offline", "--no-audit", "--no-fund", "--cache", join(prefix, "cache")]
  run("npm", ["install", "--global", "--prefix", prefix, ...quiet, tarball], prefix)
  const start = (args: ReadonlyArray<string>, more: Readonly<Record<string, string>> = {}) =>
    new Promise<Ended>((resolve, reject) => {
      const child = spawn(join(prefix, "bin/pensieve"), args, {
        cwd: home,
        env: { ...env, ...more },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: 120_000
      })
      let stdout = ""
      let stderr = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text))
      child.once("error", reject)
      child.once("close", (code) => resolve({ code, stdout, stderr }))
    })
  return { folder: join(prefix, "lib/node_modules/pensieve"), run: start }
}

/**
 * A `uv` that makes a real environment and fetches nothing: what a requirement asks for is lent by the checkout's environment.
 *
 * @returns the folder to put into PATH
 */
export const lendingUv = (folder: string): string => {
  const file = join(folder, "uv")
  mkdirSync(folder)
  writeFileSync(
    file,
    [
      "#!/bin/sh",
      "set -e",
      'if [ "$1" = venv ]; then exec "$3" -m venv --without-pip "$4"; fi',
      'for one in "$(dirname "$4")"/../lib/python3*/site-packages; do',
      `  "${places.python}" -c 'import site; print(site.getsitepackages()[0])' > "$one/lent.pth"`,
      "done",
      ""
    ].join("\n")
  )
  chmodSync(file, 0o755)
  return folder
}
