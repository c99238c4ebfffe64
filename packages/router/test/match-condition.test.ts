import { assert, describe, it } from "@effect/vitest"
import { plainFacts, type RoutingFacts, type RuleCondition } from "@pensieve/router"
import { mismatchOf } from "../src/match-condition.ts"

const facts: RoutingFacts = {
  ...plainFacts("claude-sonnet-5"),
  requestClass: "subagent",
  sessionId: "s-17",
  project: "/home/me/shop",
  headers: { "x-team": "Docs", "user-agent": "claude-cli/2.1.329 (external, cli)" },
  body: { metadata: { kind: "write-up", depth: 2, draft: false }, messages: [{ role: "user" }], none: null }
}

const holds: ReadonlyArray<RuleCondition> = [
  {},
  { model: "claude-*" },
  { class: "subagent" },
  { path: "/v1/messages" },
  { path: "/v1/*" },
  { session: "s-*" },
  { project: "*/shop" },
  { header: { "X-Team": "docs" } },
  { header: { "user-agent": "claude-cli/*", "x-team": "*" } },
  { body: { "metadata.kind": "write*" } },
  { body: { "metadata.depth": "2", "metadata.draft": "false" } },
  { body: { "messages.0.role": "user" } },
  { model: "*sonnet*", class: "subagent", path: "*", session: "s-17", project: "*", header: { "x-team": "docs" } }
]

const failing: ReadonlyArray<readonly [RuleCondition, string]> = [
  [{ model: "gpt-*" }, `model is "claude-sonnet-5", not "gpt-*"`],
  [{ class: "main" }, `class is "subagent", not "main"`],
  [{ path: "/v1/responses" }, `path is "/v1/messages", not "/v1/responses"`],
  [{ session: "t-*" }, `session is "s-17", not "t-*"`],
  [{ project: "*/handbook" }, `project is "/home/me/shop", not "*/handbook"`],
  [{ header: { "x-team": "shop" } }, `header x-team is "Docs", not "shop"`],
  [{ header: { "x-none": "*" } }, "there is no header x-none"],
  [{ body: { "metadata.kind": "read*" } }, `body field metadata.kind is "write-up", not "read*"`],
  [{ body: { "metadata.nothing": "*" } }, "there is no body field metadata.nothing"],
  [{ body: { metadata: "*" } }, "there is no body field metadata"],
  [{ body: { none: "*" } }, "there is no body field none"],
  [{ body: { "metadata.__proto__.x": "*" } }, "there is no body field metadata.__proto__.x"],
  [{ model: "claude-*", class: "title" }, `class is "subagent", not "title"`]
]

describe("a condition", () => {
  it.each(holds)("%j holds", (condition) => {
    assert.isUndefined(mismatchOf(condition)(facts))
  })

  it.each(failing)("%j does not, and says why", (condition, why) => {
    assert.strictEqual(mismatchOf(condition)(facts), why)
  })
})
