import {
  bad,
  clientModelName,
  doubtful,
  type Finding,
  findProxies,
  good,
  judgeClientSettings,
  judgeHealth,
  leftOut,
  localToken,
  meetProxy,
  portHolder,
  probeAnswers,
  type RunningProxy,
  urlOf
} from "@pensieve/operations"
import { Effect } from "effect"
import { totalmem } from "node:os"
import { commandLine } from "../command-line.ts"
import { readConfiguration } from "../read-configuration.ts"
import { version } from "../version.ts"
import { clientPlaces } from "./client-places.ts"

/** Looks at the proxy that runs, and asks it real questions unless told not to. */
export const lookAtProxy = (askQuestions: boolean) =>
  Effect.gen(function* () {
    const [proxy] = yield* findProxies
    const wanted = proxy === undefined ? undefined : { baseUrl: urlOf(proxy.record), token: proxy.record.token }
    const settings = judgeClientSettings(
      clientPlaces(process.env, process.cwd()),
      wanted,
      `\`${commandLine("setup")}\``
    )
    if (proxy === undefined)
      return [yield* portFinding, ...settings, leftOut("questions", "no proxy runs that could be asked")]
    return [...runningFindings(proxy), ...settings, ...(yield* answerFindings(proxy, askQuestions))]
  })

/** Nobody of ours runs: is the port free? */
const portFinding = Effect.gen(function* () {
  const { value } = yield* readConfiguration()
  const start = `${commandLine("start --detach")} starts one.`
  if (value.port === 0) return doubtful("proxy", "none runs", start)
  const { who } = yield* meetProxy(value.port, yield* localToken(value.token))
  if (who === "nobody") return doubtful("proxy", `none runs; port ${value.port} is free`, start)
  const holder = yield* portHolder(value.port)
  const whose = holder === undefined ? "by somebody else" : `by process ${holder.pid} (${holder.command.slice(0, 80)})`
  return bad("proxy", `port ${value.port} is taken ${whose}`, "Choose another `port`, or end that program.")
}).pipe(Effect.catchTag("CommandFailure", () => Effect.succeed(leftOut("proxy", "the configuration cannot be read"))))

const runningFindings = ({ record, health }: RunningProxy): ReadonlyArray<Finding> => [
  record.version === version
    ? good("proxy", `runs on ${urlOf(record)} (process ${record.pid})`)
    : doubtful(
        "proxy",
        `on ${urlOf(record)} runs version ${record.version}, and this is ${version}`,
        `${commandLine("restart")} replaces it.`
      ),
  ...(health === undefined ? [] : judgeHealth(health, { memoryBytes: totalmem(), platform: process.platform }))
]

const answerFindings = ({ record, health }: RunningProxy, askQuestions: boolean) => {
  if (!askQuestions) return Effect.succeed([leftOut("questions", "none were asked, as you said")])
  if (health?.status !== "healthy") return Effect.succeed([leftOut("questions", "the proxy is not ready to be asked")])
  // They would cost the user money.
  if (health.passesOn === true)
    return Effect.succeed([leftOut("questions", "none were asked: Anthropic's own models would answer")])
  return probeAnswers({ port: record.port, token: record.token, model: clientModelName(health.model) })
}
