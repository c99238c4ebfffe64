import { may, must } from "./service-command.ts"
import type { ServicePlan, ServiceProgram, ServiceUser } from "./service-plan.ts"

const label = "pensieve"

/** Seconds between a failure and the next start. */
const pauseSeconds = 5

/** A launch agent of the user. @see launchd.plist(5) */
export const launchdPlan = ({ words, environment, log }: ServiceProgram, { home, uid }: ServiceUser): ServicePlan => {
  const file = `${home}/Library/LaunchAgents/${label}.plist`
  const domain = `gui/${uid}`
  const target = `${domain}/${label}`
  return {
    manager: "launchd",
    file,
    text: plist([
      entry("Label", text(label)),
      entry("ProgramArguments", list(words)),
      entry("EnvironmentVariables", dict(Object.entries(environment).map(([name, value]) => entry(name, text(value))))),
      entry("RunAtLoad", "<true/>"),
      // One that was stopped by its user stays so.
      entry("KeepAlive", dict([entry("SuccessfulExit", "<false/>")])),
      entry("ThrottleInterval", `<integer>${pauseSeconds}</integer>`),
      // A background process would be slowed down while it computes.
      entry("ProcessType", text("Interactive")),
      entry("StandardErrorPath", text(log))
    ]),
    install: [may("launchctl", "bootout", target), must("launchctl", "bootstrap", domain, file)],
    remove: [may("launchctl", "bootout", target)],
    removed: []
  }
}

const escaped = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const text = (value: string): string => `<string>${escaped(value)}</string>`
const list = (values: ReadonlyArray<string>): string => `<array>${values.map(text).join("")}</array>`
const dict = (entries: ReadonlyArray<string>): string => `<dict>${entries.join("")}</dict>`
const entry = (name: string, value: string): string => `<key>${escaped(name)}</key>${value}`

const plist = (entries: ReadonlyArray<string>): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
${entries.map((one) => `  ${one}`).join("\n")}
</dict>
</plist>
`
