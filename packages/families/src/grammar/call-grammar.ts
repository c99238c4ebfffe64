import type { BridgeGrammar, GrammarTrigger } from "@pensieve/models"
import type { FamilyGrammar, GrammarRequest, GrammarTool } from "./family-grammar.ts"
import { LarkWriter } from "./lark.ts"

/** One way to write calls: a beginning, one call or several, an end. */
export interface CallBlock {
  /**
   * With what a block begins, as far as that tells it from free text: one opener a block, or one for each tool. A token of
   * the vocabulary counts wherever it stands, text only at this place.
   */
  readonly openers: ReadonlyArray<string> | ((tool: GrammarTool) => ReadonlyArray<string>)
  readonly at: "start" | "line" | "anywhere"
  /** Ways to write what stands before the first call, the opener included. */
  readonly start: ReadonlyArray<string>
  /** Ways to write what stands between two calls of one block; null where a block holds one call. */
  readonly between: ReadonlyArray<string> | null
  readonly end: ReadonlyArray<string>
  /** One call of this tool; null where the block cannot hold one. */
  readonly call: (writer: LarkWriter, tool: GrammarTool) => string | null
}

/** How a family writes calls. */
export interface CallForm {
  readonly blocks: ReadonlyArray<CallBlock>
  /** What stands between two blocks when there are no words; null where nothing may follow a block. */
  readonly between: string | null
}

/** The grammar of a family that writes calls between markers, or as the whole of an answer. */
export const callGrammar = (form: CallForm): FamilyGrammar => ({ plan: (request) => plan(form, request) })

const plan = (form: CallForm, request: GrammarRequest): BridgeGrammar | null => {
  const writer = new LarkWriter(request.addedTokens)
  const triggers = triggersOf(form, writer, request.tools)
  const forbid = triggers.flatMap((trigger) => ("marker" in trigger ? [trigger.marker] : []))
  const calls = request.choice === "none" ? null : callsOf(form, writer, request)
  const begin = request.reasons ? "after-reasoning" : "at-once"
  if (request.output !== null && request.choice !== "forced") {
    const json = writer.json(request.output.root, request.output.definitions)
    const start = calls === null ? json : writer.choice([severalOf(form, writer, request, calls), json])
    return { ...writer.grammar(start), begin, triggers: [], after: "end", forbid: calls === null ? forbid : [] }
  }
  if (calls === null)
    return request.tools.length === 0 || forbid.length === 0
      ? null
      : { lark: "", markers: {}, begin: "on-trigger", triggers: [], after: "free", forbid }
  const after = request.parallel && form.between !== null ? "free" : "end"
  if (request.choice === "forced")
    return { ...writer.grammar(calls), begin, triggers: after === "free" ? triggers : [], after, forbid: [] }
  return { ...writer.grammar(calls), begin: "on-trigger", triggers, after, forbid: [] }
}

const openersOf = ({ openers }: CallBlock, tools: ReadonlyArray<GrammarTool>): ReadonlyArray<string> =>
  typeof openers === "function" ? tools.flatMap((tool) => openers(tool)) : openers

const triggersOf = (
  form: CallForm,
  writer: LarkWriter,
  tools: ReadonlyArray<GrammarTool>
): ReadonlyArray<GrammarTrigger> => {
  const places = new Map(
    form.blocks.flatMap((block) => openersOf(block, tools).map((opener) => [opener, block.at] as const))
  )
  return [...places].map(([opener, at]) => (writer.isToken(opener) ? { marker: opener } : { text: opener, at }))
}

/** One block, or one of several kinds of blocks. */
const callsOf = (form: CallForm, writer: LarkWriter, { tools, parallel }: GrammarRequest): string | null => {
  const blocks = form.blocks.flatMap((block) => {
    const calls = tools.flatMap((tool) => block.call(writer, tool) ?? [])
    if (calls.length === 0) return []
    const call = writer.rule("call", writer.choice(calls))
    const next = block.between === null ? "" : writer.sequence(writer.oneOf(block.between), call)
    const more = parallel && next !== "" ? `(${next})*` : ""
    return [writer.sequence(writer.oneOf(block.start), call, more, writer.oneOf(block.end))]
  })
  return blocks.length === 0 ? null : writer.rule("calls", writer.choice(blocks))
}

/** Blocks in a row, for answers in which nothing else can stand between them. */
const severalOf = (form: CallForm, writer: LarkWriter, { parallel }: GrammarRequest, calls: string): string =>
  parallel && form.between !== null ? `${calls} (${writer.sequence(writer.text(form.between), calls)})*` : calls
