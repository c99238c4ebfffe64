/** How letters look, as a terminal was told by its escape sequences. */
interface Look {
  readonly colour: string
  readonly background: string | undefined
  readonly bold: boolean
}

interface Run extends Look {
  readonly column: number
  readonly text: string
}

const plain: Look = { colour: "#d8dee9", background: undefined, bold: false }
const ground = "#1b1f27"
const palette = ["#3b4252", "#bf616a", "#a3be8c", "#ebcb8b", "#81a1c1", "#b48ead", "#88c0d0", "#e5e9f0"]
const faint = "#7b8494"

/** Pixels of a letter. */
const width = 8.4
const height = 18
const margin = 16

/** A picture (SVG) of what a terminal shows: lines with colours as escape sequences, as `tmux capture-pane -e` gives them. */
export const terminalPicture = (lines: ReadonlyArray<string>, columns: number): string => {
  const size = { width: Math.ceil(columns * width + 2 * margin), height: lines.length * height + 2 * margin }
  let look = plain
  const rows = lines.map((line, row) => {
    const read = runsOf(line, look)
    look = read.look
    return read.runs.map((run) => drawn(run, row)).join("")
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    `<rect width="100%" height="100%" rx="8" fill="${ground}"/>`,
    ...rows.filter((row) => row !== ""),
    "</svg>",
    ""
  ].join("\n")
}

const drawn = ({ column, text, colour, background, bold }: Run, row: number): string => {
  const x = (margin + column * width).toFixed(1)
  const y = margin + row * height
  const length = ([...text].length * width).toFixed(1)
  const behind =
    background === undefined
      ? ""
      : `<rect x="${x}" y="${y}" width="${length}" height="${height}" fill="${background}"/>`
  if (text.trim() === "") return behind
  const weight = bold ? ' font-weight="bold"' : ""
  return `${behind}<text x="${x}" y="${y + 13.5}" textLength="${length}" fill="${colour}"${weight} xml:space="preserve">${escaped(text)}</text>`
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

/** The pieces of a line that look alike, and how the next line begins. */
const runsOf = (line: string, first: Look): { readonly runs: ReadonlyArray<Run>; readonly look: Look } => {
  const runs: Array<Run> = []
  let look = first
  let column = 0
  // The first piece has no sequence before it; the others begin with the rest of theirs.
  for (const [place, piece] of line.split("\u001b[").entries()) {
    const end = place === 0 ? -1 : piece.indexOf("m")
    if (end >= 0) look = changed(look, piece.slice(0, end).split(";").map(Number))
    const text = piece.slice(end + 1)
    if (text !== "") runs.push({ ...look, column, text })
    column += [...text].length
  }
  return { runs, look }
}

/** What the numbers of an escape sequence make of a look. @see ECMA-48, SGR */
const changed = (look: Look, codes: ReadonlyArray<number>): Look => {
  const [code = 0, ...rest] = codes
  const [next, left] = ((): readonly [Look, ReadonlyArray<number>] => {
    if (code === 0) return [plain, rest]
    if (code === 1) return [{ ...look, bold: true }, rest]
    if (code === 2) return [{ ...look, colour: faint }, rest]
    if (code === 7) return [{ ...look, colour: look.background ?? ground, background: look.colour }, rest]
    if (code === 22) return [{ ...look, bold: false }, rest]
    if (code === 38 || code === 48) return extended(look, code, rest)
    if (code === 39) return [{ ...look, colour: plain.colour }, rest]
    if (code === 49) return [{ ...look, background: undefined }, rest]
    if (code >= 30 && code <= 37) return [{ ...look, colour: palette[code - 30] ?? plain.colour }, rest]
    if (code >= 40 && code <= 47) return [{ ...look, background: palette[code - 40] }, rest]
    if (code >= 90 && code <= 97) return [{ ...look, colour: palette[code - 90] ?? plain.colour }, rest]
    return [look, rest]
  })()
  return left.length === 0 ? next : changed(next, left)
}

/** A colour of 256 (`5;n`) or by its parts (`2;r;g;b`). */
const extended = (look: Look, code: number, rest: ReadonlyArray<number>): readonly [Look, ReadonlyArray<number>] => {
  const [kind, ...numbers] = rest
  const colour = kind === 2 ? rgb(numbers.slice(0, 3)) : indexed(numbers[0] ?? 0)
  const left = numbers.slice(kind === 2 ? 3 : 1)
  return [code === 38 ? { ...look, colour } : { ...look, background: colour }, left]
}

const rgb = (parts: ReadonlyArray<number>): string =>
  `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`

const indexed = (index: number): string => {
  if (index < 16) return palette[index % 8] ?? plain.colour
  if (index >= 232) return rgb(Array.from({ length: 3 }, () => 8 + (index - 232) * 10))
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40)
  const cube = index - 16
  return rgb([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level))
}
