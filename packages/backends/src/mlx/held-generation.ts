import type { BackendError } from "@pensieve/errors"
import type { BridgeGenerate, BridgeLine, Conversation } from "@pensieve/models"
import { Effect, Stream } from "effect"
import { logNotices } from "../log-notices.ts"
import type { ReadyBridge } from "./bridge-supervisor.ts"
import type { GrammarPlans } from "./grammar-plans.ts"
import { planGrammar, type PlannedGrammar, type Refused, schemaNotEnforced } from "./plan-grammar.ts"
import { unenforced } from "./plan-generation.ts"

/**
 * The engine's answer, held to what the request says of its form. A grammar that the engine's compiler refuses is asked for again
 * without the schemas that it does not take, and remembered that way; nothing has been said by then.
 */
export const generateHeld = (
  bridge: ReadyBridge,
  plans: GrammarPlans,
  conversation: Conversation,
  body: BridgeGenerate
): Stream.Stream<BridgeLine, BackendError> => {
  const { key, plan } = plans.of(conversation, bridge.model, body.continueFinal === true)
  const generate = (held: PlannedGrammar | null) =>
    bridge.client.generate(held === null ? body : { ...body, grammar: held.grammar })
  const loosened = Effect.gen(function* () {
    const refused = yield* refusedBy(bridge, conversation)
    const next = plans.loosen(key, conversation, bridge.model, refused)
    yield* logNotices(next?.notices.filter(({ code }) => code === schemaNotEnforced) ?? unenforced(conversation))
    return Stream.catchTag(generate(next), "GrammarRefused", () => generate(null))
  })
  return generate(plan).pipe(
    Stream.catchTag("GrammarRefused", () => Stream.unwrap(loosened)),
    // Without a grammar there is none to refuse.
    Stream.catchTag("GrammarRefused", () => Stream.empty)
  )
}

/** Which of the request's schemas the compiler refuses, found by trying each alone. */
const refusedBy = ({ client, model }: ReadyBridge, conversation: Conversation): Effect.Effect<Refused, BackendError> =>
  Effect.gen(function* () {
    const { tools, output } = conversation
    const alone = [
      ...tools.map(
        (tool) => ({ ...conversation, tools: [tool], toolChoice: { type: "any" }, output: { type: "text" } }) as const
      ),
      { ...conversation, tools: [], output }
    ]
    const grammars = alone.map((one) => planGrammar(one, model, false)?.grammar ?? { lark: 'start: ""', markers: {} })
    const verdicts = yield* client.checkGrammars({ grammars: grammars.map(({ lark, markers }) => ({ lark, markers })) })
    const bad = (index: number) => verdicts.grammars[index]?.ok === false
    return {
      tools: new Set(tools.flatMap(({ name }, index) => (bad(index) ? [name] : []))),
      output: bad(tools.length)
    }
  })
