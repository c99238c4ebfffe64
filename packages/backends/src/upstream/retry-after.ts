/**
 * How long a server asks to wait, in seconds; undefined where it does not say.
 *
 * @param headers by lower-case name
 * @param nowMs milliseconds since 1970, for a date
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after and the `retry-after-ms` that OpenAI and Azure send
 */
export const retryAfterOf = (headers: Readonly<Record<string, string>>, nowMs: number): number | undefined => {
  const milliseconds = Number(headers["retry-after-ms"] ?? Number.NaN)
  if (milliseconds > 0) return milliseconds / 1000
  const value = headers["retry-after"]?.trim()
  if (value === undefined || value === "") return undefined
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, (date - nowMs) / 1000)
}
