import { createAnyFormParser, detectFamily, type FamilyParser, prompted } from "@pensieve/families"
import { type Conversation, emptyUsage, type GenerationEvent, type Notice, type Usage } from "@pensieve/models"
import { openaiChat } from "@pensieve/translator"
import type { AnswerReader } from "../upstream/open-answer.ts"
import { makeStopWatch } from "./stop-watch.ts"
import { makeTextCalls } from "./text-calls.ts"
import type { Traits } from "./traits.ts"
import type { UpstreamModel } from "./upstream-model.ts"

type Events = ReadonlyArray<GenerationEvent>

/** What is needed to read one answer. */
export interface AnswerOptions {
  readonly conversation: Conversation
  readonly model: UpstreamModel
  readonly traits: Traits
  readonly toolNames: ReadonlyMap<string, string>
  readonly callIds: ReadonlyArray<string>
  /** A fresh id of a tool call, unique in the conversation. */
  readonly makeCallId: () => string
  /** What was changed of the request for this server. */
  readonly notices: ReadonlyArray<Notice>
  /** Tokens of the prompt, as far as they can be told before the upstream does. */
  readonly promptTokens: number
  /** Tokens of a text of this length. */
  readonly estimate: (characters: number) => number
}

/** Makes the reader of one answer. */
export const makeAnswerReader = (options: AnswerOptions): AnswerReader => {
  const { conversation, estimate, promptTokens } = options
  const findCalls = textCallsOf(options)
  const watch = makeStopWatch([...conversation.stopSequences, ...quietStops(options)])
  let decoder = openaiChat.initialDecode({
    idPrefix: `${options.makeCallId()}_`,
    toolNames: options.toolNames,
    callIds: options.callIds,
    think: thinkForm(options)
  })
  let begun = false
  let over = false
  let usage: Usage | undefined
  let written = 0
  let calls = 0

  const take = ([next, events]: openaiChat.DecodeStep): Events => {
    decoder = next
    if (over || events.length === 0) return []
    return opened((findCalls?.(events) ?? events).flatMap(onEvent))
  }

  /** The prompt is told of before anything else, so that a stream can begin with it. */
  const opened = (events: Events): Events => {
    if (begun || events.length === 0 || events[0]?.type === "failed") return events
    begun = true
    return [
      { type: "accepted", promptTokens, notices: options.notices },
      { type: "started", cachedTokens: 0 },
      ...events
    ]
  }

  const onEvent = (event: GenerationEvent): Events => {
    if (over) return []
    switch (event.type) {
      case "text-delta":
        return onText(event.text)
      case "reasoning-delta":
        written += event.text.length
        return [event]
      case "tool-call":
        calls += 1
        written += JSON.stringify(event.input).length
        return [...rest(), ...(calls > 1 && !conversation.parallelToolCalls ? [] : [event])]
      case "usage":
        usage = event.usage
        return []
      case "finished":
        return finish(event)
      case "failed":
        over = true
        return [...rest(), event]
      default:
        return [event]
    }
  }

  const onText = (text: string): Events => {
    const { text: sure, stop } = watch.push(text)
    written += sure.length
    const said: Events = sure === "" ? [] : [{ type: "text-delta", text: sure }]
    if (stop === undefined) return said
    return [...said, ...finish(conversation.stopSequences.includes(stop) ? stoppedAt(stop) : endOfTurn)]
  }

  const rest = (): Events => {
    const text = watch.end()
    return text === "" ? [] : [{ type: "text-delta", text }]
  }

  /** A client that learns of no tokens never compacts; where the upstream does not tell, an estimate does. */
  const finish = (event: Extract<GenerationEvent, { type: "finished" }>): Events => {
    over = true
    const counted = usage ?? { ...emptyUsage, inputTokens: promptTokens, outputTokens: estimate(written) }
    return [...rest(), { type: "usage", usage: counted }, event]
  }

  return {
    push: (bytes) => take(openaiChat.decodeStream(decoder, bytes)),
    end: () => take(openaiChat.endDecode(decoder)),
    over: () => over,
    ending: () => openaiChat.saidWhy(decoder),
    counted: () => usage
  }
}

const endOfTurn = { type: "finished", reason: "end-turn" } as const
const stoppedAt = (stopSequence: string) => ({ type: "finished", reason: "stop-sequence", stopSequence }) as const

/** Stop strings of ours that the client knows nothing of. */
const quietStops = ({ traits, conversation }: AnswerOptions): ReadonlyArray<string> =>
  traits.toolForm === "prompted" && conversation.tools.length > 0 ? prompted.stopStrings : []

/** Where the family's parser reads, it reads the thinking as well. */
const thinkForm = (options: AnswerOptions): openaiChat.ThinkForm => {
  if (familyParser(options) !== undefined) return "none"
  return opensThinking(options) ? "opened" : "tagged"
}

const opensThinking = ({ model, conversation }: AnswerOptions): boolean =>
  model.opensThinking === true && conversation.reasoning.mode !== "off"

const textCallsOf = (options: AnswerOptions): ((batch: Events) => Events) | undefined => {
  const { conversation, makeCallId } = options
  if (conversation.tools.length === 0 || conversation.toolChoice.type === "none") return undefined
  const toolNames = new Set(conversation.tools.map((tool) => tool.name))
  const parser = familyParser(options) ?? createAnyFormParser(parserOptions(options))
  return makeTextCalls({ parser, toolNames, makeCallId })
}

const parserOptions = (options: AnswerOptions) => ({
  opensReasoning: opensThinking(options),
  toolNames: options.conversation.tools.map((tool) => tool.name),
  tools: options.conversation.tools,
  addedTokens: []
})

/** The parser of the model's own family, where its template was seen and tells which that is. */
const familyParser = (options: AnswerOptions): FamilyParser | undefined => {
  const { conversation, model, traits } = options
  if (conversation.tools.length === 0 || conversation.toolChoice.type === "none") return undefined
  if (traits.toolForm === "prompted") return prompted.createParser(parserOptions(options))
  if (model.template === undefined) return undefined
  const family = detectFamily({ templateText: model.template, addedTokens: [], architecture: "" })
  return family.toolForm === "native" ? family.createParser(parserOptions(options)) : undefined
}
