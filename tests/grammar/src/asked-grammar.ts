import { type Family, type GrammarRequest, type PastCall, rewriteTool } from "@pensieve/families"
import type { BridgeGrammar, JsonObject, ModelPiece } from "@pensieve/models"

/** A tool as a request declares it. */
export interface DeclaredTool {
  readonly name: string
  readonly inputSchema: JsonObject
}

/** The family's grammar of an answer that has to call one of these tools, or of what is asked instead. */
export const grammarOf = (
  family: Family,
  tools: ReadonlyArray<DeclaredTool>,
  change: Partial<GrammarRequest> = {}
): BridgeGrammar | null =>
  family.grammar.plan({
    tools: tools.map((tool) => rewriteTool(tool).tool),
    choice: "forced",
    parallel: true,
    output: null,
    reasons: false,
    addedTokens: [],
    ...change
  })

/** A call as the family's models write it, from where the prompt ends. */
export const writtenCall = (family: Family, call: PastCall): string =>
  family.renderCall(call).replace(/^<\|start\|>assistant/, "")

/** Text as a vocabulary with these tokens would send it. */
const piecesOf = (text: string, tokens: ReadonlyArray<string>): ReadonlyArray<ModelPiece> => {
  const [token] = tokens
  if (token === undefined) return text === "" ? [] : [{ text }]
  return text
    .split(token)
    .flatMap((part, index) => [...(index === 0 ? [] : [{ marker: token }]), ...piecesOf(part, tokens.slice(1))])
}

/** The calls that the family's parser finds in an answer. */
export const readCalls = (
  family: Family,
  text: string,
  tools: ReadonlyArray<DeclaredTool>,
  tokens: ReadonlyArray<string>
): ReadonlyArray<PastCall> => {
  const parser = family.createParser({
    opensReasoning: false,
    toolNames: tools.map(({ name }) => name),
    tools,
    addedTokens: tokens
  })
  const events = [...piecesOf(text, tokens).flatMap((piece) => parser.push(piece)), ...parser.end("stop")]
  return events.flatMap((event) => (event.type === "tool-call" ? [{ name: event.name, input: event.input }] : []))
}
