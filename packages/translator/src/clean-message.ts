/** Longest message of an upstream that is passed on, in UTF-16 units. */
const longest = 500

const looksLikeHtml = /<!doctype html|<(?:html|head|body)[\s>]/i

const htmlTitle = /<(title|h1)[^>]*>([\s\S]*?)<\/\1>/i

const withoutTags = (html: string): string =>
  html.replace(/<(script|style)[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " ")

const ofHtml = (html: string): string => {
  const title = htmlTitle.exec(html)?.[2]?.trim()
  return withoutTags(title === undefined || title === "" ? html : title)
}

/** Where a stack trace begins: Node's and Java's `at f (file)`, Python's header and `File "…", line`. */
const traceStart = /(\r?\n\s*at\s.*[(:]|Traceback \(most recent call last\)|\r?\n\s*File ".*", line )/

/** What a Python trace says behind its frames: `ValueError: no such model`. */
const pythonConclusion = /^[A-Za-z_][\w.]*(?:Error|Exception|Interrupt)\b:?.*$/gm

const withoutTrace = (text: string): string => {
  const at = text.search(traceStart)
  if (at === -1) return text
  const before = text.slice(0, at).trim()
  return before === "" ? (text.match(pythonConclusion)?.at(-1) ?? "") : before
}

/**
 * An upstream's message as one line a person can read: no HTML, no stack trace, no more than a few hundred letters.
 * Empty if nothing is left.
 */
export const cleanMessage = (text: string): string => {
  const plain = withoutTrace(looksLikeHtml.test(text) ? ofHtml(text) : text)
  const line = plain.replace(/\s+/g, " ").trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}
