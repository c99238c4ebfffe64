import { type BackendError, UpstreamFailed } from "@pensieve/errors"
import { faultError, isGone, type UpstreamFault } from "../upstream/upstream-fault.ts"

/** A gateway tells the failures of the server behind it by status 502; refusals, limits and waits keep their own. */
export const asUpstreamFailure = (error: BackendError, unreachable = false): BackendError =>
  error._tag === "BackendFailed" || error._tag === "BackendUnavailable"
    ? new UpstreamFailed({ message: error.message, unreachable })
    : error

/** @param begun whether a part of the answer had come */
export const faultFailure = (fault: UpstreamFault, begun: boolean): BackendError =>
  asUpstreamFailure(faultError(fault, begun), isGone(fault))
