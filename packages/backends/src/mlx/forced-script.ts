import type { Family } from "@pensieve/families"
import type { Conversation, ForcedPiece } from "@pensieve/models"
import { Result, Schema } from "effect"

const ScriptPiece = Schema.Union([
  Schema.Struct({ text: Schema.String }),
  Schema.Struct({ marker: Schema.String }),
  Schema.Struct({ call: Schema.Struct({ name: Schema.String, input: Schema.JsonObject }) })
])

/**
 * Answers written beforehand, for tests: request class → the answers in order, each a list of pieces.
 * The answer at place n is given to a conversation that holds n assistant turns; where there is none, the model answers freely.
 * Under `*` stand answers for requests of any class, given in the order in which the requests come.
 * Under `again` stand answers for when a conversation is asked for once more; without one, nothing scripted is asked for again.
 */
export const ForcedScript = Schema.Record(Schema.String, Schema.Array(Schema.Array(ScriptPiece)))
export type ForcedScript = typeof ForcedScript.Type

const decodeScript = Schema.decodeUnknownResult(Schema.fromJsonString(ForcedScript))

/** Reads a script's JSON text. */
export const parseForcedScript = (text: string): Result.Result<ForcedScript, string> =>
  Result.mapError(decodeScript(text), (error) => error.message)

/** Cuts text at the vocabulary's own tokens, so that a call is forced with real markers. */
const cutAtMarkers = (text: string, markers: ReadonlyArray<string>): ReadonlyArray<ForcedPiece> => {
  const pieces: Array<ForcedPiece> = []
  let rest = text
  while (rest !== "") {
    const next = markers
      .map((marker) => ({ marker, at: rest.indexOf(marker) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.marker.length - a.marker.length)[0]
    if (next === undefined) return [...pieces, { text: rest }]
    if (next.at > 0) pieces.push({ text: rest.slice(0, next.at) })
    pieces.push({ marker: next.marker })
    rest = rest.slice(next.at + next.marker.length)
  }
  return pieces
}

/** What is forced of one conversation's answers; undefined where the model answers freely. */
interface ForcedAnswers {
  readonly first: ReadonlyArray<ForcedPiece> | undefined
  readonly again: ReadonlyArray<ForcedPiece> | undefined
}

/**
 * The pieces to force for a conversation. Calls are written the way the model's family writes them.
 *
 * @param arrival how many requests came before this one
 */
export const forcedPieces = (
  script: ForcedScript,
  conversation: Conversation,
  family: Family,
  addedTokens: ReadonlyArray<string>,
  arrival: number
): ForcedAnswers => {
  const place = conversation.turns.filter((turn) => turn.role === "assistant").length
  const written = (answer: ForcedScript[string][number] | undefined) =>
    answer?.flatMap((piece): ReadonlyArray<ForcedPiece> =>
      "call" in piece ? cutAtMarkers(family.renderCall(piece.call), addedTokens) : [piece]
    )
  return {
    first: written(script["*"]?.[arrival] ?? script[conversation.hints.requestClass]?.[place]),
    again: written(script["again"]?.[place])
  }
}
