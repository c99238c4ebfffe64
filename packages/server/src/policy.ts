import { Context, Layer } from "effect"

/** What the server is told about itself. */
export class ServerPolicy extends Context.Service<
  ServerPolicy,
  {
    /** The local token. */
    readonly token: string
    /** Version of the program. */
    readonly version: string
  }
>()("@pensieve/server/ServerPolicy") {
  static readonly layer = (policy: ServerPolicy["Service"]) => Layer.succeed(ServerPolicy, policy)
}
