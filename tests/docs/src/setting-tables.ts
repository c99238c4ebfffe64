import { type Leaf, settings } from "@pensieve/config"

const opening = "<!-- settings -->\n"
const closing = "<!-- /settings -->"

/** A setting for tests, of no use to a user. */
const forTests = "allow-forced"

/** A page with the table of all settings between its marks, as the schema has them now. */
export const withSettings = (page: string): string => {
  const start = page.indexOf(opening)
  const end = page.indexOf(closing)
  if (start < 0 || end < start) throw new Error(`the page has no place for the settings: ${opening}${closing}`)
  return `${page.slice(0, start + opening.length)}\n${settingsTable()}\n${page.slice(end)}`
}

const settingsTable = (): string =>
  [
    "| flag | environment | `config.yaml` | meaning |",
    "|---|---|---|---|",
    ...settings.filter(({ flag }) => flag !== forTests).map(rowOf),
    ""
  ].join("\n")

const rowOf = ({ flag, env, path, description, fallback }: Leaf): string => {
  const told = fallback === undefined || typeof fallback === "object" ? "" : ` Default \`${String(fallback)}\`.`
  return `| \`--${flag}\` | \`${env}\` | \`${path.join(".")}\` | ${description}${told} |`
}
