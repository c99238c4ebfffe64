/**
 * The program of the worker that the user's routing function runs in. It is kept as text, so that it is there wherever the server is,
 * bundled or not.
 */
export const workerSource = `
const { parentPort, workerData } = require("node:worker_threads")
const messageOf = (cause) => String((cause && cause.message) || cause)

import(workerData.url).then(
  ({ default: choose }) => {
    if (typeof choose !== "function") {
      parentPort.postMessage({ type: "loaded", problem: "has no function as its default export" })
      return
    }
    parentPort.on("message", async ({ id, facts }) => {
      try {
        parentPort.postMessage({ type: "answer", id, value: await choose(facts) })
      } catch (cause) {
        parentPort.postMessage({ type: "answer", id, threw: messageOf(cause) })
      }
    })
    parentPort.postMessage({ type: "loaded" })
  },
  (cause) => parentPort.postMessage({ type: "loaded", problem: "cannot be loaded: " + messageOf(cause) })
)
`
