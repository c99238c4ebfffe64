import { formatBytes, folderBytes, Home, isRepositoryName } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { basename, join, resolve } from "node:path"
import { CommandFailure } from "../command-failure.ts"
import { commandLine } from "../command-line.ts"
import { engineEnvironment } from "../engine-environment.ts"
import { hubEnvironment } from "../hub-process.ts"
import { places } from "../places.ts"

/** How a model is converted. */
export interface ConvertOptions {
  /** A folder, or a repository of the hub. */
  readonly source: string
  /** Bits of a weight; the model's own precision where it is undefined. */
  readonly bits: number | undefined
  /** The folder's name under models/. */
  readonly name: string | undefined
}

/** Makes an MLX model of one that is not, by mlx-lm's own converter, under models/. */
export const convertModel = ({ source, bits, name }: ConvertOptions) =>
  Effect.gen(function* () {
    const { modelsFolder } = yield* Home
    const folder = existsSync(source) ? resolve(source) : undefined
    if (folder === undefined && !isRepositoryName(source))
      return yield* new CommandFailure({
        message: `"${source}" is neither a folder nor a repository of the model hub.`,
        exitCode: 2
      })
    const target = join(modelsFolder, name ?? `${basename(source)}${bits === undefined ? "-mlx" : `-${bits}bit`}`)
    if (existsSync(target))
      return yield* new CommandFailure({
        message: `${target} is there already. Name another with --name.`,
        exitCode: 1
      })
    yield* engineEnvironment
    const code = yield* runConverter([
      "--hf-path",
      folder ?? source,
      "--mlx-path",
      target,
      ...(bits === undefined ? [] : ["-q", "--q-bits", String(bits)])
    ])
    if (code !== 0)
      return yield* new CommandFailure({ message: `The converter ended with code ${code}; see above.`, exitCode: 1 })
    yield* Console.log(`${target} (${formatBytes(yield* folderBytes(target))})`)
    yield* Console.log(`To serve it:  ${commandLine(`models use ${basename(target)}`)}`)
  })

/** mlx-lm tells how it gets on by itself. It is gone when this ends, also by interruption. */
const runConverter = (args: ReadonlyArray<string>): Effect.Effect<number> =>
  Effect.callback((resume) => {
    const child = spawn(places.python, ["-m", "mlx_lm", "convert", ...args], {
      env: hubEnvironment(process.env),
      stdio: ["ignore", "inherit", "inherit"]
    })
    child.once("error", () => resume(Effect.succeed(127)))
    child.once("exit", (code) => resume(Effect.succeed(code ?? 1)))
    return Effect.sync(() => child.kill("SIGTERM"))
  })
