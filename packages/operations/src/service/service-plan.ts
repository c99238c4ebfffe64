import { launchdPlan } from "./launchd.ts"
import type { ServiceCommand } from "./service-command.ts"
import { systemdPlan } from "./systemd.ts"

/** What shall run whenever the user is logged in. */
export interface ServiceProgram {
  /** The program and its arguments. */
  readonly words: readonly [string, ...ReadonlyArray<string>]
  readonly environment: Readonly<Record<string, string>>
  /** File for what it writes to stderr. */
  readonly log: string
}

/** The user, as the system's own service manager knows them. */
export interface ServiceUser {
  readonly platform: NodeJS.Platform
  readonly home: string
  /** `XDG_CONFIG_HOME`, where it is set. */
  readonly configHome: string | undefined
  readonly uid: number
}

/** A service, as files and commands. */
export interface ServicePlan {
  /** What manages services here. */
  readonly manager: "launchd" | "systemd"
  /** The file that describes the service. */
  readonly file: string
  /** Its text. */
  readonly text: string
  /** To be run when the file is there. */
  readonly install: ReadonlyArray<ServiceCommand>
  /** To be run while the file is still there. */
  readonly remove: ReadonlyArray<ServiceCommand>
  /** To be run when the file is gone. */
  readonly removed: ReadonlyArray<ServiceCommand>
}

/** How a program becomes a service of this user; undefined on a system without a manager that we know. */
export const servicePlan = (program: ServiceProgram, user: ServiceUser): ServicePlan | undefined => {
  switch (user.platform) {
    case "darwin":
      return launchdPlan(program, user)
    case "linux":
      return systemdPlan(program, user)
    default:
      return undefined
  }
}
