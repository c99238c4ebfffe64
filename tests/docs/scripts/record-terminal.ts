// Makes docs/terminal.svg: a real session of the real Claude Code on the demo model, in a terminal (tmux), as it looked at its end.
//   node scripts/record-terminal.ts PATH-OF-CLAUDE
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { bundledCommand, places, until } from "@pensieve/test-harness"
import { terminalPicture } from "../src/terminal-picture.ts"

const [claude] = process.argv.slice(2)
if (claude === undefined) {
  console.error("record-terminal: Name the Claude Code program.")
  process.exit(2)
}

const columns = 100
const rows = 26
const home = mkdtempSync(join(tmpdir(), "pensieve-recorded-"))
const project = join(home, "project")
const bin = join(home, "bin")
for (const folder of [project, bin]) mkdirSync(folder)
writeFileSync(join(project, "notes.txt"), "Buy bread.\nWater the plants.\n")
writeFileSync(
  join(home, ".claude.json"),
  JSON.stringify({ hasCompletedOnboarding: true, projects: { [project]: { hasTrustDialogAccepted: true } } })
)
symlinkSync(claude, join(bin, "claude"))
writeFileSync(join(bin, "pensieve"), `#!/bin/sh\nexec "${process.execPath}" "${await bundledCommand()}" "$@"\n`, {
  mode: 0o755
})

const env = {
  PATH: [bin, dirname(process.execPath), process.env["PATH"]].join(delimiter),
  HOME: home,
  PENSIEVE_PORT: "0",
  IS_SANDBOX: "1",
  COLORTERM: "truecolor",
  LANG: "C.UTF-8"
}
const tmux = (...args: ReadonlyArray<string>): string =>
  execFileSync("tmux", ["-S", join(home, "tmux"), ...args], { env, encoding: "utf8" })
const screen = (): string => tmux("capture-pane", "-p", "-t", "recorded")
/** Waits until the terminal shows a text so many times. */
const shows = (text: string, times = 1) =>
  until(`"${text}" on the terminal`, 280_000, () => screen().split(text).length > times || undefined)
const type = (text: string): void => {
  tmux("send-keys", "-t", "recorded", "-l", text)
  execFileSync("sleep", ["0.5"])
  tmux("send-keys", "-t", "recorded", "Enter")
}

try {
  tmux(
    "new-session",
    "-d",
    "-s",
    "recorded",
    "-x",
    String(columns),
    "-y",
    String(rows),
    "-c",
    project,
    "env 'PS1=$ ' sh"
  )
  await shows("$")
  type("pensieve claude")
  await shows("❯")
  // Claude Code's own prompt is read once; from then on it looks as it does here.
  type("Hello!")
  await shows(" · done ")
  type("/clear")
  await until("a cleared terminal", 30_000, () => !screen().includes(" · done ") || undefined)
  type("Hello! Who are you?")
  await shows(" · done ")
  type("Read notes.txt")
  // The mark of an answer that has ended.
  await shows(" · done ", 2)
  const lines = tmux("capture-pane", "-e", "-p", "-t", "recorded").trimEnd().split("\n")
  writeFileSync(join(places.root, "docs/terminal.svg"), terminalPicture(lines, columns))
} finally {
  console.error(screen())
  tmux("kill-server")
  execFileSync(join(bin, "pensieve"), ["stop"], { env, stdio: "inherit" })
  rmSync(home, { recursive: true, force: true })
}
