import type { BridgeGrammar, GrammarTrigger } from "@pensieve/models"
import type { CallBlock } from "./call-grammar.ts"
import type { FamilyGrammar, GrammarRequest } from "./family-grammar.ts"
import { LarkWriter } from "./lark.ts"

/** How a family writes answers that are messages, each with a header that says what it is. */
export interface MessageForm {
  /** What stands before a header; before the first one it is the prompt's. */
  readonly before: string
  /** Headers of messages that are words. */
  readonly words: ReadonlyArray<string>
  /** The header of an answer in a form of its own. */
  readonly answer: string
  /** A whole message that is a call, header included. */
  readonly call: CallBlock["call"]
  /** Several calls may stand in one turn. */
  readonly several: boolean
  /** With what a header begins inside free text, where it is no token of the vocabulary. */
  readonly triggers: ReadonlyArray<string>
  readonly at: "line" | "anywhere"
}

/**
 * The grammar of answers made of messages. Even in free text every header is constrained, because models misspell them; what
 * stands behind a header of words is free.
 */
export const messageGrammar = (form: MessageForm): FamilyGrammar => ({
  plan: (request) => {
    const writer = new LarkWriter(request.addedTokens)
    const calls = callOf(form, writer, request)
    const forced = request.choice === "forced"
    const words = form.words.map((header) => writer.text(header))
    if (request.output === null && !forced)
      return request.tools.length === 0 ? null : freely(form, writer, [...words, ...calls])
    const answers =
      request.output === null || forced
        ? []
        : [`${writer.text(form.answer)} ${writer.json(request.output.root, request.output.definitions)}`]
    const rows = calls.map((call) => row(form, writer, request, call))
    return {
      ...writer.grammar(message(form, writer, [...rows, ...answers])),
      begin: request.reasons ? "after-reasoning" : "at-once",
      triggers: [],
      after: "end",
      forbid: []
    }
  }
})

const freely = (form: MessageForm, writer: LarkWriter, bodies: ReadonlyArray<string>): BridgeGrammar => ({
  ...writer.grammar(message(form, writer, bodies)),
  begin: "at-once",
  triggers: form.triggers.map((opener): GrammarTrigger =>
    writer.isToken(opener) ? { marker: opener } : { text: opener, at: form.at }
  ),
  after: "free",
  forbid: []
})

const message = ({ before }: MessageForm, writer: LarkWriter, bodies: ReadonlyArray<string>): string =>
  `${writer.rule("before", writer.text(before))}? ${writer.choice(bodies)}`

const callOf = ({ call }: MessageForm, writer: LarkWriter, { tools, choice }: GrammarRequest): ReadonlyArray<string> =>
  choice === "none" || tools.length === 0
    ? []
    : [writer.rule("call", writer.choice(tools.flatMap((tool) => call(writer, tool) ?? [])))]

const row = (form: MessageForm, writer: LarkWriter, { parallel }: GrammarRequest, call: string): string =>
  form.several && parallel ? `${call} (${writer.text(form.before)} ${call})*` : call
