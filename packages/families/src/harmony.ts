/** gpt-oss: messages with a channel each; calls are messages to `functions.NAME`, one a turn. */
import type { Family, PastCall } from "./family.ts"
import { namedCall } from "./grammar/json-call.ts"
import { messageGrammar } from "./grammar/message-grammar.ts"
import { HarmonyParser, harmonyMarkers } from "./harmony-parser.ts"
import { renderHermesResult } from "./hermes-text.ts"
import { hasSigns, nativeToolPrompt } from "./native-text.ts"

const { start, channel, constrain, message, end, call } = harmonyMarkers

const renderCall = ({ name, input }: PastCall): string =>
  `${start}assistant${channel}commentary to=functions.${name} ${constrain}json${message}${JSON.stringify(input)}${call}`

export const harmony: Family = {
  name: "harmony",
  toolForm: "native",
  detect: (facts) => hasSigns(facts, [channel, message]),
  reasoning: () => ({ start: `${channel}analysis${message}`, end }),
  markers: Object.values(harmonyMarkers),
  createParser: (options) => new HarmonyParser(options),
  // Some percent of the headers come out misspelt otherwise.
  grammar: messageGrammar({
    before: `${start}assistant`,
    words: ["analysis", "commentary", "final"].map((name) => `${channel}${name}${message}`),
    answer: `${channel}final${message}`,
    call: namedCall(
      (writer, name) =>
        `${writer.text(`${channel}commentary to=functions.${name}`)} ${writer.oneOf([` ${constrain}json${message}`, message])}`,
      call
    ),
    several: false,
    triggers: [start, channel],
    at: "anywhere"
  }),
  renderCall,
  renderResult: renderHermesResult,
  toolPrompt: nativeToolPrompt(renderCall),
  // The form has no ids.
  templateId: ({ id }) => id,
  stopStrings: [],
  // What the model card advises.
  sampling: { temperature: 1, topP: 1 }
}
