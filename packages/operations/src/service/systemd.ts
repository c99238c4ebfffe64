import { may, must } from "./service-command.ts"
import type { ServicePlan, ServiceProgram, ServiceUser } from "./service-plan.ts"

const unit = "pensieve.service"

/** A unit of the user's own systemd. @see systemd.service(5), systemd.exec(5) */
export const systemdPlan = (
  { words, environment, log }: ServiceProgram,
  { home, configHome = `${home}/.config` }: ServiceUser
): ServicePlan => ({
  manager: "systemd",
  file: `${configHome}/systemd/user/${unit}`,
  text: [
    "[Unit]",
    "Description=Pensieve: local language models for Anthropic's and OpenAI's clients",
    "",
    "[Service]",
    `ExecStart=${words.map(argument).join(" ")}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    `StandardError=append:${percented(log)}`,
    // One that was stopped by its user stays so.
    "Restart=on-failure",
    "RestartSec=5",
    // Answers under way are ended well within this time.
    "TimeoutStopSec=10",
    "",
    "[Install]",
    "WantedBy=default.target",
    ""
  ].join("\n"),
  install: [must("systemctl", "--user", "daemon-reload"), must("systemctl", "--user", "enable", "--now", unit)],
  remove: [may("systemctl", "--user", "disable", "--now", unit)],
  removed: [may("systemctl", "--user", "daemon-reload")]
})

/** `%` begins a specifier everywhere in a unit. */
const percented = (value: string): string => value.replaceAll("%", "%%")

const quoted = (value: string): string =>
  `"${percented(value)
    .replaceAll("\\", "\\\\")
    .replaceAll('"', String.raw`\"`)}"`

/** In a command line `$` begins a variable too. */
const argument = (value: string): string => quoted(value).replaceAll("$", "$$$$")
