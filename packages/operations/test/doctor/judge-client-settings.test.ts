import { judgeClientSettings, type SettingsPlace } from "@pensieve/operations"
import { assert, describe, it } from "vitest"

const wanted = { baseUrl: "http://127.0.0.1:7777", token: "t" }
const place = (name: string, env: Record<string, string>, more: Partial<SettingsPlace> = {}): SettingsPlace => ({
  name,
  env,
  ...more
})
const ours = { ANTHROPIC_BASE_URL: "http://localhost:7777/", ANTHROPIC_AUTH_TOKEN: "t" }

const judge = (...places: ReadonlyArray<SettingsPlace>) => judgeClientSettings(places, wanted, "setup")
const states = (...places: ReadonlyArray<SettingsPlace>) => judge(...places).map(({ state }) => state)

describe("Claude Code's settings", () => {
  it("are well when they name no server, or ours with its token", () => {
    assert.deepEqual(states(place("the shell", {})), ["good"])
    assert.deepEqual(states(place("settings.json", ours)), ["good"])
  })

  it("are told when a stronger place leads elsewhere", () => {
    const [finding] = judge(place("project", { ANTHROPIC_BASE_URL: "http://127.0.0.1:1" }), place("user", ours))
    assert.strictEqual(finding?.state, "doubtful")
    assert.match(finding?.found ?? "", /^project leads to http:\/\/127\.0\.0\.1:1/)
  })

  it("are told when the token is another proxy's, or none", () => {
    assert.match(judge(place("user", { ...ours, ANTHROPIC_AUTH_TOKEN: "old" }))[0]?.found ?? "", /token that the proxy/)
    assert.match(
      judge(place("user", { ANTHROPIC_BASE_URL: wanted.baseUrl }))[0]?.found ?? "",
      /no ANTHROPIC_AUTH_TOKEN/
    )
  })

  it("are told when two keys are set, unless one is emptied", () => {
    const shell = place("the shell", { ANTHROPIC_API_KEY: "k" })
    assert.match(judge(place("user", ours), shell)[0]?.found ?? "", /the shell sets ANTHROPIC_API_KEY/)
    assert.deepEqual(states(place("user", { ...ours, ANTHROPIC_API_KEY: "" }), shell), ["good"])
    assert.match(judge(place("user", ours, { apiKeyHelper: "x" }))[0]?.found ?? "", /apiKeyHelper/)
  })

  it("do not show what they hold", () => {
    const findings = judge(place("user", { ...ours, ANTHROPIC_AUTH_TOKEN: "canary", ANTHROPIC_API_KEY: "canary" }))
    assert.notInclude(JSON.stringify(findings), "canary")
  })

  it("are only told while no proxy runs", () => {
    assert.deepEqual(
      judgeClientSettings([place("user", ours)], undefined, "setup").map(({ state }) => state),
      ["good"]
    )
  })
})
