import { doubtful, type Finding, good } from "./finding.ts"

/** A place that may tell Claude Code where to go, strongest first. */
export interface SettingsPlace {
  /** As the user knows it: a file, or `the shell`. */
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly apiKeyHelper?: string
}

/** What the running proxy would have them say. */
export interface WantedSettings {
  readonly baseUrl: string
  readonly token: string
}

const about = "Claude Code's settings"

/** Which of the places wins for a variable. */
const winner = (places: ReadonlyArray<SettingsPlace>, name: string) => {
  const place = places.find(({ env }) => env[name] !== undefined)
  return place === undefined ? undefined : { place: place.name, value: place.env[name] ?? "" }
}

/**
 * Whether a Claude Code that is called by itself reaches the proxy, and what is in its way.
 *
 * @param wanted undefined when no proxy runs
 * @param setUp how the user sets it up
 */
export const judgeClientSettings = (
  places: ReadonlyArray<SettingsPlace>,
  wanted: WantedSettings | undefined,
  setUp: string
): ReadonlyArray<Finding> => {
  const base = winner(places, "ANTHROPIC_BASE_URL")
  if (base === undefined || base.value === "")
    return [good(about, `name no server: \`claude\` by itself goes to Anthropic, \`pensieve claude\` to the proxy`)]
  if (wanted === undefined) return [good(about, `${base.place} leads to ${base.value}`)]
  if (!sameServer(base.value, wanted.baseUrl))
    return [
      doubtful(
        about,
        `${base.place} leads to ${base.value}, and the proxy is on ${wanted.baseUrl}`,
        `${setUp} writes it anew.`
      )
    ]
  const found = [tokenFinding(places, wanted, setUp), ...keyFindings(places)].filter((one) => one !== undefined)
  return found.length === 0 ? [good(about, `${base.place} leads to the proxy`)] : found
}

const tokenFinding = (
  places: ReadonlyArray<SettingsPlace>,
  { token }: WantedSettings,
  setUp: string
): Finding | undefined => {
  const given = winner(places, "ANTHROPIC_AUTH_TOKEN")
  if (given?.value === token) return undefined
  return doubtful(
    about,
    given === undefined
      ? "name the proxy, but no ANTHROPIC_AUTH_TOKEN"
      : `${given.place} has a token that the proxy does not take`,
    `${setUp} writes it anew.`
  )
}

/** Claude Code sends both where two are set, and asks which one is meant. */
const keyFindings = (places: ReadonlyArray<SettingsPlace>): ReadonlyArray<Finding> => {
  const key = winner(places, "ANTHROPIC_API_KEY")
  const helper = places.find(({ apiKeyHelper }) => apiKeyHelper !== undefined && apiKeyHelper !== "")
  return [
    ...(key === undefined || key.value === ""
      ? []
      : [
          doubtful(
            about,
            `${key.place} sets ANTHROPIC_API_KEY beside the token: two keys`,
            `Take it out of ${key.place}, or set it to "" there.`
          )
        ]),
    ...(helper === undefined
      ? []
      : [
          doubtful(
            about,
            `${helper.name} sets apiKeyHelper beside the token: two keys`,
            `Take it out of ${helper.name}.`
          )
        ])
  ]
}

const sameServer = (one: string, other: string): boolean => {
  try {
    const [a, b] = [new URL(one), new URL(other)]
    return a.port === b.port && [a, b].every(({ hostname }) => /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname))
  } catch {
    return false
  }
}
