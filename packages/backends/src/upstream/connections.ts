import { isLoopback } from "@pensieve/config"
import { Agent, type Dispatcher, EnvHttpProxyAgent } from "undici"
import { environmentCertificates, environmentProxies } from "./environment-proxies.ts"
import { loopbackConnector } from "./loopback-connector.ts"

/** Without a byte for this long a request counts as stuck; a long prompt on a slow machine takes its time. */
const silenceMs = 3_000_000
/** A server on the same machine or network that does not take a connection within this time is not there. */
const connectMs = 5_000
/** A connection that is told to pause stops at the socket: nothing is read ahead. */
const socket = { timeout: connectMs, highWaterMark: 1 }

const limits = { headersTimeout: silenceMs, bodyTimeout: silenceMs, allowH2: false } as const

/**
 * Makes connections to a server: straight to one of this machine, whatever the environment says, else by the environment's proxies and
 * certificates.
 *
 * @param server scheme, host and port
 * @param localOnly to nothing but this machine, whatever the address resolves to
 */
export const connectionsTo = (server: string, localOnly: boolean): Dispatcher => {
  if (localOnly) return new Agent({ ...limits, connect: loopbackConnector(socket) })
  const connect = { ...socket, autoSelectFamily: true }
  if (isLoopback(server)) return new Agent({ ...limits, connect })
  const certificates = environmentCertificates(process.env)
  const secured = certificates === undefined ? connect : { ...connect, ca: [...certificates] }
  return new EnvHttpProxyAgent({
    ...limits,
    ...environmentProxies(process.env),
    connect: secured,
    requestTls: secured,
    proxyTls: secured
  })
}
