import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { places } from "@pensieve/test-harness"

/** What is written for users and contributors, relative to the root. */
export const documents: ReadonlyArray<string> = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "apps/proxy/README.md",
  ...globSync("docs/*.md", { cwd: places.root }).sort()
]

/** The text of a file of the checkout. */
export const read = (file: string): string => readFileSync(join(places.root, file), "utf8")

/** A fenced block of a document. */
export interface Block {
  readonly language: string
  readonly code: string
  /** Where it begins; the first line is 1. */
  readonly line: number
  /** Why its commands are not run here, where they are not: `not-run="…"` behind the language. */
  readonly notRun: string | undefined
}

/** The fenced blocks of a document, in their order. */
export const blocksOf = (text: string): ReadonlyArray<Block> =>
  [...text.matchAll(/^```(\w+)?([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, language = "", info = "", code = ""] = match
    return {
      language,
      code,
      line: text.slice(0, match.index).split("\n").length,
      notRun: /\bnot-run="([^"]*)"/.exec(info)?.[1]
    }
  })

/** The blocks of shell commands. */
export const commandBlocksOf = (text: string): ReadonlyArray<Block> =>
  blocksOf(text).filter(({ language }) => language === "sh")

/** The addresses that a document's links and pictures lead to. */
export const linksOf = (text: string): ReadonlyArray<string> =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link)

/** The names under which headings of a document can be linked to. */
export const anchorsOf = (text: string): ReadonlyArray<string> =>
  [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-")
  )

const withoutCode = (text: string): string => text.replace(/^```[\s\S]*?^```$/gm, "")
