import { type InternalError, InvalidRequest, RequestTooLarge } from "@pensieve/errors"
import { type Draft, FileStore, type StoredFile } from "@pensieve/operations"
import { ByteSize, Effect, Option, type Scope, Stream } from "effect"
import { HttpServerRequest, Mime, Multipart } from "effect/http"

/** Bytes a file may have. @see https://platform.claude.com/docs/en/build-with-claude/files */
const largestFile = 500 * 1024 * 1024

/** Bytes of the file and what stands around it. */
const largestForm = largestFile + 1024 * 1024

const limits = {
  maxParts: 16,
  maxFieldSize: ByteSize.kibibytes(64),
  maxFileSize: ByteSize.bytes(largestFile),
  maxTotalSize: ByteSize.bytes(largestForm)
}

const tooLarge = new RequestTooLarge({ message: `The file is larger than ${largestFile / 1024 / 1024} MB.` })

/** @see the SDK's `FileUploadParams.expires_in_seconds`: an hour to ninety days */
const lifetime = { shortest: 3600, longest: 7_776_000 }

type Failure = InvalidRequest | RequestTooLarge | InternalError

/** What was found in the form so far. */
interface Form {
  file?: { readonly draft: Draft; readonly name: string; readonly type: string }
  expiresInSeconds?: number
}

/** Reads a form with the part `file`, writes the file down as its bytes come, and keeps it when the form was read to its end. */
export const readUpload: Effect.Effect<
  StoredFile,
  Failure,
  FileStore | HttpServerRequest.HttpServerRequest | Scope.Scope
> = Effect.gen(function* () {
  const request = yield* HttpServerRequest.HttpServerRequest
  const type = request.headers["content-type"] ?? ""
  if (!/^multipart\/form-data\b/i.test(type))
    return yield* new InvalidRequest({
      message: `content-type: must be multipart/form-data (it is "${type}")`,
      field: "content-type"
    })
  if (Number(request.headers["content-length"] ?? 0) > largestForm) return yield* tooLarge
  const form: Form = {}
  yield* Stream.runForEach(request.multipartStream, (part) => takePart(form, part)).pipe(
    Effect.provideContext(Multipart.limitsServices(limits)),
    Effect.catchTag("MultipartError", (error) => Effect.fail(formError(error)))
  )
  const { file, expiresInSeconds } = form
  if (file === undefined) return yield* new InvalidRequest({ message: "file: Field required", field: "file" })
  const mimeType = mimeTypeOf(file.type, file.name)
  return yield* file.draft.keep({
    filename: filenameOf(file.name, mimeType),
    mimeType,
    ...(expiresInSeconds === undefined ? {} : { expiresInSeconds })
  })
})

const takePart = (form: Form, part: Multipart.Part) =>
  Effect.gen(function* () {
    if (Multipart.isFile(part)) {
      if (part.key !== "file" || form.file !== undefined) return yield* Stream.runDrain(part.content)
      const draft = yield* (yield* FileStore).draft(part.content)
      form.file = { draft, name: part.name, type: part.contentType }
    } else if (part.key === "file") {
      return yield* new InvalidRequest({ message: "file: must be sent as a file, with a filename", field: "file" })
    } else if (part.key === "expires_in_seconds") form.expiresInSeconds = yield* readLifetime(part.value)
  })

const readLifetime = (text: string): Effect.Effect<number, InvalidRequest> => {
  const seconds = Number(text)
  const { shortest, longest } = lifetime
  return Number.isInteger(seconds) && seconds >= shortest && seconds <= longest
    ? Effect.succeed(seconds)
    : Effect.fail(
        new InvalidRequest({
          message: `expires_in_seconds: Input should be an integer from ${shortest} to ${longest}`,
          field: "expires_in_seconds"
        })
      )
}

const formError = ({ reason }: Multipart.MultipartError): InvalidRequest | RequestTooLarge =>
  reason._tag === "FileTooLarge" || reason._tag === "BodyTooLarge" || reason._tag === "FieldTooLarge"
    ? tooLarge
    : new InvalidRequest({ message: `The form cannot be read (${reason._tag}).` })

/** The last step of a path, as a file was named by the sender. */
const filenameOf = (sent: string, mimeType: string): string => {
  const last = sent.split(/[/\\]/).at(-1) ?? ""
  if (last !== "") return last
  return `unnamed${Option.match(Mime.getExtension(mimeType), { onNone: () => "", onSome: (ending) => `.${ending}` })}`
}

/** What the sender says, or what the file's name says when the sender does not know. */
const mimeTypeOf = (sent: string, filename: string): string =>
  sent !== "" && sent !== "application/octet-stream"
    ? sent
    : Option.getOrElse(Mime.getType(filename), () => "application/octet-stream")
