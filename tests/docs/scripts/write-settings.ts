// Writes the table of all settings into the page about the configuration.
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { places } from "@pensieve/test-harness"
import { read } from "../src/documents.ts"
import { withSettings } from "../src/setting-tables.ts"

const page = "docs/configuration.md"
writeFileSync(join(places.root, page), withSettings(read(page)))
