import { BackendFailed } from "@pensieve/errors"
import type { BridgeGenerate, BridgeGrammarCheck, BridgeLine } from "@pensieve/models"
import { Effect, Stream } from "effect"
import type { BridgeClient } from "../../src/mlx/bridge-client.ts"
import type { GrammarRefused } from "../../src/mlx/bridge-errors.ts"
import { model } from "./model.ts"

/** What an engine does with one request: its lines, or null where it fails, or what its grammar compiler says. */
export type EngineAnswer = ReadonlyArray<BridgeLine> | null | GrammarRefused

/** An engine that gives these answers one after the other; its grammar compiler refuses what holds this text. */
export const engine = (answers: ReadonlyArray<EngineAnswer>, refused = "nothing") => {
  const asked: Array<BridgeGenerate> = []
  const checked: Array<BridgeGrammarCheck> = []
  const sealed: Array<string> = []
  const gone = new BackendFailed({ message: "gone" })
  const client: BridgeClient = {
    health: Effect.fail(gone),
    model: Effect.fail(gone),
    numbers: Effect.fail(gone),
    count: () => Effect.fail(gone),
    seal: (generation) => Effect.sync(() => sealed.push(generation) > 0),
    checkGrammars: (check) =>
      Effect.sync(() => {
        checked.push(check)
        return { grammars: check.grammars.map(({ lark }) => ({ ok: !lark.includes(refused), milliseconds: 1 })) }
      }),
    generate: (body) =>
      Stream.suspend((): Stream.Stream<BridgeLine, BackendFailed | GrammarRefused> => {
        const answer = answers[asked.push(body) - 1] ?? gone
        return answer instanceof Error ? Stream.fail(answer) : Stream.fromIterable(answer)
      })
  }
  return { asked, checked, sealed, bridge: { model, client } }
}
