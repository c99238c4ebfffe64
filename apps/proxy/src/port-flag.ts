import { Flag } from "effect/cli"

/** Which proxy is meant, where several of one state folder run. */
export const portFlag = Flag.Int("port").pipe(Flag.withDescription("Only the proxy on this port."), Flag.optional)
