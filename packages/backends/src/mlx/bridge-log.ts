import { Effect } from "effect"

interface BridgeLogLine {
  readonly level: string
  readonly event: string
  readonly details: Record<string, unknown>
}

const parseLine = (line: string): BridgeLogLine | undefined => {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== "object" || value === null || !("event" in value)) return undefined
    const { level, event, time: _, ...details } = { level: "info", time: "", ...value }
    return { level: String(level), event: String(event), details }
  } catch {
    return undefined
  }
}

/** A log line of the engine as a person reads it. */
export const readableLine = (line: string): string => {
  const parsed = parseLine(line)
  if (parsed === undefined) return line.trim()
  const message = parsed.details["message"] ?? parsed.details["error"]
  return message === undefined ? parsed.event : `${parsed.event}: ${String(message)}`
}

const logOfLevel: Readonly<Record<string, typeof Effect.logInfo>> = {
  error: Effect.logError,
  warning: Effect.logWarning,
  info: Effect.logInfo
}

/** Passes a log line of the engine on to our log, at its own level. Lines that are not JSON are warnings of libraries. */
export const logBridgeLine = (line: string): Effect.Effect<void> => {
  const parsed = parseLine(line)
  if (parsed === undefined) return line.trim() === "" ? Effect.void : Effect.logDebug(`engine: ${line.trim()}`)
  const log = logOfLevel[parsed.level] ?? Effect.logDebug
  return log(`engine: ${parsed.event}`).pipe(Effect.annotateLogs(parsed.details))
}
