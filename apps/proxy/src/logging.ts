import type { LogLevel } from "@pensieve/config"
import { Layer, Logger, References } from "effect"

const levels = { debug: "Debug", info: "Info", warn: "Warn", error: "Error" } as const

/** Logs to stderr: for people on a terminal, as logfmt lines elsewhere. */
export const loggingLayer = (level: LogLevel) =>
  Layer.mergeAll(
    Logger.layer([
      process.stderr.isTTY ? Logger.consolePretty({ mode: "tty" }) : Logger.withConsoleError(Logger.formatLogFmt)
    ]),
    Layer.succeed(Logger.LogToStderr, true),
    Layer.succeed(References.MinimumLogLevel, levels[level])
  )
