import type { EndReason, ReasoningMarkers } from "./family.ts"
import type { ParsedBody } from "./json-calls.ts"
import type { Lexeme } from "./marker-lexer.ts"

/** Where in an answer a marker stands. */
export interface CallPlace {
  /** Nothing but white space since the answer, or what follows reasoning or a call, began. */
  readonly fresh: boolean
  /** On a line of its own so far. */
  readonly lineStart: boolean
  /** Markers inside strings are content. */
  readonly trusting: boolean
}

/** What a reader makes of the lexeme it was given. */
export type CallStep =
  /** The call goes on. */
  | { readonly type: "more" }
  /** This was no call; all of it is text. */
  | { readonly type: "text" }
  /** The opening marker was written twice; the second one counts. */
  | { readonly type: "again" }
  /** The call is over. `rest` was read but is none of it. */
  | { readonly type: "closed"; readonly parsed: ParsedBody; readonly rest: ReadonlyArray<Lexeme> }

/** Reads one call, or one block of calls, from behind its opening marker. */
export interface CallReader {
  add(lexeme: Lexeme): CallStep
  /** What the answer's end makes of the open call; null: text. `rest` as in a step. */
  end(reason: EndReason): { readonly parsed: ParsedBody; readonly rest: ReadonlyArray<Lexeme> } | null
  /** A call that came out wrong took a marker for content that may have been none: read it again, every marker counting. */
  readonly doubtful: boolean
}

/** All markers of a format but single letters and plain words, which are ordinary text in every vocabulary. */
export const markersOf = ({ markers, silent, closers, reasoning }: Omit<CallFormat, "open" | "renderCall">) => [
  ...new Set([
    ...markers.filter((marker) => marker.length > 1 && /[^\p{L}\p{N}_]/u.test(marker)),
    ...silent,
    ...closers,
    ...(reasoning === null ? [] : [reasoning.start, reasoning.end])
  ])
]

/** How a family writes calls, for the parser that all families share. */
export interface CallFormat {
  /** Everything the lexer has to tell from text. */
  readonly markers: ReadonlyArray<string>
  /** Markers that say nothing outside a call: dropped. */
  readonly silent: ReadonlyArray<string>
  /** Closing markers: dropped right behind a call, text elsewhere. */
  readonly closers: ReadonlyArray<string>
  readonly reasoning: ReasoningMarkers | null
  /** Reasoning may begin in the middle of an answer (its marker can mean nothing else). */
  readonly reasonsAnywhere: boolean
  /** A word that heads each stretch of reasoning and is none of it; empty where there is none. */
  readonly reasoningLabel: string
  /** The reader of the call that this marker begins here; null where it begins none. */
  open(marker: string, place: CallPlace): CallReader | null
  /** The reader of a call whose opening marker stands at the end of the prompt; absent where prompts end otherwise. */
  begin?(): CallReader
  /** A call as the family writes it, for calls that stand several to a block. */
  renderCall(call: { readonly name: string; readonly input: ParsedBody["calls"][number]["input"] }): string
}
