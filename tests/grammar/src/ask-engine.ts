import { places } from "@pensieve/test-harness"
import type { BridgeGrammar } from "@pensieve/models"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** A grammar, and texts that it is to be tried on. */
export interface Question extends Pick<BridgeGrammar, "lark" | "markers"> {
  /** Special and added tokens of the vocabulary. */
  readonly tokens: ReadonlyArray<string>
  readonly texts: ReadonlyArray<string>
}

/** What the engine made of it: an error of the compiler, or for each text null (accepted) or why not. */
export interface Answer {
  readonly error: string | null
  readonly seconds: number
  readonly verdicts: ReadonlyArray<string | null>
}

/** Asks the real grammar engine, all questions in one process. */
const askEngine = (questions: ReadonlyArray<Question>): Promise<ReadonlyArray<Answer>> =>
  new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL("engine_verdicts.py", import.meta.url))
    const child = spawn(places.python, [script], { stdio: ["pipe", "pipe", "pipe"], timeout: 110_000 })
    let [output, log] = ["", ""]
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text))
    child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text))
    child.once("error", reject)
    child.once("close", (code) => (code === 0 ? resolve(JSON.parse(output)) : reject(new Error(log))))
    child.stdin.end(
      JSON.stringify(questions.map(({ tokens, lark, markers, texts }) => ({ tokens, lark, markers, texts })))
    )
  })

/** Questions of one test file: the first answer that is waited for asks them all, in one process. */
export class EngineQuestions {
  readonly #questions: Array<Question> = []
  #answers: Promise<ReadonlyArray<Answer>> | undefined

  /** Adds a question; what it gives waits for the answer. */
  add(question: Question): () => Promise<Answer | undefined> {
    const place = this.#questions.push(question) - 1
    return async () => (await (this.#answers ??= askEngine(this.#questions)))[place]
  }
}
