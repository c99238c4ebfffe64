import { fitsMemory } from "./choose-model.ts"
import { formatBytes, formatMemory } from "./format-size.ts"
import type { HubInfo } from "./hub-lines.ts"
import { knownModels } from "./models/known-models.ts"

/** What decides about a download. */
export interface DownloadFacts {
  readonly info: HubInfo
  /** Memory of the machine. */
  readonly memoryBytes: number
  /** Free space where the hub's cache is; undefined when it cannot be told. */
  readonly freeBytes: number | undefined
  /** The user agreed beforehand. */
  readonly agreed: boolean
  /** Somebody is there to be asked. */
  readonly terminal: boolean
  /** How this user starts the proxy with flags. */
  readonly startWith: (flags: string) => string
}

/** What to tell the user, and then what to do. */
export interface DownloadPlan {
  readonly lines: ReadonlyArray<string>
  readonly action: "download" | "ask" | "leave"
}

/** The question that belongs to the action `ask`. No is the default. */
export const downloadQuestion = "Download it now? [y/N] "

/** Whether an answer to it means yes. */
export const isYes = (answer: string): boolean => /^\s*y(es)?\s*$/i.test(answer)

/** Memory beside the weights: the program, and a conversation of some thousand tokens. */
const workingMemory = 0.6e9

/** A full disk is a disturbed machine: so much stays free. */
const diskReserve = 0.5e9

/** The memory that a model needs, roughly: weights, what computing with them takes, and a conversation. Bytes. */
const memoryNeed = (weightBytes: number): number => weightBytes * 1.1 + workingMemory

/** Decides about the download of a model that is not on this machine, and says why. */
export const planDownload = (facts: DownloadFacts): DownloadPlan => {
  const { info, memoryBytes, agreed, terminal, startWith } = facts
  if (info.alreadyHere) return { lines: [], action: "download" }
  const problems = [...memoryProblem(info, memoryBytes), ...diskProblem(info, facts.freeBytes)]
  const told = [sizes(info, memoryBytes), ...problems]
  if (agreed) return { lines: told, action: "download" }
  if (problems.length > 0) return { lines: [...told, instead(facts)], action: "leave" }
  if (terminal) return { lines: told, action: "ask" }
  return {
    lines: [...told, `To download and serve it:  ${startWith(`--model ${info.repository} --yes`)}`],
    action: "leave"
  }
}

const sizes = (info: HubInfo, memoryBytes: number): string => {
  const total = formatBytes(info.totalBytes)
  const rest = formatBytes(info.downloadBytes)
  const download =
    info.downloadBytes < info.totalBytes ? `${rest} of ${total} still to download` : `${total} to download`
  return `${info.repository}: ${download}, needs about ${formatMemory(memoryNeed(info.weightBytes))} of memory; this machine has ${formatMemory(memoryBytes)}.`
}

const memoryProblem = (info: HubInfo, memoryBytes: number): ReadonlyArray<string> =>
  fitsMemory(info.weightBytes, memoryBytes) ? [] : ["It is too large for this machine's memory."]

const fitsDisk = (bytes: number, freeBytes: number | undefined): boolean =>
  freeBytes === undefined || bytes + diskReserve <= freeBytes

const diskProblem = (info: HubInfo, freeBytes: number | undefined): ReadonlyArray<string> =>
  freeBytes === undefined || fitsDisk(info.downloadBytes, freeBytes)
    ? []
    : [
        `It is too large for the disk, which has ${formatBytes(freeBytes)} free. Make room, or name a folder on another disk with HF_HOME.`
      ]

const instead = ({ info, memoryBytes, freeBytes, startWith }: DownloadFacts): string => {
  const fitting = knownModels.find(
    ({ bytes }) => bytes < info.weightBytes && fitsMemory(bytes, memoryBytes) && fitsDisk(bytes, freeBytes)
  )
  return fitting === undefined
    ? "Take a smaller model, or one with fewer bits a weight."
    : `Take a smaller one, such as ${fitting.name} (${formatBytes(fitting.bytes)}):  ${startWith(`--model ${fitting.name}`)}`
}
