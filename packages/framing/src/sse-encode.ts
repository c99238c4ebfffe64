/** One server-sent event. `data` may have several lines. */
export interface SseEvent {
  /** Event name, without line breaks; absent means the reader's default, `message`. */
  readonly event?: string
  readonly data: string
  /** Without line breaks and NUL. */
  readonly id?: string
}

const lineBreak = /\r\n|\r|\n/

const oneLine = (text: string): string => text.replace(/[\r\n\0]+/g, " ")

/**
 * One event as text, ended by its blank line.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export const encodeSse = (event: SseEvent): string => {
  const name = event.event === undefined ? "" : `event: ${oneLine(event.event)}\n`
  const id = event.id === undefined ? "" : `id: ${oneLine(event.id)}\n`
  const data = event.data
    .split(lineBreak)
    .map((line) => `data: ${line}\n`)
    .join("")
  return `${name}${id}${data}\n`
}

/** Characters some readers take for line ends although the format does not: NEL, LINE and PARAGRAPH SEPARATOR. */
const falseLineEnds = /[\u0085\u2028\u2029]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

/** A JSON value as one line that every line splitter leaves whole. */
export const jsonLine = (value: unknown): string => (JSON.stringify(value) ?? "null").replace(falseLineEnds, escaped)

/** One event whose data is a JSON value; without a name it is a data-only event. */
export const encodeSseJson = (value: unknown, event?: string): string =>
  event === undefined ? `data: ${jsonLine(value)}\n\n` : `event: ${oneLine(event)}\ndata: ${jsonLine(value)}\n\n`

/** A comment: keeps a connection alive, readers ignore it. */
export const encodeSseComment = (text = ""): string =>
  `${text
    .split(lineBreak)
    .map((line) => `: ${line}\n`)
    .join("")}\n`
