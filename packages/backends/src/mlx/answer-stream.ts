import type { BackendError } from "@pensieve/errors"
import type { BridgeLine, Conversation, ForcedPiece, GenerationEvent } from "@pensieve/models"
import type { Arranged } from "@pensieve/prompt"
import { Effect, Result, Stream } from "effect"
import { randomBytes } from "node:crypto"
import { askOnceMore } from "../ask-once-more.ts"
import type { Shortfall } from "../call-gate.ts"
import { logNotices } from "../log-notices.ts"
import { secondAttempt } from "../second-attempt.ts"
import { AnsweredTurn } from "./answered-turn.ts"
import type { ReadyBridge } from "./bridge-supervisor.ts"
import { type ForcedScript, forcedPieces } from "./forced-script.ts"
import type { GrammarPlans } from "./grammar-plans.ts"
import { generateHeld } from "./held-generation.ts"
import { arrangeFor, callsAllowed, planGeneration, unenforced } from "./plan-generation.ts"
import { opensReasoning } from "./plan-reasoning.ts"
import { type AnswerOptions, AnswerReader } from "./read-answer.ts"
import type { OwnCalls } from "./own-calls.ts"
import { readBatches } from "./read-batches.ts"

type Answer = Stream.Stream<GenerationEvent, BackendError>

/** A fresh id of a tool call. @see wire contract, section 3: `toolu_…`, unique in the conversation */
const makeCallId = (): string => `toolu_${randomBytes(15).toString("hex")}`

/** What outlives one answer. */
export interface AnswerStreamOptions {
  /** Scripted answers (tests only). */
  readonly script?: ForcedScript
  /** How many requests came before this one. */
  readonly arrival: number
  readonly ownCalls: OwnCalls
  readonly plans: GrammarPlans
}

/**
 * The answer of one engine to one conversation. An answer that falls short (it is empty, or its only call cannot be run) is
 * asked for once more behind the client's back; a scripted one only if the script says what then.
 */
export const answerStream = (
  bridge: ReadyBridge,
  request: Conversation,
  { script, arrival, ownCalls, plans }: AnswerStreamOptions
): Answer => {
  const conversation = ownCalls.recall(request)
  const { model, client } = bridge
  const forced =
    script === undefined ? null : forcedPieces(script, conversation, model.family, model.card.addedTokens, arrival)
  const readers: Array<AnswerReader> = []

  const readerFor = (asked: Conversation, more: Pick<AnswerOptions, "last" | "before" | "notices">) => {
    const reader = new AnswerReader({
      parser: model.family.createParser({
        opensReasoning: opensReasoning(asked, model),
        toolNames: asked.tools.map((tool) => tool.name),
        tools: asked.tools,
        addedTokens: model.card.addedTokens
      }),
      conversation,
      makeCallId,
      ownCalls,
      callsAllowed: callsAllowed(asked),
      ...more
    })
    readers.push(reader)
    return reader
  }

  const linesFor = (
    asked: Conversation,
    arranged: Arranged,
    pieces: ReadonlyArray<ForcedPiece> | undefined
  ): Stream.Stream<BridgeLine, BackendError> => {
    const body = { ...planGeneration(asked, arranged, model), ...(pieces === undefined ? {} : { forced: pieces }) }
    return generateHeld(bridge, plans, asked, body)
  }

  const eventsOf = (lines: Stream.Stream<BridgeLine, BackendError>, reader: AnswerReader): Answer =>
    // What the engine would go on to say is not wanted; closing the stream stops it.
    readBatches(
      lines,
      (line) => reader.read(line),
      () => reader.over
    )

  const onShortfall = (first: AnswerReader, shortfall: Shortfall): Answer => {
    const asked = secondAttempt(conversation, shortfall, makeCallId)
    const second = readerFor(asked, { last: shortfall.type === "empty", before: first })
    return askOnceMore(
      first,
      shortfall,
      second,
      eventsOf(linesFor(asked, arrangeFor(asked, model), forced?.again), second)
    )
  }

  const arranged = arrangeFor(conversation, model)
  const { plan } = plans.of(conversation, model, arranged.continueFinal)
  const notices = [...arranged.notices, ...(plan === null ? unenforced(conversation) : plan.notices)]
  const scriptedOnce = forced?.first !== undefined && forced.again === undefined
  const first = readerFor(conversation, { last: scriptedOnce, notices })
  const turn = new AnsweredTurn({ conversation, arranged, model, client })
  const events = readBatches(
    linesFor(conversation, arranged, forced?.first),
    (line) => Result.map(first.read(line), (found) => turn.pass(line, found)),
    () => first.over
  )
  return Stream.concat(
    Stream.onStart(events, logNotices(notices)),
    Stream.suspend(() => (first.shortfall === null ? turn.ending(first.notices) : onShortfall(first, first.shortfall)))
  ).pipe(Stream.ensuring(Effect.suspend(() => logNotices(readers.flatMap((reader) => reader.notices)))))
}
