/** What was measured. */
export interface Figures {
  readonly model: string
  readonly backend: string
  /** A prompt that nobody had asked before. */
  readonly prompt: { readonly tokens: number; readonly firstSeconds: number; readonly tokensPerSecond: number }
  /** The turn after a first one. */
  readonly secondTurn: { readonly tokens: number; readonly cachedTokens: number; readonly firstSeconds: number }
  /** `tokensPerSecond` is undefined where the answer was too short to tell. */
  readonly answer: { readonly tokens: number; readonly tokensPerSecond: number | undefined }
  /** Several requests at a time. */
  readonly parallel: { readonly requests: number; readonly tokens: number; readonly tokensPerSecond: number }
}

const count = (value: number): string => Math.round(value).toLocaleString("en")
const seconds = (value: number): string => `${value.toFixed(2)} s`
const speed = (value: number | undefined): string => (value === undefined ? "not told" : `${value.toFixed(1)} tokens/s`)

/** The figures for a person, a line each. */
export const benchLines = ({
  model,
  backend,
  prompt,
  secondTurn,
  answer,
  parallel
}: Figures): ReadonlyArray<string> => {
  const share = secondTurn.tokens === 0 ? 0 : Math.round((100 * secondTurn.cachedTokens) / secondTurn.tokens)
  const rows = [
    ["first word", `${seconds(prompt.firstSeconds)} behind a new prompt of ${count(prompt.tokens)} tokens`],
    ["reading", speed(prompt.tokensPerSecond)],
    ["second turn", `${seconds(secondTurn.firstSeconds)} to its first word, ${share} % of its prompt from the cache`],
    ["writing", `${speed(answer.tokensPerSecond)} (${count(answer.tokens)} tokens)`],
    ["at once", `${speed(parallel.tokensPerSecond)} in ${parallel.requests} answers together`]
  ] as const
  return [`${model} (${backend})`, ...rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`)]
}
