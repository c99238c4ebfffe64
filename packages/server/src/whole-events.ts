/** What ends an event of a stream: an empty line. */
const blankLines = ["\n\n", "\r\n\r\n", "\r\r"].map((text) => Buffer.from(text))
/** Bytes before a chunk in which the empty line that it completes may begin. */
const seamBytes = 3

/** Holds back the event that has begun and not ended. */
export interface WholeEvents {
  /** The bytes up to the last end of an event, empty where there is none yet. */
  readonly push: (chunk: Uint8Array) => Uint8Array
  /** What is held. */
  readonly rest: () => Uint8Array
}

/** Lets the bytes of an event stream through as they are, but never a part of an event: so that a stream that breaks off can still say so. */
export const makeWholeEvents = (): WholeEvents => {
  let held: Array<Uint8Array> = []
  let before: Uint8Array = new Uint8Array()
  return {
    push: (chunk) => {
      const seam = Buffer.concat([before, chunk])
      const end = Math.max(...blankLines.map((line) => endOf(seam, line))) - before.length
      before = seam.subarray(-seamBytes)
      if (end <= 0) {
        held.push(chunk)
        return new Uint8Array()
      }
      const whole = Buffer.concat([...held, chunk.subarray(0, end)])
      held = [chunk.subarray(end)]
      return whole
    },
    rest: () => Buffer.concat(held)
  }
}

const endOf = (bytes: Buffer, line: Buffer): number => {
  const at = bytes.lastIndexOf(line)
  return at === -1 ? 0 : at + line.length
}
