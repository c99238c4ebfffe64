import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { handOver } from "./processes.mjs"

/** @typedef {{ name: string, passed: number, failed: number, remark?: string }} Suite */

const report = ".reports/vitest.json"

/**
 * Runs the tests of every workspace package through turbo, and the bridge's through pytest. Prints a table and, last, the total.
 * @param {import("./places.mjs").Places} places
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} 0 if everything passed
 */
export async function runAllTests(places, env) {
  const folders = testedFolders(places.root)
  for (const folder of folders) rmSync(`${places.root}/${folder}/${report}`, { force: true })
  rmSync(places.reports, { recursive: true, force: true })
  mkdirSync(places.reports, { recursive: true })

  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
  const turboCode = await handOver(["turbo", "run", "test", "--continue=always", "--", ...reporters], {
    cwd: places.root,
    env
  })
  const junit = `${places.reports}/pytest.xml`
  const pytestCode = await handOver([places.python, "-m", "pytest", `--junitxml=${junit}`], { cwd: places.bridge, env })

  const packages = folders.map((folder) => vitestSuite(folder, textOf(`${places.root}/${folder}/${report}`)))
  if (turboCode !== 0 && packages.every(({ failed }) => failed === 0)) {
    packages.push({ name: "turbo", passed: 0, failed: 1, remark: `exit code ${turboCode}` })
  }
  const suites = [...packages, pytestSuite("python_bridge", textOf(junit), pytestCode)]
  console.log(table(suites))
  console.log(totalLine(suites))
  return suites.some(({ failed }) => failed > 0) ? 1 : 0
}

/**
 * The workspace folders whose package.json has a test script.
 * @param {string} root
 */
export function testedFolders(root) {
  return ["apps", "packages", "tests"]
    .flatMap((parent) =>
      existsSync(`${root}/${parent}`) ? readdirSync(`${root}/${parent}`).map((name) => `${parent}/${name}`) : []
    )
    .filter((folder) => JSON.parse(textOf(`${root}/${folder}/package.json`) ?? "{}").scripts?.test !== undefined)
    .toSorted()
}

/**
 * Counts what vitest's JSON reporter wrote. A run that left no report, or a file that did not load, is a failure.
 * @param {string} name
 * @param {string | undefined} json
 * @returns {Suite}
 */
export function vitestSuite(name, json) {
  if (json === undefined) return { name, passed: 0, failed: 1, remark: "ended without a report" }
  const { numPassedTests, numFailedTests, success, testResults } = JSON.parse(json)
  const broken = testResults.filter(
    (/** @type {{ status: string, assertionResults: ReadonlyArray<{ status: string }> }} */ file) =>
      file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed")
  ).length
  const failed = numFailedTests + broken
  if (failed === 0 && numPassedTests === 0) return { name, passed: 0, failed: 1, remark: "no tests ran" }
  if (failed === 0 && !success) return { name, passed: numPassedTests, failed: 1, remark: "the run itself failed" }
  return { name, passed: numPassedTests, failed }
}

/**
 * Counts what pytest's junit file holds.
 * @param {string} name
 * @param {string | undefined} xml
 * @param {number} exitCode
 * @returns {Suite}
 */
export function pytestSuite(name, xml, exitCode) {
  const suite = /<testsuite\b[^>]*>/.exec(xml ?? "")?.[0]
  if (suite === undefined) return { name, passed: 0, failed: 1, remark: "ended without a report" }
  const count = (/** @type {string} */ key) => Number(new RegExp(`\\b${key}="(\\d+)"`).exec(suite)?.[1] ?? 0)
  const failed = count("failures") + count("errors")
  const passed = Math.max(0, count("tests") - failed - count("skipped"))
  if (failed === 0 && exitCode !== 0) return { name, passed, failed: 1, remark: `exit code ${exitCode}` }
  return { name, passed, failed }
}

/** @param {ReadonlyArray<Suite>} suites */
export function totalLine(suites) {
  const passed = suites.reduce((sum, suite) => sum + suite.passed, 0)
  const failed = suites.reduce((sum, suite) => sum + suite.failed, 0)
  return `${passed} passed, ${failed} failed`
}

/** @param {ReadonlyArray<Suite>} suites */
function table(suites) {
  const width = Math.max(...suites.map(({ name }) => name.length))
  const rows = suites.map(({ name, passed, failed, remark }) =>
    [`  ${name.padEnd(width)}  ${String(passed).padStart(5)} passed  ${String(failed).padStart(3)} failed`, remark]
      .filter(Boolean)
      .join("  ")
  )
  return ["", ...rows, ""].join("\n")
}

/** @param {string} file */
function textOf(file) {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}
