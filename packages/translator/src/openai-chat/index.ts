// Requests of clients, and answers to them.
export { decodeRequest } from "./decode-request.ts"
export { encodeError } from "./encode-error.ts"
export { encodeModel, encodeModels, type ModelEntry } from "./encode-models.ts"
export { encodeResponse, endResponse, foldResponse, initialResponse, type ResponseState } from "./encode-response.ts"
export { encodeStream, endStream, stepEnd, stepStream } from "./encode-stream.ts"
export { streamOptions } from "./stream-options.ts"
export {
  initialStream,
  type StreamFrame,
  type StreamOptions,
  type StreamState,
  type StreamStep
} from "./stream-state.ts"
export type { Decoded, Headers, RequestContext } from "../request-context.ts"
// Requests to upstreams, and their answers.
export { decodeError } from "../decode-error.ts"
export { decodeResponse } from "./decode-response.ts"
export { type DecodeState, type DecodeStep, decodeStream, endDecode, initialDecode, saidWhy } from "./decode-stream.ts"
export type { EncodedRequest } from "../encoded-request.ts"
export { encodeRequest } from "./encode-request.ts"
export type { CallOptions } from "../finish-calls.ts"
export type { DecodeOptions } from "./decode-chunk.ts"
export { defaultRequestOptions, type RequestOptions } from "./request-options.ts"
export type { ThinkForm } from "./think-text.ts"
