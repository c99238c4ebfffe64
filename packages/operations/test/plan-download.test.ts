import { assert, describe, it } from "@effect/vitest"
import { type DownloadFacts, formatBytes, formatMemory, type HubInfo, isYes, planDownload } from "@pensieve/operations"

const GiB = 2 ** 30
const info = (weightBytes: number, change: Partial<HubInfo> = {}): HubInfo => ({
  repository: "mlx-community/Qwen3-4B-4bit",
  revision: "0".repeat(40),
  downloadBytes: weightBytes + 1e7,
  totalBytes: weightBytes + 1e7,
  weightBytes,
  files: 9,
  alreadyHere: false,
  ...change
})
const plan = (change: Partial<DownloadFacts> = {}) =>
  planDownload({
    info: info(2.26e9),
    memoryBytes: 24 * GiB,
    freeBytes: 100e9,
    agreed: false,
    terminal: true,
    startWith: (flags) => `pensieve start ${flags}`,
    ...change
  })

describe("planDownload", () => {
  it("tells the sizes and asks on a terminal", () =>
    assert.deepStrictEqual(plan(), {
      lines: ["mlx-community/Qwen3-4B-4bit: 2.3 GB to download, needs about 2.9 GB of memory; this machine has 24 GB."],
      action: "ask"
    }))

  it("does not ask who agreed", () => {
    for (const terminal of [true, false]) assert.strictEqual(plan({ agreed: true, terminal }).action, "download")
  })

  it("downloads nothing unasked where nobody can be asked, and says how to get it", () => {
    const { lines, action } = plan({ terminal: false })
    assert.strictEqual(action, "leave")
    assert.match(lines.join("\n"), /pensieve start --model mlx-community\/Qwen3-4B-4bit --yes/)
  })

  it("says what is left of a download that was begun", () =>
    assert.match(
      plan({ info: info(2.26e9, { downloadBytes: 1.1e9 }) }).lines.join(),
      /: 1\.1 GB of 2\.3 GB still to download,/
    ))

  it("does not offer what does not fit the memory, and names what does", () => {
    const { lines, action } = plan({ info: info(40e9) })
    assert.strictEqual(action, "leave")
    assert.match(
      lines.join("\n"),
      /too large for this machine's memory\.\n.*Qwen3-Coder-30B-A3B-Instruct-4bit \(17 GB\)/
    )
    assert.match(plan({ info: info(40e9), memoryBytes: 8 * GiB }).lines.join(), /Qwen3-8B-4bit/)
    assert.match(plan({ info: info(4e8), memoryBytes: GiB / 4 }).lines.join(), /Take a smaller model/)
  })

  it("does not offer what does not fit the disk", () => {
    const { lines, action } = plan({ freeBytes: 2e9 })
    assert.strictEqual(action, "leave")
    assert.match(lines.join("\n"), /too large for the disk, which has 2\.0 GB free\. .*HF_HOME.*\n.*Qwen3-1\.7B-4bit/)
  })

  it("counts only what is still to come against the disk", () =>
    assert.strictEqual(plan({ info: info(2.26e9, { downloadBytes: 1e9 }), freeBytes: 2e9 }).action, "ask"))

  it("takes a disk that tells nothing for large enough", () =>
    assert.strictEqual(plan({ freeBytes: undefined }).action, "ask"))

  it("obeys who wants it all the same, and warns him", () => {
    const { lines, action } = plan({ info: info(40e9), freeBytes: 1e9, agreed: true })
    assert.strictEqual(action, "download")
    assert.match(lines.join("\n"), /memory\.\nIt is too large for the disk/)
  })

  it("has nothing to say about what is on this machine", () =>
    assert.deepStrictEqual(plan({ info: info(2.26e9, { alreadyHere: true, downloadBytes: 0 }), terminal: false }), {
      lines: [],
      action: "download"
    }))
})

describe("isYes", () => {
  it("takes nothing but a yes for a yes", () => {
    for (const answer of ["y", "Y", " yes ", "YES"]) assert.isTrue(isYes(answer))
    for (const answer of ["", "n", "no", "yep", "ja", "yy"]) assert.isFalse(isYes(answer))
  })
})

describe("sizes", () => {
  it("are decimal for files and binary for memory", () => {
    assert.deepStrictEqual([0, 1, 1500, 999_999, 1e6, 9.96e6, 4.21e8, 2.26e9, 1.2e11].map(formatBytes), [
      "0 kB",
      "1 kB",
      "2 kB",
      "1000 kB",
      "1.0 MB",
      "10 MB",
      "421 MB",
      "2.3 GB",
      "120 GB"
    ])
    assert.deepStrictEqual([24 * GiB, 8 * GiB, GiB / 2].map(formatMemory), ["24 GB", "8.0 GB", "0.5 GB"])
  })
})
