import type { Backend } from "@pensieve/backends"
import type { Layer } from "effect"

/** Who answers, and how a person is told at start. */
export interface Serving {
  readonly backend: Layer.Layer<Backend>
  /** One line: what it is, and why this one. */
  readonly title: string
  /** It is the built-in demo model. */
  readonly demo: boolean
}
