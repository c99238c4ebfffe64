import { Result } from "effect"

/** The scheme may be left out: `localhost:1234`. */
const urlOf = (text: string): URL | null => {
  const trimmed = text.trim()
  return URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`)
}

/** Whether a text is the address of an HTTP server. */
export const isAddress = (text: string): boolean => {
  const url = urlOf(text)
  return url !== null && url.hostname !== "" && /^https?:$/.test(url.protocol)
}

/** The address of an upstream in one form, or why it cannot be one. A key does not belong into it, for addresses are logged. */
export const upstreamAddress = (text: string): Result.Result<string, string> => {
  const url = urlOf(text)
  if (url === null || !isAddress(text)) return Result.fail("is no address of a server")
  return url.username !== "" || url.password !== "" || url.search !== ""
    ? Result.fail("must hold neither a name, a password nor a query; the key goes into PENSIEVE_UPSTREAM_KEY")
    : Result.succeed(url.origin + url.pathname.replace(/\/+$/, ""))
}

/** Whether a text is the address of a Redis server; it may hold a name and a password. */
export const isRedisAddress = (text: string): boolean => /^rediss?:$/.test(URL.parse(text)?.protocol ?? "")

/** Whether an address can only be on this machine: 127.0.0.0/8, ::1, or a name that stands for them. */
export const isLoopback = (text: string): boolean =>
  /^(127(\.\d+){3}|\[::1\]|localhost|.+\.localhost)$/.test(urlOf(text)?.hostname ?? "")
