import type { Json } from "@pensieve/models"
import type { LarkWriter } from "./lark.ts"
import type { ObjectShape } from "./object-shapes.ts"

/** A property in its place. */
export interface Member {
  readonly key: string
  readonly schema: Json
  readonly required: boolean
}

/** The properties of a shape in the order of the schema: those it names, then those it only demands. */
export const membersOf = ({ properties, required, others }: ObjectShape): ReadonlyArray<Member> => [
  ...[...properties]
    .filter(([, schema]) => schema !== false)
    .map(([key, schema]) => ({ key, schema, required: required.has(key) })),
  ...[...required].filter((key) => !properties.has(key)).map((key) => ({ key, schema: others, required: true }))
]

/** A member of a list, as it is written. */
export interface WrittenMember {
  readonly expression: string
  readonly required: boolean
}

/**
 * Members in a fixed order with a separator between any two, the optional ones left out or not, and any number of further ones
 * behind them.
 */
export const memberList = (
  writer: LarkWriter,
  members: ReadonlyArray<WrittenMember>,
  more: string | null,
  separator: string
): string => {
  const further = more === null ? "" : `(${separator} ${more})*`
  const beginnings: Array<string> = more === null ? [] : [writer.sequence(more, further)]
  let behind = further
  let optional = true
  // From the last to the first: what may stand behind a member is known then.
  for (const { expression, required } of members.toReversed()) {
    const rest = behind === "" ? "" : writer.rule("rest", behind)
    if (required) beginnings.length = 0
    beginnings.push(writer.sequence(expression, rest))
    behind = writer.sequence(required ? `${separator} ${expression}` : `(${separator} ${expression})?`, rest)
    if (required) optional = false
  }
  if (beginnings.length === 0) return ""
  const list = writer.choice(beginnings.toReversed())
  return optional ? `(${list})?` : list
}
