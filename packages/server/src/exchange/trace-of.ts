import type { PensieveError } from "@pensieve/errors"
import type { Trace } from "@pensieve/operations"
import { Cause, Exit, Option } from "effect"
import { outcomeOf } from "./exchange-log.ts"
import type { BegunExchange } from "./exchanges.ts"
import type { Recorder } from "./recorder.ts"
import type { Tally } from "./tally.ts"

/** A request as the client sent it. */
export interface ClientRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: unknown
}

/** Headers that hold credentials. */
const credentials: ReadonlySet<string> = new Set(["authorization", "x-api-key", "cookie", "proxy-authorization"])

/** Whether something went wrong: a client that went away is no trouble. */
export const isTroubled = (exit: Exit.Exit<unknown, PensieveError>, reason: string | undefined): boolean =>
  Exit.isSuccess(exit) ? reason === undefined : !Cause.hasInterruptsOnly(exit.cause)

/** What a trace is made of. */
interface Traced {
  readonly begun: BegunExchange
  /** Milliseconds since 1970. */
  readonly time: number
  readonly version: string
  readonly recorder: Recorder
  readonly tally: Tally
  readonly exit: Exit.Exit<unknown, PensieveError>
}

/** Everything about an exchange that has ended. */
export const traceOf = ({ begun, time, version, recorder, tally, exit }: Traced): Trace => {
  const { requestId: id, dialect, asked, route, client, decision } = begun
  const { reason, usage, ...numbers } = tally.summary()
  const failure = Exit.isFailure(exit) ? Cause.findErrorOption(exit.cause) : Option.none()
  return {
    traceVersion: 1,
    id,
    time,
    version,
    dialect,
    class: asked.hints.requestClass,
    model: asked.model,
    ...(route === undefined ? {} : { route: route() }),
    outcome: outcomeOf(exit, reason),
    ...(Option.isSome(failure) ? { why: failure.value.message } : {}),
    ...(client === undefined ? {} : { client: withoutCredentials(client) }),
    ...(decision === undefined ? {} : { decision }),
    ...recorder.recorded(),
    notices: [...asked.notices, ...tally.notices()],
    numbers: onlyNumbers({ ...numbers, ...usage })
  }
}

const withoutCredentials = ({ path, headers, body }: ClientRequest): NonNullable<Trace["client"]> => ({
  path,
  headers: Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || credentials.has(name) ? [] : [[name, value] as const]
    )
  ),
  body
})

const onlyNumbers = (values: Readonly<Record<string, unknown>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === "number" ? [[name, Math.round(value)]] : []))
  )
