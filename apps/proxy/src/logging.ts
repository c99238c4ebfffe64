import type { LogLevel } from "@pensieve/config"
import type { LogFile } from "@pensieve/operations"
import { Layer, Logger, References } from "effect"

const levels = { debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const

/**
 * Logs to a file, and to stderr: for people on a terminal, as logfmt lines elsewhere.
 *
 * @param quiet nobody reads stderr
 */
export const loggingLayer = (level: LogLevel, file: LogFile, quiet: boolean) =>
  Layer.mergeAll(
    Logger.layer([Logger.map(Logger.formatLogFmt, file.write), ...(quiet ? [] : [stderrLogger()])]),
    Layer.succeed(Logger.LogToStderr, true),
    Layer.succeed(References.MinimumLogLevel, levels[level])
  )

const stderrLogger = () =>
  process.stderr.isTTY ? Logger.consolePretty({ mode: "tty" }) : Logger.withConsoleError(Logger.formatLogFmt)
