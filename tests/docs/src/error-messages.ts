/** A message that the sources give an error of a class; `…` stands for what is filled in. */
export interface ErrorMessage {
  readonly tag: string
  readonly message: string
}

/**
 * The messages in a source file that are written where an error of one of these classes is made. A message that is handed on from elsewhere
 * is none.
 */
export const errorMessagesIn = (source: string, tags: ReadonlyArray<string>): ReadonlyArray<ErrorMessage> => {
  const made = `new (${tags.join("|")})\\(`
  const direct = [...source.matchAll(new RegExp(made, "g"))].flatMap((match) =>
    textsIn(argumentAt(source, match)).map((message) => ({ tag: match[1] ?? "", message }))
  )
  // A short name for an error whose message is all that differs.
  const named = [
    ...source.matchAll(new RegExp(`const (\\w+) = \\(message: string\\).{0,60}?=>.{0,40}?${made}\\{ message\\b`, "gs"))
  ]
  const short = named.flatMap(([, name = "", tag = ""]) =>
    [...source.matchAll(new RegExp(`\\b${name}\\(`, "g"))].flatMap((match) =>
      textsOf(argumentAt(source, match)).map((message) => ({ tag, message }))
    )
  )
  return [...direct, ...short]
}

/** The first argument of the call that a match ends with. */
const argumentAt = (source: string, { index, 0: { length } }: RegExpExecArray): string =>
  source.slice(index + length, endOf(source, index + length))

/** Texts behind `message:`, where an expression chooses between several each of them. */
const textsIn = (object: string): ReadonlyArray<string> =>
  [...object.matchAll(/\bmessage:\s*/g)].flatMap((match) => {
    const start = match.index + match[0].length
    return textsOf(object.slice(start, endOf(object, start)))
  })

/** Where the expression that begins at a place ends: at a comma or bracket of its own level. */
const endOf = (source: string, start: number): number => {
  let depth = 0
  for (let place = start; place < source.length; place++) {
    const sign = source[place] ?? ""
    if ("\"'`".includes(sign)) place = closingOf(source, place)
    else if ("([{".includes(sign)) depth++
    else if (")]}".includes(sign) && depth-- === 0) return place
    else if (sign === "," && depth === 0) return place
  }
  return source.length
}

/** Where the text that begins at a place ends. */
const closingOf = (source: string, start: number): number => {
  const quote = source[start]
  for (let place = start + 1; place < source.length; place++) {
    if (source[place] === "\\") place++
    else if (source[place] === quote) return place
    else if (quote === "`" && source.startsWith("${", place)) place = endOf(source, place + 2)
  }
  return source.length
}

/** The texts of an expression on its own level, with `…` for what is filled in. */
const textsOf = (expression: string): ReadonlyArray<string> => {
  const texts: Array<string> = []
  let depth = 0
  for (let place = 0; place < expression.length; place++) {
    const sign = expression[place] ?? ""
    if (sign === "(") depth++
    if (sign === ")") depth--
    if (!"\"'`".includes(sign)) continue
    const end = closingOf(expression, place)
    const compared = /[=!]==\s*$/.test(expression.slice(0, place)) || /^\s*[=!]==/.test(expression.slice(end + 1))
    if (!compared && depth === 0) texts.push(withGaps(expression.slice(place + 1, end)))
    place = end
  }
  return texts.filter((text) => /[a-z]{3}/.test(text))
}

const withGaps = (template: string): string => {
  let text = ""
  for (let place = 0; place < template.length; place++) {
    if (template.startsWith("${", place)) {
      place = endOf(template, place + 2)
      text += "…"
    } else if (template[place] === "\\") text += template[++place] ?? ""
    else text += template[place] ?? ""
  }
  return text
}
