import { appendFileSync, existsSync, mkdirSync, renameSync, statSync } from "node:fs"
import { dirname } from "node:path"

/** Bytes a log may have before it is put aside, and how many are kept beside it. */
const largestBytes = 8 * 1024 * 1024
const keptFiles = 3

/** A log of bounded size: when it is full it becomes `<file>.1`, the one before that `<file>.2`, and so on. */
export interface LogFile {
  readonly write: (line: string) => void
}

/**
 * Opens a log, readable by the user alone. What cannot be written is dropped: a full disk must not end a conversation.
 *
 * Lines are written at once, so that the last one before a crash is there.
 */
export const openLogFile = (file: string): LogFile => {
  let size = 0
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    size = existsSync(file) ? statSync(file).size : 0
  } catch {
    // The first write will say the same, and be dropped.
  }
  return {
    write: (line) => {
      const text = `${line}\n`
      try {
        if (size > 0 && size + text.length > largestBytes) {
          putAside(file)
          size = 0
        }
        appendFileSync(file, text, { mode: 0o600 })
        size += Buffer.byteLength(text)
      } catch {
        // Nobody is left to tell.
      }
    }
  }
}

const putAside = (file: string): void => {
  for (let n = keptFiles - 1; n >= 1; n--)
    if (existsSync(`${file}.${n}`)) renameSync(`${file}.${n}`, `${file}.${n + 1}`)
  renameSync(file, `${file}.1`)
}
