import { comfortableWindow } from "../client-setup/claude-code.ts"
import { formatBytes, formatMemory } from "../format-size.ts"
import type { BackendHealth, ProxyHealth } from "../life-cycle/proxy-health.ts"
import { bad, doubtful, type Finding, good } from "./finding.ts"

/** What a model is measured against. */
export interface Machine {
  readonly memoryBytes: number
  readonly platform: NodeJS.Platform
}

const count = (tokens: number): string => tokens.toLocaleString("en")

/** What the health of a proxy says about its model and its backends. */
export const judgeHealth = (health: ProxyHealth, machine: Machine): ReadonlyArray<Finding> => [
  ...judgeStatus(health),
  ...judgeWindow(health),
  ...(health.backends ?? []).flatMap((backend) => judgeBackend(backend, machine))
]

const judgeStatus = ({ status, message = "" }: ProxyHealth): ReadonlyArray<Finding> => {
  if (status === "healthy") return [good("health", "a backend is ready")]
  if (status === "starting")
    return [doubtful("health", `not ready yet. ${message}`.trim(), "Wait for the model, then look again.")]
  return [bad("health", message === "" ? `the proxy is ${status}` : message, "The log says more.")]
}

const judgeWindow = ({ window, passesOn = false }: ProxyHealth): ReadonlyArray<Finding> => {
  if (passesOn) return []
  if (window === undefined)
    return [
      doubtful("window", "not known: Claude Code assumes a million tokens", "Name it by `window` in the configuration.")
    ]
  if (window >= comfortableWindow) return [good("window", `${count(window)} tokens`)]
  const found = `${count(window)} tokens; Claude Code needs about ${count(comfortableWindow)} to work well`
  return [
    doubtful("window", found, "Take a model with a larger window, or expect it to summarise often and to give up.")
  ]
}

const judgeBackend = (
  { name, model, status, message = "", card, numbers = {}, words = {} }: BackendHealth,
  machine: Machine
) => {
  const about = `backend ${name}`
  if (status === "asleep") return [good(about, `${model}, not loaded: the next request loads it`)]
  if (status !== "ready") return [doubtful(about, message === "" ? status : message, "The log says more.")]
  const features = Object.entries(card ?? {}).map(
    ([key, value]) => `${key} ${typeof value === "number" ? count(value) : String(value)}`
  )
  return [
    good(about, [model, ...features].join(", ")),
    ...judgeComputing(about, words, machine),
    ...judgeMemory(about, numbers, machine)
  ]
}

/** MLX without its GPU, or without a fast BLAS, works and is slow. */
const judgeComputing = (about: string, { device, blas }: Readonly<Record<string, string>>, { platform }: Machine) => {
  if (device === undefined) return []
  if (device === "gpu") return [good(about, "computes on the GPU (Metal)")]
  if (platform === "darwin")
    return [
      bad(
        about,
        "computes on the CPU although this is a Mac",
        "Use a Python for Apple silicon: `python3 -c 'import platform; print(platform.machine())'` must say arm64."
      )
    ]
  return blas === "reference"
    ? [
        doubtful(
          about,
          "computes on the CPU with the slow reference BLAS",
          "Install OpenBLAS (libopenblas0), and restart."
        )
      ]
    : [good(about, `computes on the CPU with ${blas ?? "its own BLAS"}`)]
}

/** Above this share of the machine's memory the system begins to swap. */
const comfortableShare = 0.75

const judgeMemory = (about: string, numbers: Readonly<Record<string, number>>, { memoryBytes }: Machine) => {
  const { activeMemoryBytes: active, cacheBudgetBytes: cache = 0 } = numbers
  if (active === undefined) return []
  const found = `${formatBytes(active)} in use, and at most ${formatBytes(cache)} for the cache; this machine has ${formatMemory(memoryBytes)}`
  return active > memoryBytes * comfortableShare
    ? [doubtful(about, found, "Take a smaller model or a smaller `window`.")]
    : [good(about, found)]
}
