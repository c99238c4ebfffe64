import { Effect, Option } from "effect"
import { CommandFailure } from "../command-failure.ts"
import { type GivenSettings, wordsOf } from "../setting-flags.ts"
import { startDetachedAt } from "./start-detached.ts"
import { endAndTell, proxiesOn } from "./stop-proxies.ts"

/** Ends the proxy that runs, if one does, and starts it in the background: with the words of its start, those given now behind them. */
export const restartProxy = (given: GivenSettings) =>
  Effect.gen(function* () {
    const { port, ...others } = given
    const running = yield* proxiesOn(Option.map(Option.fromUndefinedOr(port), Number))
    const [proxy, second] = running
    if (second !== undefined)
      return yield* new CommandFailure({
        message: `Several proxies run, on ports ${running.map(({ record }) => record.port).join(", ")}. Name one with --port.`,
        exitCode: 2
      })
    if (proxy === undefined) return yield* startDetachedAt(wordsOf(given), process.cwd())
    yield* endAndTell(proxy)
    const { args, cwd } = proxy.record
    const kept = args.filter((word) => !Object.keys(others).some((flag) => word.startsWith(`--${flag}=`)))
    // A port that was free by chance stays the same: clients know it.
    const words = kept.map((word) => (word === "--port=0" ? `--port=${proxy.record.port}` : word))
    return yield* startDetachedAt([...words, ...wordsOf(others)], cwd)
  })
