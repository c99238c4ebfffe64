import { globSync } from "node:fs"
import { errorTable } from "@pensieve/errors"
import * as errors from "@pensieve/errors"
import { places } from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { read } from "../src/documents.ts"
import { errorMessagesIn } from "../src/error-messages.ts"

const page = read("docs/troubleshooting.md")
const tags = [...Object.keys(errors).filter((name) => /^[A-Z]/.test(name)), "CommandFailure"]
const sources = globSync(["packages/*/src/**/*.ts", "apps/*/src/**/*.ts"], { cwd: places.root }).map(read)

/** What the page has below the heading of an error. */
const sectionOf = (tag: string): string =>
  new RegExp(`^### ${tag}\\n([\\s\\S]*?)(?=^##|$(?![\\s\\S]))`, "m").exec(page)?.[1] ?? ""

/** A message as the page writes it. */
const entryOf = (message: string): string => (message.includes("`") ? `| \`\`${message}\`\` |` : `| \`${message}\` |`)

describe("the troubleshooting page", () => {
  it.each(tags)("has a section for %s", (tag) => {
    assert.isNotEmpty(sectionOf(tag))
  })

  it.each(Object.entries(errorTable))("tells how %s looks on the wire", (tag, row) => {
    const code = row.openaiCode === null ? "" : `, code \`${row.openaiCode}\``
    assert.include(
      sectionOf(tag),
      `Status ${row.status}; Anthropic \`${row.anthropicType}\`; OpenAI \`${row.openaiType}\`${code}; ${row.retryable ? "retried" : "not retried"}.`
    )
  })

  it("has an entry for every message that the sources give an error", () => {
    const messages = sources.flatMap((source) => errorMessagesIn(source, tags))
    assert.isAtLeast(messages.length, 100)
    const missing = messages.filter(({ tag, message }) => !sectionOf(tag).includes(entryOf(message)))
    assert.deepEqual(missing, [])
  })
})
