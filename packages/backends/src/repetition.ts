/** Tells a model that only repeats itself from one that works. Pure; one watch an answer. */
import { type Conversation, isJsonObject, type Json, type JsonObject, type Part } from "@pensieve/models"

/** A call, as far as repetition goes. */
interface Call {
  readonly name: string
  readonly input: JsonObject
}

/** White space beyond this is no layout of anything, in characters. */
const longestSpace = 1024
/** Of calls that are the same letter for letter so many in one answer are enough. */
const sameCalls = 3
/** Of calls in a row that differ in their digits only. */
const alikeCalls = 24
/** A call that failed so often in a row is not made again. */
const failures = 3

/** Watches pieces of text; true once nothing but white space has come for too long. */
export const watchSpace = (): ((text: string) => boolean) => {
  let run = 0
  return (text) => {
    const kept = text.trimEnd()
    run = kept === "" ? run + text.length : text.length - kept.length
    return run > longestSpace
  }
}

/** Watches the calls of one answer: why the next one should not be made; null where it may. */
export const watchCalls = (conversation: Conversation): ((call: Call) => string | null) => {
  // An answer without calls need not know.
  let failed: Failures | undefined
  const made = new Map<string, number>()
  let shape = ""
  let alike = 0
  return (call) => {
    const key = callKey(call)
    failed ??= lastFailures(conversation)
    if (failed.count >= failures && failed.key === key)
      return `the model asked for the same call of ${call.name} that had failed ${failed.count} times in a row`
    const times = (made.get(key) ?? 0) + 1
    made.set(key, times)
    if (times >= sameCalls) return `the model asked for the same call of ${call.name} again and again`
    const ownShape = key.replaceAll(/\d+/g, "0")
    alike = ownShape === shape ? alike + 1 : 1
    shape = ownShape
    return alike > alikeCalls ? `the model asked for call after call of ${call.name} that hardly differ` : null
  }
}

const callKey = ({ name, input }: Call): string => `${name} ${JSON.stringify(inOrder(input))}`

/** Clients give inputs back with their keys in another order. */
const inOrder = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(inOrder)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, inOrder(part)])
  )
}

/** The conversation's last call, and how often it has failed in a row. */
interface Failures {
  readonly key: string
  readonly count: number
}

/** A word of the user or another call begins anew. */
const lastFailures = (conversation: Conversation): Failures => {
  const keys = new Map<string, string>()
  let key = ""
  let count = 0
  const onPart = (part: Part): void => {
    if (part.type === "tool-call") {
      const own = callKey(part)
      keys.set(part.id, own)
      if (own !== key) count = 0
      key = own
    } else if (part.type === "tool-result") count = part.isError && keys.get(part.callId) === key ? count + 1 : 0
  }
  for (const { role, parts } of conversation.turns) {
    // Beside results stand reminders of the client; a turn without results is the user's own.
    if (role === "user" && !parts.some((part) => part.type === "tool-result")) count = 0
    parts.forEach(onPart)
  }
  return { key, count }
}
