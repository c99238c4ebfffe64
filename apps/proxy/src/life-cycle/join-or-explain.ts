import { findProxies, Home, meetProxy, portHolder, type ProxyHealth, readRecords } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { CommandFailure } from "../command-failure.ts"
import { commandLine } from "../command-line.ts"
import { version } from "../version.ts"

/**
 * Whether a proxy of ours is on a port already; then it has been said. Fails when somebody else is.
 *
 * @param token the one that our proxy would take, where it left no record
 * @param words the flags of this start, which the running proxy does not take over
 */
export const joinOrExplain = (port: number, token: string, words: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { root } = yield* Home
    const record = (yield* readRecords).find((one) => one.port === port)
    const met = yield* meetProxy(port, record?.token ?? token)
    switch (met.who) {
      case "nobody":
        return false
      case "ours":
        if (met.health.home !== root) return yield* taken(port, `the Pensieve of PENSIEVE_HOME=${met.health.home}`)
        yield* Console.error(alreadyThere(port, met.health, words))
        return true
      case "other-version":
        yield* Console.error(
          `pensieve: Version ${met.version ?? "unknown"} of Pensieve runs on port ${port} already; this is version ${version}. \`${commandLine("restart")}\` replaces it.`
        )
        return true
      case "strange-proxy":
        return yield* taken(
          port,
          `another Pensieve${met.version === undefined ? "" : ` (version ${met.version})`} of another user or PENSIEVE_HOME`
        )
      case "stranger":
        return yield* taken(port, undefined)
    }
  })

const alreadyThere = (port: number, health: ProxyHealth, words: ReadonlyArray<string>): string => {
  const others = words.filter((word) => !word.startsWith("--port="))
  return [
    `pensieve: Pensieve runs on http://127.0.0.1:${port} already (process ${health.pid}, ${health.model}); this start joins it.`,
    ...(health.version === version
      ? []
      : [`It is version ${health.version}, this is ${version}: \`${commandLine("restart")}\` replaces it.`]),
    ...(others.length === 0
      ? []
      : [`It keeps its settings; for yours: \`${commandLine(`restart ${others.join(" ")}`)}\`.`])
  ].join("\npensieve: ")
}

const taken = (port: number, whose: string | undefined) =>
  Effect.gen(function* () {
    const holder = yield* portHolder(port)
    const who = [whose, holder === undefined ? undefined : `process ${holder.pid}: ${shorten(holder.command)}`]
    const told = who.filter((part) => part !== undefined).join(", ")
    const elsewhere = (yield* findProxies).map(({ record }) => ` Yours runs on port ${record.port}.`)
    return yield* new CommandFailure({
      message: `Port ${port} is taken${told === "" ? "" : ` by ${told}`}. Choose another with --port (0 takes a free one), or end that program.${elsewhere.join("")}`,
      exitCode: 1
    })
  })

const shorten = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text)
