import { type AnswerBounds, largestPart } from "./answer-store.ts"

interface Kept {
  readonly text: string
  readonly bytes: number
  readonly until: number
}

/** Answers in memory. Times are milliseconds, passed in. */
export class MemoryAnswers {
  readonly #bounds: AnswerBounds
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  constructor(bounds: AnswerBounds) {
    this.#bounds = bounds
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: string, now: number): string | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    this.#drop(key)
    if (kept.until <= now) return undefined
    this.#keep(key, kept)
    return kept.text
  }

  /** @param until when it is over, where that is known; else after a lifetime */
  set(key: string, text: string, now: number, until = now + this.#bounds.lifetimeMs): void {
    this.#drop(key)
    const bytes = Buffer.byteLength(text) + key.length
    if (bytes > this.#bounds.bytes * largestPart) return
    this.#keep(key, { text, bytes, until })
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#bounds.bytes) return
      this.#drop(oldest)
    }
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.set(key, kept)
    this.#bytes += kept.bytes
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key)
    if (kept === undefined) return
    this.#kept.delete(key)
    this.#bytes -= kept.bytes
  }
}
