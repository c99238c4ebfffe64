import { type Proxy, type ScriptedUpstream, startProxy, startUpstream } from "@pensieve/test-harness"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest"
import { makeWorkplace, type Workplace } from "./workplace.ts"

/** What the tests of a `describe` work with. */
export interface OverUpstream {
  readonly upstream: ScriptedUpstream
  readonly proxy: Proxy
  readonly workplace: Workplace
  /** The text of a file of the project. */
  readonly content: (name: string) => string
}

/** One proxy over a scripted upstream for all tests of a `describe`, and a workplace for each. */
export const overUpstream = (files: Readonly<Record<string, string>>): OverUpstream => {
  let upstream: ScriptedUpstream | undefined
  let proxy: Proxy | undefined
  let workplace: Workplace | undefined
  beforeAll(async () => {
    upstream = await startUpstream()
    proxy = await startProxy({ args: ["--upstream", upstream.url] })
  })
  afterAll(async () => {
    await proxy?.stop()
    await upstream?.stop()
  })
  beforeEach(() => {
    workplace = makeWorkplace(files)
  })
  afterEach(() => workplace?.remove())
  return {
    get upstream() {
      return started(upstream)
    },
    get proxy() {
      return started(proxy)
    },
    get workplace() {
      return started(workplace)
    },
    content: (name) => readFileSync(join(started(workplace).project, name), "utf8")
  }
}

const started = <A>(value: A | undefined): A => {
  if (value === undefined) throw new Error("the tests have not begun")
  return value
}
