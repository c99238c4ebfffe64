import { prompted } from "@pensieve/families"
import { type Conversation, emptyUsage, type GenerationEvent, type Notice, type Usage } from "@pensieve/models"
import { openaiChat } from "@pensieve/translator"
import type { ReadAnswer } from "../ask-once-more.ts"
import { CallGate, type ReadCall, type Shortfall } from "../call-gate.ts"
import type { RefusedCall } from "../judge-call.ts"
import { watchSpace } from "../repetition.ts"
import type { AnswerReader } from "../upstream/open-answer.ts"
import { answerParser, thinkForm } from "./answer-parser.ts"
import { makeArgumentMender } from "./mend-arguments.ts"
import { makeStopWatch } from "./stop-watch.ts"
import { makeTextCalls, readCall, type Said } from "./text-calls.ts"
import type { Traits } from "./traits.ts"
import type { UpstreamModel } from "./upstream-model.ts"

type Events = ReadonlyArray<GenerationEvent>
type Finished = Extract<GenerationEvent, { type: "finished" }>

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
  /** Nothing is asked for again: what is wrong is handed over as it is. */
  readonly last: boolean
  /** The answer that this one takes the place of, if there was one. */
  readonly before?: UpstreamAnswerReader
}

/** The reader of an answer that may be asked for once more. */
export interface UpstreamAnswerReader extends AnswerReader {
  /** Set once the upstream has finished an answer that should be asked for once more; `settle` then ends it. */
  readonly shortfall: () => Shortfall | null
  /** What was mended, refused or ended early. */
  readonly mended: () => ReadonlyArray<Notice>
  readonly settle: ReadAnswer["settle"]
  /** Tokens generated, those of the answer before included. */
  readonly tokens: () => number
  /** The usage of this answer's prompt, with these tokens of answers. */
  readonly usageWith: (tokens: number, thoughts: number) => Usage
}

/** Makes the reader of one answer. */
export const makeAnswerReader = (options: AnswerOptions): UpstreamAnswerReader => {
  const { conversation, estimate, promptTokens, before } = options
  const parser = answerParser(options)
  const toolNames = conversation.tools.map((tool) => tool.name)
  const findCalls = parser === undefined ? undefined : makeTextCalls({ parser, toolNames })
  const gate = new CallGate({ ...options, callsAllowed: parser !== undefined })
  const mender = makeArgumentMender(conversation.tools)
  const watch = makeStopWatch([...conversation.stopSequences, ...quietStops(options)])
  const tooMuchSpace = watchSpace()
  const unreadable: Array<RefusedCall> = []
  let decoder = openaiChat.initialDecode({
    idPrefix: `${options.makeCallId()}_`,
    toolNames: options.toolNames,
    callIds: options.callIds,
    think: thinkForm(options),
    repairArguments: mender.mend,
    onUnreadable: ({ name, json }, problem) =>
      unreadable.push({ rawText: `${name ?? ""} ${json}`, problem, call: null })
  })
  let begun = false
  let over = false
  let shortfall: Shortfall | null = null
  let ending: Finished = endOfTurn
  let usage: Usage | undefined
  let written = 0
  let thought = 0
  let calls = 0
  let likely = false

  const take = ([next, events]: openaiChat.DecodeStep): Events => {
    decoder = next
    if (over || events.length === 0) return []
    const said = (findCalls?.(events) ?? events.map(asSaid)).flatMap(onEvent)
    // A parser holds white space back: it is watched before.
    const endless = events.some((event) => event.type === "text-delta" && tooMuchSpace(event.text))
    return opened(endless && !over ? [...said, ...cutShort("the model wrote nothing but white space")] : said)
  }

  /** The prompt is told of before anything else, so that a stream can begin with it. */
  const opened = (events: Events): Events => {
    if (before !== undefined) return events
    const bare = events.length === 0 && shortfall === null
    if (begun || bare || events[0]?.type === "failed") return events
    begun = true
    return [
      { type: "accepted", promptTokens, notices: [...options.notices, ...untold(events)] },
      { type: "started", cachedTokens: 0 },
      ...events
    ]
  }

  /** Servers that tell log probabilities tell them with the first word. */
  const untold = (events: Events): ReadonlyArray<Notice> =>
    conversation.topLogprobs !== undefined && !likely && events.some(({ type }) => type === "text-delta")
      ? [noLogprobs]
      : []

  const onEvent = (event: Said): Events => {
    if (over) return []
    switch (event.type) {
      case "text-delta":
        return onText(event.text)
      case "reasoning-delta":
        written += event.text.length
        thought += event.text.length
        return gate.pass(event)
      case "reasoning-end":
        return gate.pass(event)
      case "token-logprobs":
        likely = true
        return gate.pass(event)
      case "tool-call":
        return onCall(event)
      case "malformed-call":
        // Something broken that names a tool was meant as a call; the rest is talk.
        return toolNames.some((name) => event.rawText.includes(name))
          ? [...rest(), ...gate.refuse({ ...event, call: null })]
          : onText(event.rawText)
      case "usage":
        usage = event.usage
        return []
      case "finished":
        return finish(event)
      case "failed":
        over = true
        return [...rest(), ...gate.release([]), event]
      default:
        return [event]
    }
  }

  const onText = (text: string): Events => {
    const { text: sure, stop } = watch.push(text)
    written += sure.length
    const said: Events = sure === "" ? [] : gate.pass({ type: "text-delta", text: sure })
    if (stop === undefined) return said
    return [...said, ...finish(conversation.stopSequences.includes(stop) ? stoppedAt(stop) : endOfTurn)]
  }

  const onCall = (call: ReadCall): Events => {
    calls += 1
    written += JSON.stringify(call.input).length
    const words = rest()
    if (calls > 1 && !conversation.parallelToolCalls) return words
    const gated = gate.call({ ...call, repairs: [...(call.repairs ?? []), ...mender.rulesOf(call.input)] })
    return [...words, ...("circles" in gated ? cutShort(gated.circles) : gated.events)]
  }

  const rest = (): Events => {
    const text = watch.end()
    return text === "" ? [] : gate.pass({ type: "text-delta", text })
  }

  const finish = (event: Finished): Events => {
    over = true
    const { reason } = event
    const said = [...rest(), ...unreadable.flatMap((refused) => gate.refuse(refused))]
    ending = reason === "tool-use" && gate.calls === 0 ? endOfTurn : event
    shortfall = ending.reason === "end-turn" || reason === "tool-use" ? gate.shortfall() : null
    if (shortfall === null) return [...said, ...gate.release([]), ...close()]
    // White space alone is better not said.
    return shortfall.type === "empty" ? said.filter(({ type }) => type !== "text-delta") : said
  }

  const cutShort = (problem: string): Events => {
    over = true
    return [...rest(), ...gate.cutShort(problem), ...ended()]
  }

  const close = (): Events => [...gate.silence(ending.reason), ...ended()]

  const ended = (): Events => [
    { type: "usage", usage: (before?.usageWith ?? usageWith)(tokens(), thoughts()) },
    gate.calls > 0 && ending.reason === "end-turn" ? { type: "finished", reason: "tool-use" } : ending
  ]

  // A client that learns of no tokens never compacts; where the upstream does not tell, an estimate does.
  const ownTokens = (): number => usage?.outputTokens ?? estimate(written)
  const tokens = (): number => (before?.tokens() ?? 0) + ownTokens()
  const thoughts = (): number =>
    usage !== undefined && usage.reasoningTokens > 0
      ? usage.reasoningTokens
      : Math.min(thought === 0 ? 0 : estimate(thought), ownTokens())

  const usageWith = (outputTokens: number, reasoningTokens: number): Usage => ({
    ...(usage ?? { ...emptyUsage, inputTokens: promptTokens }),
    outputTokens,
    reasoningTokens
  })

  const settle = (better: Events, allTokens: number): Events => {
    shortfall = null
    const said = [...gate.release(better), ...gate.silence(ending.reason)]
    return [
      ...said,
      { type: "usage", usage: usageWith(allTokens, thoughts()) },
      gate.calls > 0 ? { type: "finished", reason: "tool-use" } : ending
    ]
  }

  return {
    push: (bytes) => take(openaiChat.decodeStream(decoder, bytes)),
    end: () => take(openaiChat.endDecode(decoder)),
    over: () => over,
    ending: () => openaiChat.saidWhy(decoder),
    counted: () => usage,
    shortfall: () => shortfall,
    mended: () => gate.notices,
    settle,
    tokens,
    usageWith
  }
}

const noLogprobs: Notice = {
  code: "logprobs-not-given",
  message: "The upstream tells no log probabilities.",
  field: "logprobs"
}

const asSaid = (event: GenerationEvent): Said => (event.type === "tool-call" ? readCall(event) : event)

const endOfTurn = { type: "finished", reason: "end-turn" } as const
const stoppedAt = (stopSequence: string) => ({ type: "finished", reason: "stop-sequence", stopSequence }) as const

/** Stop strings of ours that the client knows nothing of. */
const quietStops = ({ traits, conversation }: AnswerOptions): ReadonlyArray<string> =>
  traits.toolForm === "prompted" && conversation.tools.length > 0 ? prompted.stopStrings : []
