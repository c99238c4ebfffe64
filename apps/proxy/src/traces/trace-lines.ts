import type { Trace } from "@pensieve/operations"

/** One line of a list of traces. */
export const traceLine = ({ time, id, class: kind, model, outcome, numbers }: Trace): string => {
  const { promptTokens, cacheReadTokens, outputTokens, totalMs = 0 } = numbers
  const tokens =
    promptTokens === undefined ? "" : `${promptTokens} (${cacheReadTokens ?? 0} cached) → ${outputTokens ?? 0} tokens`
  return [
    new Date(time).toLocaleTimeString("sv"),
    id,
    kind.padEnd(10),
    outcome.padEnd(18),
    `${(totalMs / 1000).toFixed(1)} s`.padStart(8),
    model,
    tokens
  ]
    .join("  ")
    .trimEnd()
}

/** A trace as a person reads it: what was asked, where it went, the prompt, the raw answer, and what was made of it. */
export const traceText = (trace: Trace): string =>
  [
    traceLine(trace),
    ...(trace.route === undefined ? [] : [`route: ${trace.route}`]),
    ...(trace.why === undefined ? [] : [`why: ${trace.why}`]),
    ...trace.notices.map((notice) => `notice: ${JSON.stringify(notice)}`),
    ...(trace.truncated ? ["It was too long: its later part is missing."] : []),
    ...section(
      "asked by the client",
      trace.client === undefined ? "" : JSON.stringify(trace.client.body, undefined, 2)
    ),
    ...trace.attempts.flatMap(({ sent, heard }, index) => {
      const nth = trace.attempts.length < 2 ? "" : ` (attempt ${index + 1})`
      return [
        ...section(`sent to the backend${nth}`, JSON.stringify(sent, undefined, 2)),
        ...section(`heard from the backend${nth}`, heard)
      ]
    }),
    ...section(
      "made of it",
      trace.events.map(({ ms, event }) => `${String(ms).padStart(7)} ms  ${JSON.stringify(event)}`).join("\n")
    ),
    ...section("numbers", JSON.stringify(trace.numbers))
  ].join("\n")

const section = (title: string, text: string): ReadonlyArray<string> => ["", `── ${title} ──`, text]
