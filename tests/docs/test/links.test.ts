import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { places } from "@pensieve/test-harness"
import { assert, describe, it } from "vitest"
import { anchorsOf, documents, linksOf, read } from "../src/documents.ts"

describe.each(documents)("the links of %s", (document) => {
  const links = linksOf(read(document))
  const inside = links.filter((link) => !/^https?:/.test(link))

  it("lead to files and headings that exist", () => {
    const broken = inside.filter((link) => {
      const [path = "", anchor] = link.split("#")
      const target = path === "" ? document : join(dirname(document), path)
      if (!existsSync(join(places.root, target))) return true
      return anchor !== undefined && !anchorsOf(read(target)).includes(anchor)
    })
    assert.deepEqual(broken, [])
  })

  it("to other sites are addresses, and secure", () => {
    const others = links.filter((link) => !inside.includes(link))
    assert.deepEqual(
      others.filter((link) => new URL(link).protocol !== "https:"),
      []
    )
  })
})

describe("the documents", () => {
  it("can all be found from the README", () => {
    assert.includeMembers(
      [...linksOf(read("README.md"))],
      documents.filter((document) => !/(^|\/)README\.md$/.test(document))
    )
  })
})
