/**
 * The headers of a request without the local token, in whatever header and form it stands: what is left may leave this machine.
 *
 * @param headers by lower-case name
 */
export const withoutToken = (
  headers: Readonly<Record<string, string | undefined>>,
  token: string
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || value.includes(token) ? [] : [[name, value] as const]
    )
  )
