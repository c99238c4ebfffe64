import type { Notice } from "@pensieve/models"

/** What stands around the arguments. */
const envelope = {
  "missing-end": "The closing marker of a call was missing.",
  "missing-start": "The opening marker of a call was missing.",
  "doubled-start": "The opening marker of a call was written twice.",
  "bare-call": "A call stood without its markers.",
  "call-shape": "A call had another format's keys.",
  "arguments-as-text": "The arguments were JSON inside a string.",
  "nested-arguments": "The arguments were one level too deep.",
  "tool-name": "The tool's name was spelled differently.",
  "tool-number": "A call gave its number and no name; its arguments fit one tool only."
} as const

/** How the JSON is spelled. */
const json = {
  fence: "The JSON stood in a code fence.",
  comments: "The JSON had comments.",
  quotes: "Strings stood in other quotation marks.",
  escapes: "A backslash stood before a letter that needs none.",
  "control-characters": "A string had a line end or a tab in it.",
  "white-space": "The JSON had white space of another kind.",
  "python-words": "True, False or None stood for true, false or null.",
  "number-spelling": "A number was not spelled as JSON spells it.",
  "unquoted-words": "A key or a value stood without quotation marks.",
  commas: "Commas were missing or too many.",
  brackets: "Brackets were of the wrong kind or too many.",
  "missing-brackets": "Closing brackets were missing before the closing marker."
} as const

/** Which values the tool's schema wants. */
const values = {
  "text-to-value": "A number, a boolean or null was written as a string.",
  "text-to-structure": "A list or an object was written as a string.",
  "value-to-text": "A whole number was written where the schema wants a string.",
  "value-to-list": "A single value was written where the schema wants a list.",
  "parameter-name": "A parameter's name was spelled differently.",
  "null-for-absent": "An optional parameter was given as null."
} as const

const meanings = { ...envelope, ...json, ...values }

/** The name of one rule of the repair ladder. */
export type RepairRule = keyof typeof meanings

/** Whether a rule mends the spelling of JSON: such a call is believed only where its tool is known. */
export const mendsJson = (rule: RepairRule): boolean => rule in json

/** Whether a notice tells of a repair around a call's arguments: what the model wrote of them stands. */
export const isEnvelopeRepair = (code: string): boolean => code.replace(/^repair-/, "") in envelope

/** What the log and the counters get for one repair: the rule and the tool, never the arguments. */
export const repairNotice = (rule: RepairRule, tool: string): Notice => ({
  code: `repair-${rule}`,
  message: `${meanings[rule]} Tool: ${tool}.`
})
