import { assert, describe, it } from "vitest"
import { root } from "../../src/checkout.ts"
import { pytestSuite, testedFolders, totalLine, vitestSuite } from "../../../../scripts/bootstrap/tests.mjs"

const report = (
  passed: number,
  files: ReadonlyArray<{ status: string; assertionResults: ReadonlyArray<{ status: string }> }>
) => {
  const failed = files.flatMap((file) => file.assertionResults).filter(({ status }) => status === "failed").length
  const success = failed === 0 && files.every(({ status }) => status === "passed")
  return JSON.stringify({ numPassedTests: passed, numFailedTests: failed, success, testResults: files })
}
const good = { status: "passed", assertionResults: [{ status: "passed" }] }
const bad = { status: "failed", assertionResults: [{ status: "passed" }, { status: "failed" }] }
const unloadable = { status: "failed", assertionResults: [] }

describe("counting vitest's report", () => {
  it("counts passed and failed tests", () => {
    assert.deepEqual(vitestSuite("a", report(2, [good, bad])), { name: "a", passed: 2, failed: 1 })
  })

  it("counts a file that did not load as a failure", () => {
    assert.deepEqual(vitestSuite("a", report(1, [good, unloadable])), { name: "a", passed: 1, failed: 1 })
  })

  it("counts a missing report, an empty run and a failed run as failures", () => {
    assert.strictEqual(vitestSuite("a", undefined).failed, 1)
    assert.strictEqual(vitestSuite("a", report(0, [])).failed, 1)
    assert.strictEqual(vitestSuite("a", report(1, [good]).replace('"success":true', '"success":false')).failed, 1)
  })
})

describe("counting pytest's report", () => {
  const xml = (numbers: string) =>
    `<?xml version="1.0"?><testsuites name="x"><testsuite name="pytest" ${numbers}></testsuite></testsuites>`

  it("takes failures, errors and skipped ones from the tests", () => {
    const suite = pytestSuite("p", xml('errors="1" failures="2" skipped="3" tests="10"'), 1)
    assert.deepEqual(suite, { name: "p", passed: 4, failed: 3 })
  })

  it("counts a missing report and an exit code without failures as one failure", () => {
    assert.strictEqual(pytestSuite("p", undefined, 139).failed, 1)
    assert.strictEqual(pytestSuite("p", xml('errors="0" failures="0" skipped="0" tests="4"'), 3).failed, 1)
    assert.strictEqual(pytestSuite("p", xml('errors="0" failures="0" skipped="0" tests="4"'), 0).failed, 0)
  })
})

describe("the suites", () => {
  it("are all members with a test script, this one too", () => {
    assert.includeMembers(testedFolders(root), ["apps/proxy", "packages/errors", "tests/workspace"])
  })

  it("end in one plain total", () => {
    const suites = [
      { name: "a", passed: 2, failed: 0 },
      { name: "b", passed: 3, failed: 1 }
    ]
    assert.strictEqual(totalLine(suites), "5 passed, 1 failed")
  })
})
