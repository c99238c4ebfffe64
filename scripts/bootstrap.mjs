// The door: `npm start`, `npm test` and every root script come through here. An old Node must be able to parse this file.
var major = Number(process.versions.node.split(".")[0])
if (major < 20) {
  console.error(
    "pensieve: Node " +
      process.versions.node +
      " is too old. Install Node 20 or newer from https://nodejs.org and run this again."
  )
  process.exit(1)
}
import("./bootstrap/main.mjs").then(function (bootstrap) {
  return bootstrap.main(process.argv.slice(2))
})
