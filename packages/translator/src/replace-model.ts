/** Index behind the string that begins at `at`. */
const behindString = (text: string, at: number): number => {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text[end - 1 - slashes] === "\\") slashes++
    if (slashes % 2 === 0) return end + 1
  }
  return text.length
}

const skipSpace = (text: string, at: number): number => {
  let next = at
  while (/\s/.test(text[next] ?? "")) next++
  return next
}

/** Where the value of a key begins, if the string that ends at `end` is one. */
const valueBehind = (text: string, end: number): number | undefined => {
  const colon = skipSpace(text, end)
  return text[colon] === ":" ? skipSpace(text, colon + 1) : undefined
}

/** Where the values of the outermost field `model` begin and end; a parser takes the last one of several. */
const modelSpans = (text: string): ReadonlyArray<readonly [start: number, end: number]> => {
  const spans: Array<readonly [number, number]> = []
  const marks = /["{}[\]]/g
  let depth = 0
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] !== '"') {
      depth += mark[0] === "{" || mark[0] === "[" ? 1 : -1
      continue
    }
    const end = behindString(text, mark.index)
    marks.lastIndex = end
    if (depth !== 1 || text.slice(mark.index, end) !== '"model"') continue
    const value = valueBehind(text, end)
    if (value === undefined || text[value] !== '"') continue
    marks.lastIndex = behindString(text, value)
    spans.push([value, marks.lastIndex])
  }
  return spans
}

/**
 * The JSON text of a request with another model, every other character as it was. Undefined where the field is not found, as
 * when its name is written with escapes.
 *
 * @param text JSON text of an object
 */
export const replaceModel = (text: string, model: string): string | undefined => {
  const spans = modelSpans(text)
  if (spans.length === 0) return undefined
  const value = JSON.stringify(model)
  let replaced = ""
  let from = 0
  for (const [start, end] of spans) {
    replaced += text.slice(from, start) + value
    from = end
  }
  return replaced + text.slice(from)
}
