const day = "(?:0[1-9]|[12][0-9]|3[01])"
const shortDay = "(?:0[1-9]|[12][0-9]|30)"
const date = `[0-9]{4}-(?:(?:0[13578]|1[02])-${day}|(?:0[469]|11)-${shortDay}|02-(?:0[1-9]|[12][0-9]))`
const time = String.raw`(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+\-](?:[01][0-9]|2[0-3]):[0-5][0-9])`
const byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
const label = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"

/** Parts of a duration, from this one on to the last without a gap. */
const spans = (units: string): string =>
  [...units]
    .map((_, from) =>
      units
        .slice(from)
        .split("")
        .reduceRight((rest, unit) => `[0-9]+${unit}(?:${rest})?`, "")
    )
    .join("|")
const span = `P(?:(?:${spans("YMD")})(?:T(?:${spans("HMS")}))?|T(?:${spans("HMS")})|[0-9]+W)`

const group = "[0-9a-fA-F]{1,4}"
/** Groups on both sides of the gap, seven at most together. */
const gaps = [0, 1, 2, 3, 4, 5, 6].map((left) => {
  const before = left === 0 ? "" : `${group}(?::${group}){${left - 1}}`
  const right = 6 - left
  return `${before}::${right === 0 ? "" : `(?:${group}(?::${group}){0,${right - 1}})?`}`
})

const host = String.raw`(?:[A-Za-z0-9._~!$&'()*+,;=\-]|%[0-9A-Fa-f]{2})+`
const letter = String.raw`(?:[A-Za-z0-9._~!$&'()*+,;=:@\-]|%[0-9A-Fa-f]{2})`
const where = `//(?:${host}(?::[0-9]{1,5})?(?:/${letter}*)*|(?:/${letter}+)+)|/?${letter}+(?:/${letter}*)*`
const uri = String.raw`[A-Za-z][A-Za-z0-9+.\-]*:(?:${where})(?:\?(?:${letter}|[/?])*)?(?:#(?:${letter}|[/?])*)?`

/** How strings of a `format` are written where they stand without quotation marks. Narrower than the standards in odd corners. */
const patterns: Readonly<Record<string, string>> = {
  date,
  time,
  "date-time": `${date}T${time}`,
  uuid: "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
  ipv4: String.raw`${byte}(?:\.${byte}){3}`,
  ipv6: `(?:${group}:){7}${group}|${gaps.join("|")}`,
  duration: span,
  email: String.raw`[A-Za-z0-9!#$%&'*+/=?^_{|}~\-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_{|}~\-]+)*@${label}(?:\.${label})*`,
  hostname: String.raw`${label}(?:\.${label})*`,
  uri
}

/** The regular expression of a format, none where it has no short one. */
export const formatPattern = (format: string): ReadonlyArray<string> => {
  const pattern = Object.hasOwn(patterns, format) ? patterns[format] : undefined
  return pattern === undefined ? [] : [`(?:${pattern.replaceAll("/", String.raw`\/`)})`]
}
