import { Result } from "effect"
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLParseError
} from "yaml"
import type { ConfigPath, ConfigProblem } from "./problem.ts"
import { isMapping, type Tree } from "./tree.ts"

/** A place in a file, both 1-based. */
interface Place {
  readonly line: number
  readonly column: number
}

/** The file's values and where each of them stands. */
export interface ConfigFile {
  readonly tree: Tree
  /** The place of a value, or of the nearest one around it. */
  readonly placeOf: (path: ConfigPath) => Place
}

/** Reads the text of a configuration file, YAML or JSON. An empty one is an empty mapping. */
export const readConfigFile = (text: string): Result.Result<ConfigFile, ReadonlyArray<ConfigProblem>> => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const problems: ReadonlyArray<ConfigProblem> = [
    // What follows the first error is mostly its consequence.
    ...document.errors.slice(0, 1).map((error) => syntaxProblem(error, text)),
    ...aliasPlaces(document).map((offset) => ({
      message: "anchors and aliases are not used here",
      ...placeAt(offset)
    }))
  ]
  if (problems.length > 0) return Result.fail(problems)
  const tree: Tree = document.contents === null ? {} : document.toJS()
  if (!isMapping(tree)) return Result.fail([{ message: "must be a mapping of settings", line: 1, column: 1 }])
  return Result.succeed({ tree, placeOf: (path) => placeAt(offsetOf(document, path)) })
}

const syntaxProblem = (error: YAMLParseError, text: string): ConfigProblem => {
  const { line, col: column } = error.linePos?.[0] ?? { line: 1, col: 1 }
  const message =
    ownWords(error, text) ?? error.message.split("\n")[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? ""
  const isUnquoted = /\{[^"']*\$\{/.test(text.split("\n")[line - 1] ?? "")
  return { message: isUnquoted ? `${message}; between braces, write "\${NAME}" in quotes` : message, line, column }
}

/** What the parser says for programmers. */
const ownWords = ({ code, pos: [start] }: YAMLParseError, text: string): string | undefined => {
  if (code === "MULTIPLE_DOCS") return "--- begins a second document; there may be one only"
  if (code !== "DUPLICATE_KEY") return undefined
  const [, key] = /^["']?([^"':\n]+)/.exec(text.slice(start)) ?? []
  return `${key} stands there twice`
}

const aliasPlaces = (document: Document): ReadonlyArray<number> => {
  const offsets: Array<number> = []
  visit(document, { Alias: (_, alias) => void offsets.push(alias.range?.[0] ?? 0) })
  return offsets
}

/** Offset of a value's key (of the value itself in a list), as far down the path as the file goes. */
const offsetOf = (document: Document, path: ConfigPath): number => {
  let at: unknown = document.contents
  let offset = 0
  for (const step of path) {
    const child: unknown = isMap(at)
      ? at.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(step))
      : isSeq(at)
        ? at.items[Number(step)]
        : undefined
    const marked: unknown = isPair(child) ? child.key : child
    if (!isNode(marked) || isAlias(marked)) break
    offset = marked.range?.[0] ?? offset
    at = isPair(child) ? child.value : child
  }
  return offset
}
