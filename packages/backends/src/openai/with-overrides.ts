import { type ModelOverrides, smallest } from "../upstream/upstream-options.ts"
import type { Traits } from "./traits.ts"
import type { UpstreamModel } from "./upstream-model.ts"

/**
 * A model with what the user says of it in place of what its server tells.
 *
 * @param traits what the server takes for most of its models
 */
export const withOverrides = (
  model: UpstreamModel,
  overrides: ModelOverrides | undefined,
  traits: Traits
): UpstreamModel => {
  if (overrides === undefined) return model
  const { images, reasoning, tools } = overrides
  const window = smallest(model.window, overrides.window)
  const control = model.traits?.request?.reasoningControl ?? traits.request.reasoningControl
  return {
    ...model,
    ...(window === undefined ? {} : { window }),
    ...(images === undefined ? {} : { images }),
    ...(reasoning === undefined ? {} : { reasoning }),
    traits: {
      ...model.traits,
      ...(tools === undefined ? {} : { toolForm: tools }),
      request: {
        ...model.traits?.request,
        ...(images === undefined ? {} : { images, ...(images ? {} : { toolMedia: "placeholder" as const }) }),
        ...(reasoning === undefined
          ? {}
          : { reasoningControl: reasoning ? (control === "none" ? "effort" : control) : "none" })
      }
    }
  }
}
