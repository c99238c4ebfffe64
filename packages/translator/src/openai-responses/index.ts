export { decodeRequest } from "./decode-request.ts"
