import type { ProxyIdentity } from "@pensieve/operations"
import { Context, type Duration, Layer } from "effect"

/** What the server is told about itself. */
export class ServerPolicy extends Context.Service<
  ServerPolicy,
  {
    /** The local token. */
    readonly token: string
    /** Whether the token must be sent; true unless told otherwise. */
    readonly tokenRequired?: boolean
    /** Names under which this server is reached besides those of loopback, with or without a port. */
    readonly hosts?: ReadonlyArray<string>
    /** Which process this is, for whoever has the token. */
    readonly identity: ProxyIdentity
    /** Longest silence on an open stream; 10 s unless told otherwise. @see wire contract, section 4 */
    readonly pingEvery?: Duration.Input
    /** A whole answer that takes longer than this commits its status and dribbles white space; a minute unless told otherwise. */
    readonly wholeAnswerPatience?: Duration.Input
    /** Time without requests after which work in the background goes on; 5 s unless told otherwise. */
    readonly backgroundQuiet?: Duration.Input
  }
>()("@pensieve/server/ServerPolicy") {
  static readonly layer = (policy: ServerPolicy["Service"]) => Layer.succeed(ServerPolicy, policy)
}
