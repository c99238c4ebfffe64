import { BackendFailed } from "@pensieve/errors"
import type { GenerationEvent } from "@pensieve/models"

/** The next state of a machine, and what it says. */
export type Step<State, Out> = readonly [State, ReadonlyArray<Out>]

/** A stream that has not begun, has begun, or is over. */
interface Phased {
  readonly phase: "waiting" | "open" | "ended"
}

/** What comes behind a step, with what was said before. */
export const andThen = <State, Out>(
  [state, said]: Step<State, Out>,
  next: (state: State) => Step<State, Out>
): Step<State, Out> => {
  const [nextState, more] = next(state)
  return [nextState, said.length === 0 ? more : [...said, ...more]]
}

/** What comes behind a step that did not end the stream. */
export const chain = <State extends Phased, Out>(
  step: Step<State, Out>,
  next: (state: State) => Step<State, Out>
): Step<State, Out> => (step[0].phase === "ended" ? step : andThen(step, next))

/** What comes behind a step that did not end the answer that is read. */
export const whileReading = <State extends { readonly ended: boolean }, Out>(
  step: Step<State, Out>,
  next: (state: State) => Step<State, Out>
): Step<State, Out> => (step[0].ended ? step : andThen(step, next))

/** Several inputs in a row, and all that was said. */
export const foldSteps = <State, In, Out>(
  state: State,
  inputs: Iterable<In>,
  step: (state: State, input: In) => Step<State, Out>
): Step<State, Out> => {
  const all: Array<Out> = []
  let current = state
  for (const input of inputs) {
    const [next, said] = step(current, input)
    current = next
    all.push(...said)
  }
  return [current, all]
}

/** One function an event. */
export type EventHandlers<State, Out> = {
  readonly [Type in GenerationEvent["type"]]: (
    state: State,
    event: Extract<GenerationEvent, { readonly type: Type }>
  ) => Step<State, Out>
}

/** Gives an event to its function. A stream that is over says nothing more. */
export const stepWith =
  <State extends Phased, Out>(on: EventHandlers<State, Out>) =>
  (state: State, event: GenerationEvent): Step<State, Out> => {
    if (state.phase === "ended") return [state, []]
    switch (event.type) {
      case "accepted":
        return on.accepted(state, event)
      case "started":
        return on.started(state, event)
      case "prefill":
        return on.prefill(state, event)
      case "heartbeat":
        return on.heartbeat(state, event)
      case "reasoning-delta":
        return on["reasoning-delta"](state, event)
      case "reasoning-end":
        return on["reasoning-end"](state, event)
      case "redacted-reasoning":
        return on["redacted-reasoning"](state, event)
      case "text-delta":
        return on["text-delta"](state, event)
      case "token-logprobs":
        return on["token-logprobs"](state, event)
      case "tool-call":
        return on["tool-call"](state, event)
      case "tool-call-start":
        return on["tool-call-start"](state, event)
      case "tool-call-delta":
        return on["tool-call-delta"](state, event)
      case "tool-call-end":
        return on["tool-call-end"](state, event)
      case "server-tool-call":
        return on["server-tool-call"](state, event)
      case "server-tool-result":
        return on["server-tool-result"](state, event)
      case "usage":
        return on.usage(state, event)
      case "finished":
        return on.finished(state, event)
      case "failed":
        return on.failed(state, event)
    }
  }

/** Nothing to do, nothing to say. */
export const stay = <State, Out>(state: State): Step<State, Out> => [state, []]

/** The events ran out before the answer ended. */
export const answerBroke = (): BackendFailed =>
  new BackendFailed({ message: "The backend stopped before the answer was complete." })

/** A call that was cut off must not be run: the stream fails instead. */
export const callBroke = (): BackendFailed =>
  new BackendFailed({ message: "The model's tool call broke off before its input was complete." })
