export { decodeCountRequest } from "./decode-count-request.ts"
export type { Headers } from "./decode-hints.ts"
export { decodeRequest } from "./decode-request.ts"
export { encodeCount } from "./encode-count.ts"
export { encodeError } from "./encode-error.ts"
export { encodeModel, encodeModels, type ModelEntry } from "./encode-models.ts"
export { encodeResponse, endResponse, foldResponse, initialResponse, type ResponseState } from "./encode-response.ts"
export {
  encodeStream,
  endStream,
  initialStream,
  stepEnd,
  stepStream,
  type StreamOptions,
  type StreamState,
  type StreamStep
} from "./encode-stream.ts"
export { streamOptions } from "./stream-options.ts"
export type { RequestContext } from "./to-conversation.ts"
