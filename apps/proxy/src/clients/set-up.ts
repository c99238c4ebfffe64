import {
  applySetup,
  type Client,
  clients,
  isYes,
  planSetup,
  type ProxyFacts,
  type Undone,
  undoSetup,
  wantedFiles
} from "@pensieve/operations"
import { Console, Effect, Option } from "effect"
import { homedir } from "node:os"
import { ask, somebodyIsThere } from "../ask.ts"
import { CommandFailure } from "../command-failure.ts"
import { commandLine } from "../command-line.ts"
import { maskSecrets } from "./mask-secrets.ts"
import { readyProxy } from "./ready-proxy.ts"
import { sendTestMessage } from "./test-message.ts"
import { windowWarning } from "./window-warning.ts"

/** Shows what a setup would write, writes it if the user agrees, and asks the model a question in the way the client will. */
export const setUpClient = (chosen: Option.Option<Client>, agreed: boolean) =>
  Effect.gen(function* () {
    const client = Option.getOrElse(chosen, () => "claude-code" as const)
    const { facts } = yield* readyProxy
    const planned = yield* planFor(client, facts)
    for (const { diff } of planned) yield* Console.log(maskSecrets(diff, facts.token))
    if (planned.length === 0) yield* Console.log(`${client} is set up already: nothing to change.`)
    else {
      yield* agreement(agreed)
      yield* applySetup(client, planned)
      for (const { file } of planned) yield* Console.log(`Wrote ${file.path}`)
      yield* Console.log(`To take it back:  ${commandLine(`setup --undo ${client}`)}`)
    }
    const warning = windowWarning(facts)
    if (warning !== undefined) yield* Console.error(`pensieve: ${warning}`)
    yield* sendTestMessage(client, facts)
  })

const planFor = (client: Client, facts: ProxyFacts) =>
  Effect.gen(function* () {
    const files = wantedFiles(client, facts, {
      home: process.env["HOME"] || homedir(),
      env: process.env,
      platform: process.platform
    })
    if (files.length === 0)
      return yield* new CommandFailure({
        message: "No VS Code, VSCodium or Cursor has been started here yet: there is no folder for its settings.",
        exitCode: 1
      })
    return yield* planSetup(files)
  })

const agreement = (agreed: boolean) =>
  Effect.gen(function* () {
    if (agreed) return
    if (!somebodyIsThere())
      return yield* new CommandFailure({
        message: "Nothing was written: nobody is here to agree. Agree beforehand with --yes.",
        exitCode: 1
      })
    if (!isYes(yield* ask("pensieve: Write this? [y/N] ")))
      return yield* new CommandFailure({ message: "Nothing was written.", exitCode: 1 })
  })

/** Takes back what setups of a client wrote, or of all clients. */
export const undoClients = (chosen: Option.Option<Client>) =>
  Effect.gen(function* () {
    const undone = yield* Effect.forEach(Option.isSome(chosen) ? [chosen.value] : clients, undoSetup)
    const told = undone.flat().flatMap(toldOf)
    yield* Console.log(told.length === 0 ? "There is nothing to take back." : told.join("\n"))
  })

const words: Readonly<Record<Undone["how"], string>> = {
  restored: "is byte for byte as it was before",
  cleaned: "was changed by others since: only our values were taken out",
  removed: "was made by us, and is gone",
  gone: "is gone already"
}

const toldOf = ({ path, how, kept }: Undone): ReadonlyArray<string> => [
  `${path} ${words[how]}.`,
  ...kept.map((place) => `  ${place.join(".")} was changed since and was left as it is.`)
]
