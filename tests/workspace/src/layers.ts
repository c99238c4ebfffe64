/** The layers of D01, as a test can read them: which packages of ours, and which of others, a package may import. */
export interface LayerRule {
  readonly layer: 1 | 2 | 3
  readonly own: ReadonlyArray<string>
  readonly others: ReadonlyArray<string>
}

const layer1 = ["errors", "models", "framing"]
const layer2 = ["translator", "families", "prompt", "router", "config"]
const runtime = ["effect", "@effect/platform-node", "undici"]

const pure = { layer: 2, own: layer1, others: ["effect"] } as const

/** One row a package; a package without a row is an error, so that nobody adds one without choosing its layer. */
export const layerRules: Readonly<Record<string, LayerRule>> = {
  errors: { layer: 1, own: [], others: ["effect"] },
  models: { layer: 1, own: ["errors"], others: ["effect"] },
  framing: { layer: 1, own: [], others: [] },
  translator: pure,
  families: { ...pure, others: ["effect", "jsonrepair", "@cfworker/json-schema"] },
  prompt: pure,
  router: pure,
  config: { ...pure, others: ["effect", "yaml"] },
  streaming: { layer: 3, own: layer1, others: runtime },
  auth: { layer: 3, own: layer1, others: runtime },
  backends: { layer: 3, own: [...layer1, ...layer2, "streaming"], others: runtime },
  operations: {
    layer: 3,
    own: [...layer1, ...layer2, "streaming", "auth", "backends"],
    others: [...runtime, "@redis/client", "diff", "jsonc-parser", "smol-toml"]
  },
  server: {
    layer: 3,
    own: [...layer1, ...layer2, "streaming", "auth", "backends", "operations"],
    others: runtime
  }
}

/** Imports that only layer 3 may have: they touch clock, files, network or processes. */
export const outsideWorld =
  /^(node:|undici$|@effect\/platform|effect\/(unstable\/)?(http|process|socket|cli|FileSystem)\b)/
