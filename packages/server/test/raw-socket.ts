import { connect, type Socket } from "node:net"

const usualQuietMs = 2000

/** A socket that says exactly what a test wants, and what came back. */
export interface RawSocket {
  readonly socket: Socket
  readonly write: (text: string | Uint8Array) => void
  /** What came back, once the server has hung up or `quiet` milliseconds have passed without a byte. */
  readonly answer: (quiet?: number) => Promise<string>
  /** Milliseconds until the server hung up; fails after `limitMs`. */
  readonly hungUp: (limitMs: number) => Promise<number>
}

/** Connects to a server of this machine. */
export const openRaw = async (base: string, host?: string): Promise<RawSocket> => {
  const { port, hostname } = new URL(base)
  const since = performance.now()
  const socket = connect(Number(port), host ?? hostname)
  let received = ""
  socket.setEncoding("latin1").on("data", (text: string) => (received += text))
  socket.on("error", () => undefined)
  const closed = new Promise<number>((resolve) => socket.once("close", () => resolve(performance.now() - since)))
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject))
  return {
    socket,
    write: (text) => void socket.write(text),
    answer: (quiet = usualQuietMs) =>
      new Promise((resolve) => {
        const done = () => resolve(received)
        const timer = setTimeout(done, quiet)
        socket.on("data", () => timer.refresh())
        void closed.then(() => {
          clearTimeout(timer)
          done()
        })
      }),
    hungUp: (limitMs) =>
      Promise.race([
        closed,
        new Promise<number>((_, reject) => {
          setTimeout(() => reject(new Error(`still connected after ${limitMs} ms`)), limitMs).unref()
        })
      ])
  }
}

/** Says something on a socket of its own and gives the status of the first answer; 0 where there was none. */
export const rawStatus = async (base: string, text: string | Uint8Array, quiet?: number): Promise<number> => {
  const raw = await openRaw(base)
  raw.write(text)
  const answer = await raw.answer(quiet)
  raw.socket.destroy()
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
}
