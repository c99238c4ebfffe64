import { Result, Schema } from "effect"
import { parse } from "yaml"
import { describeIssues, type IssueAt } from "./describe-issues.ts"
import { interpolate, type MissingVariable } from "./interpolate.ts"
import { type Leaf, type LeafKind, leavesOf } from "./leaves.ts"
import { type ConfigPath, type ConfigProblem, dottedPath } from "./problem.ts"
import { type ConfigFile, readConfigFile } from "./read-file.ts"
import { overlay, type Tree, treeAt, treeWith } from "./tree.ts"

/** Where a value came from; `name` is the flag or the variable. */
export type Origin =
  | { readonly from: "default" }
  | { readonly from: "preset"; readonly name: string }
  | { readonly from: "file" }
  | { readonly from: "environment"; readonly name: string }
  | { readonly from: "flag"; readonly name: string }

/** Values that a name stands for. */
export interface Preset {
  readonly name: string
  readonly tree: Tree
}

/** What is read from outside: flags and file hold only what was given. */
export interface ConfigInput {
  /** Flag name without dashes → text. */
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly file?: { readonly path: string; readonly text: string }
  /** Values below the file's, above the defaults. */
  readonly presets?: ReadonlyArray<Preset>
}

/** A configuration and, for each place, where its value came from. */
export interface Resolved<T> {
  readonly value: T
  /** The same as plain data, defaults included. */
  readonly tree: Tree
  readonly originOf: (path: ConfigPath) => Origin
}

/** Checks that a schema cannot say: what refers to what. */
export type CrossCheck<T> = (value: T) => ReadonlyArray<IssueAt>

/** One source of values; later layers lie over earlier ones. */
interface Layer {
  readonly origin: Origin
  readonly tree: Tree
}

type Problems = ReadonlyArray<ConfigProblem>

/**
 * Makes the function that resolves a configuration: flags beat the environment, the environment beats the file, the file beats the
 * preset, the preset beats the defaults. All problems are reported at once, each with its place.
 */
export const resolverOf = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  crossCheck: CrossCheck<S["Type"]>
): ((input: ConfigInput) => Result.Result<Resolved<S["Type"]>, Problems>) => {
  const leaves = leavesOf(schema.ast)
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  const defaults: Layer = { origin: { from: "default" }, tree: defaultsOf(leaves) }

  return (input) => {
    const read = input.file === undefined ? undefined : readConfigFile(input.file.text)
    if (read !== undefined && Result.isFailure(read))
      return Result.fail(read.failure.map((problem) => inFile(input, problem)))
    const file = read?.success
    const { tree: fileTree, missing: missingInFile } = interpolate(file?.tree ?? {}, input.env)
    const given = leaves.flatMap((leaf) => givenLayers(leaf, input))
    const missing = [...missingInFile, ...given.flatMap((layer) => layer.missing)]
    const layers: ReadonlyArray<Layer> = [
      defaults,
      ...(input.presets ?? []).map(({ name, tree }) => ({ origin: { from: "preset", name } as const, tree })),
      { origin: { from: "file" }, tree: fileTree },
      ...given
    ]
    const tree = layers.reduce<Tree>((below, layer) => overlay(below, layer.tree), {})
    const originOf = (path: ConfigPath): Origin => nearestOrigin(layers, path) ?? defaults.origin
    const tell = (issue: IssueAt): ConfigProblem => describeProblem(issue, originOf(issue.path), input, file)

    if (missing.length > 0)
      return Result.fail(
        missing.map(({ path, name }) => tell({ path, message: `names the variable ${name}, which is not set` }))
      )
    const decoded = decode(tree)
    if (Result.isFailure(decoded)) return Result.fail(describeIssues(decoded.failure, schema.ast, tree).map(tell))
    const crossed = crossCheck(decoded.success)
    return crossed.length > 0
      ? Result.fail(crossed.map(tell))
      : Result.succeed({ value: decoded.success, tree, originOf })
  }
}

/** The topmost layer that has a value at a place; where none has, at the place around it. */
const nearestOrigin = (layers: ReadonlyArray<Layer>, path: ConfigPath): Origin | undefined => {
  for (let length = path.length; length > 0; length--) {
    const part = path.slice(0, length)
    const layer = layers.findLast(({ tree }) => treeAt(tree, part) !== undefined)
    if (layer !== undefined) return layer.origin
  }
  return undefined
}

/** What stands in the schema; a mapping of fixed fields is there even if none of them has a default. */
const defaultsOf = (leaves: ReadonlyArray<Leaf>): Tree =>
  leaves.reduce<Tree>(
    (tree, { path, fallback }) =>
      fallback === undefined ? overlay(tree, treeWith(path.slice(0, -1), {})) : overlay(tree, treeWith(path, fallback)),
    {}
  )

/** A layer that was written in one line; lists and mappings may name variables, as in the file. */
interface GivenLayer extends Layer {
  readonly missing: ReadonlyArray<MissingVariable>
}

/** What the environment and the flags say about a setting. An empty variable counts as absent. */
const givenLayers = (leaf: Leaf, { env, flags }: ConfigInput): ReadonlyArray<GivenLayer> => {
  const layerOf = (origin: Origin, text: string): GivenLayer => {
    const tree = treeWith(leaf.path, readText(text, leaf.kind))
    return { origin, ...(leaf.kind === "yaml" ? interpolate(tree, env) : { tree, missing: [] }) }
  }
  const variable = env[leaf.env]
  const flag = flags[leaf.flag]
  return [
    ...(variable === undefined || variable === "" ? [] : [layerOf({ from: "environment", name: leaf.env }, variable)]),
    ...(flag === undefined ? [] : [layerOf({ from: "flag", name: `--${leaf.flag}` }, flag)])
  ]
}

/** The value that a text stands for; a text that stands for none is left as it is, and refused by the schema. */
const readText = (text: string, kind: LeafKind): Tree => {
  const trimmed = text.trim()
  if (kind === "number") return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : text
  if (kind === "boolean")
    return /^(true|yes|on|1)$/i.test(trimmed) ? true : !/^(false|no|off|0)$/i.test(trimmed) && text
  if (kind === "text") return text
  try {
    return parse(text)
  } catch {
    return text
  }
}

const inFile = (input: ConfigInput, problem: ConfigProblem): ConfigProblem => ({
  ...problem,
  message: `${input.file?.path}: ${problem.message}`
})

const describeProblem = (
  { path, message }: IssueAt,
  origin: Origin,
  input: ConfigInput,
  file: ConfigFile | undefined
): ConfigProblem => {
  if (origin.from === "flag" || origin.from === "environment") return { message: `${origin.name} ${message}` }
  if (file === undefined || origin.from === "preset") return { message: `${dottedPath(path)} ${message}` }
  return inFile(input, { message: `${dottedPath(path)} ${message}`, ...file.placeOf(path) })
}
