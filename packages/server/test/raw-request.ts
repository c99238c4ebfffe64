import { connect } from "node:net"

/** An answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Answers before the final one, such as 100. */
  readonly interim: ReadonlyArray<number>
}

/** Sends bytes over a socket of its own and reads until the server closes it. `later` is sent once the server has said 100 Continue. */
export const rawRequest = (
  base: string,
  head: ReadonlyArray<string>,
  body: ReadonlyArray<string | Uint8Array> = [],
  later?: string
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { port, hostname, host } = new URL(base)
    const socket = connect(Number(port), hostname)
    let received = ""
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no end after 10 s:\n${received}`)))
    socket.setEncoding("latin1").on("data", (text: string) => {
      received += text
      if (later !== undefined && received === "HTTP/1.1 100 Continue\r\n\r\n") socket.write(later)
    })
    socket.on("error", (error) => (received === "" ? reject(error) : undefined))
    socket.on("close", () => (received === "" ? reject(new Error("no answer")) : resolve(readAnswer(received))))
    socket.write(`${head.join("\r\n")}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    for (const piece of body) socket.write(piece)
  })

const readAnswer = (text: string): RawAnswer => {
  const interim: Array<number> = []
  let rest = text
  while (/^HTTP\/1\.1 1\d\d/.test(rest)) {
    interim.push(Number(rest.slice(9, 12)))
    rest = rest.slice(rest.indexOf("\r\n\r\n") + 4)
  }
  const [head = "", ...body] = rest.split("\r\n\r\n")
  const [first = "", ...lines] = head.split("\r\n")
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()])
  )
  return { status: Number(first.split(" ")[1]), headers, body: body.join("\r\n\r\n"), interim }
}
