import type { CallFormat } from "./call-format.ts"
import type { ParserOptions } from "./family.ts"
import { ToolSchemas } from "./schema-values.ts"
import type { TagForm } from "./tag-form.ts"
import { TagReader } from "./tag-reader.ts"

/** The format of calls whose parameters are tags. */
export const tagFormat = (form: TagForm, options: ParserOptions): Pick<CallFormat, "markers" | "closers" | "open"> => {
  const schemas = new ToolSchemas(options)
  return {
    markers: [...form.wrapperStarts, form.callStart, form.parameterStart, ...(form.noise?.markers ?? [])],
    closers: [...form.wrapperEnds, form.callEnd, form.parameterEnd],
    open: (marker, { trusting }) => {
      if (form.wrapperStarts.includes(marker)) return new TagReader(form, { bare: false, trusting, schemas })
      return form.bareCalls !== "none" && marker === form.callStart
        ? new TagReader(form, { bare: true, trusting, schemas })
        : null
    }
  }
}
