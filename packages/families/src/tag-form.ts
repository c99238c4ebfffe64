import type { JsonObject, Json } from "@pensieve/models"

/** How a format spells calls whose parameters are tags of their own. */
export interface TagForm {
  /** Markers around one call or several; an opening one is enough for a call to begin. */
  readonly wrapperStarts: ReadonlyArray<string>
  readonly wrapperEnds: ReadonlyArray<string>
  /** What stands before the name of a function or a parameter: `<function=`, `<invoke name="`. */
  readonly callStart: string
  readonly callEnd: string
  readonly parameterStart: string
  readonly parameterEnd: string
  /** The names are attributes in quotation marks, and more attributes may follow. */
  readonly attributes: boolean
  /** A value stands on lines of its own: the line ends next to its tags are none of it. */
  readonly linedValues: boolean
  /** Markers and words that stand between the tags of calls and say nothing. */
  readonly noise?: { readonly markers: ReadonlyArray<string>; readonly words: ReadonlyArray<string> }
  /** Which calls may stand without a wrapper. */
  readonly bareCalls: "none" | "declared" | "any"
}

/** A value as text: strings as they are, everything else as JSON. */
export const valueText = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value))

/** A call as the form writes it. */
export const renderTagCall = (
  form: TagForm,
  call: { readonly name: string; readonly input: JsonObject },
  attribute?: (value: Json) => string
): string => {
  const quote = form.attributes ? '"' : ""
  const line = form.linedValues ? "\n" : ""
  const parameters = Object.entries(call.input).map(
    ([key, value]) =>
      `${form.parameterStart}${key}${quote}${attribute?.(value) ?? ""}>${line}${valueText(value)}${line}${form.parameterEnd}\n`
  )
  const [start = ""] = form.wrapperStarts
  const [end = ""] = form.wrapperEnds
  return `${start}\n${form.callStart}${call.name}${quote}>\n${parameters.join("")}${form.callEnd}\n${end}`
}

/** The name and the further attributes of an opening tag, from what stands between its beginning and its `>`. */
export const readTag = (
  form: TagForm,
  head: string
): { readonly name: string; readonly attributes: string; readonly closed: boolean } => {
  const closed = form.attributes && head.trimEnd().endsWith("/")
  if (!form.attributes) return { name: head.trim(), attributes: "", closed }
  const quote = head.indexOf('"')
  return quote === -1
    ? { name: "", attributes: "", closed }
    : { name: head.slice(0, quote).trim(), attributes: head.slice(quote + 1), closed }
}
