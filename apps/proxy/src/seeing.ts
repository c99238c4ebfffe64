import type { Configuration, LogLevel } from "@pensieve/config"
import type { TraceMode } from "@pensieve/operations"

/** How much is written down. */
export interface Seeing {
  readonly level: LogLevel
  readonly traces: TraceMode
}

/** What the configuration says, raised by its `debug`. */
export const seeingOf = ({
  logLevel,
  traces,
  debug
}: Pick<Configuration, "logLevel" | "traces" | "debug">): Seeing => ({
  level: debug >= 1 ? "debug" : logLevel,
  traces: debug >= 3 ? "all" : debug === 2 && traces === "off" ? "errors" : traces
})

const secretName = /KEY|TOKEN|SECRET|PASSWORD/i

/** Values of the environment that must not be written down. */
export const secretsOf = (env: NodeJS.ProcessEnv): ReadonlyArray<string> =>
  Object.entries(env).flatMap(([name, value]) =>
    secretName.test(name) && value !== undefined && value.length >= 8 ? [value] : []
  )
