import { afterAll, beforeAll } from "vitest"
import { type Wired, type WiredOptions, startWired } from "./wired-server.ts"

/** One server for all tests of a file. */
export const oneServer = (options: WiredOptions = {}): (() => Wired) => {
  let wired: Wired | undefined
  beforeAll(async () => {
    wired = await startWired(options)
  })
  afterAll(() => wired?.stop())
  return () => {
    if (wired === undefined) throw new Error("the server has not been started")
    return wired
  }
}
