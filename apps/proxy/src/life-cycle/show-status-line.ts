import { findProxies, type ProxyHealth } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { percent } from "./status-lines.ts"

/** Prints model, work under way and cache in one line. Claude Code calls this often, so it asks once and never fails. */
export const showStatusLine = Effect.gen(function* () {
  const proxies = yield* findProxies
  const health = proxies.find((proxy) => proxy.health !== undefined)?.health
  yield* Console.log(health === undefined ? "Pensieve does not run" : lineOf(health))
})

const lineOf = ({ model, status, running = [], totals }: ProxyHealth): string => {
  const reading = running.find(({ phase }) => phase === "prefill")
  const answering = running.find(({ phase }) => phase === "answering")
  const speed = answering?.piecesPerSecond
  const done =
    reading?.promptTokens === undefined ? undefined : (reading.prefilled ?? 0) / Math.max(1, reading.promptTokens)
  return [
    model,
    ...(status === "healthy" ? [] : [status]),
    ...(done === undefined ? [] : [`reads ${percent(done)}`]),
    ...(speed === undefined ? [] : [`${speed.toFixed(0)} tokens/s`]),
    ...(totals === undefined || totals.promptTokens === 0
      ? []
      : [`cache ${percent(totals.cachedTokens / totals.promptTokens)}`])
  ].join(" · ")
}
