import { lookup, type LookupAddress, type LookupAllOptions } from "node:dns"
import { BlockList, isIP, type LookupFunction } from "node:net"
import { buildConnector } from "undici"

const loopback = new BlockList()
loopback.addSubnet("127.0.0.0", 8, "ipv4")
loopback.addAddress("::1", "ipv6")

const isLoopbackAddress = (address: string): boolean => loopback.check(address, isIP(address) === 6 ? "ipv6" : "ipv4")

/** An address that may not be connected to; `code` is what faults are told apart by. */
const elsewhere = (host: string): Error & { readonly code: string } =>
  Object.assign(new Error(`${host} is not on this machine`), { code: "ENOTLOOPBACK" })

/** Resolves a name to all its addresses, as the system does. */
type ResolveAll = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, found: Array<LookupAddress>) => void
) => void

/** Resolves a name to its addresses on this machine; one that has none cannot be resolved. */
const lookupHere =
  (resolve: ResolveAll): LookupFunction =>
  (host, options, callback) =>
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, [])
      const [first, ...others] = found.filter(({ address }) => isLoopbackAddress(address))
      if (first === undefined) return callback(elsewhere(host), [])
      return options.all === true ? callback(null, [first, ...others]) : callback(null, first.address, first.family)
    })

/**
 * Makes connections to this machine only. The address that is connected to is the one that was checked: a name cannot be resolved to
 * another one in between.
 *
 * @param socket how sockets are made; `timeout` in milliseconds
 */
export const loopbackConnector = (
  socket: buildConnector.BuildOptions,
  resolve: ResolveAll = lookup
): buildConnector.connector => {
  const connect = buildConnector({ ...socket, autoSelectFamily: true, lookup: lookupHere(resolve) })
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, "")
    // No name is looked up for an address.
    return isIP(host) !== 0 && !isLoopbackAddress(host) ? callback(elsewhere(host), null) : connect(options, callback)
  }
}
