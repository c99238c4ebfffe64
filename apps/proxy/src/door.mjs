#!/usr/bin/env node
// The door of the installed command. An old Node must be able to parse this file.
var version = process.versions.node
var major = Number(version.split(".")[0])
if (major < 22 || (major === 22 && Number(version.split(".")[1]) < 19)) {
  console.error(
    "pensieve: Node " +
      version +
      " is too old: the installed command needs Node 22.19 or newer. Install one from https://nodejs.org and run this again."
  )
  process.exit(1)
}
import("./main.js")
