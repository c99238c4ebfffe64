import { createClient, type RedisClientType } from "@redis/client"

const connectMs = 2000
/** First and longest pause before a lost connection is tried again, milliseconds. */
const firstPauseMs = 100
const longestPauseMs = 5000

export type RedisClient = RedisClientType

/** A client that is not connected yet. Loaded only where somebody wants it. */
export const makeClient = (url: string): RedisClient =>
  createClient({
    url,
    name: "pensieve",
    // What cannot be asked now is not asked at all: an answer of the model does not wait.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectMs,
      reconnectStrategy: (attempts) => Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts, 10))
    }
  })
