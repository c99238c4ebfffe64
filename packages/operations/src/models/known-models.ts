/** A model that is worth naming. */
export interface KnownModel {
  /** On the model hub. */
  readonly name: string
  /** Bytes of its weights. */
  readonly bytes: number
  /** Bytes of a token in the cache, where they are known: what a conversation takes. */
  readonly bytesPerToken?: number
  /** Tokens it was made for. */
  readonly window: number
  /** What it is good for. */
  readonly about: string
}

/** Bytes of a token: layers × heads × width, keys and values, two bytes each. */
const perToken = (layers: number, heads: number, width: number): number => layers * heads * width * 4

/** Models for coding agents and for trying things out, the largest first. */
export const knownModels: ReadonlyArray<KnownModel> = [
  {
    name: "mlx-community/Qwen3-Coder-Next-4bit",
    bytes: 44.8e9,
    window: 262_144,
    about: "made for coding agents; 3 of its 80 billion weights work on a token, so it is quick for its size"
  },
  {
    name: "mlx-community/Qwen3.6-35B-A3B-4bit",
    bytes: 20.4e9,
    window: 262_144,
    about: "quick: 3 of its 35 billion weights work on a token"
  },
  {
    name: "mlx-community/Qwen3-Coder-30B-A3B-Instruct-4bit",
    bytes: 17.2e9,
    bytesPerToken: perToken(48, 4, 128),
    window: 262_144,
    about: "made for coding agents; 3 of its 30 billion weights work on a token"
  },
  {
    name: "mlx-community/Qwen3.8-27B-4bit",
    bytes: 15.2e9,
    window: 262_144,
    about: "careful and slow: all its weights work on every token"
  },
  {
    name: "mlx-community/gpt-oss-20b-MXFP4-Q8",
    bytes: 12.1e9,
    window: 131_072,
    about: "quick: 4 of its 20 billion weights work on a token"
  },
  {
    name: "mlx-community/Qwen3-14B-4bit",
    bytes: 8.3e9,
    bytesPerToken: perToken(40, 8, 128),
    window: 40_960,
    about: "careful and slow; a small window for an agent"
  },
  {
    name: "mlx-community/Qwen3-8B-4bit",
    bytes: 4.6e9,
    bytesPerToken: perToken(36, 8, 128),
    window: 40_960,
    about: "for simple tasks; a small window for an agent"
  },
  {
    name: "mlx-community/Qwen3-4B-4bit",
    bytes: 2.3e9,
    bytesPerToken: perToken(36, 8, 128),
    window: 40_960,
    about: "small and quick, for simple tasks; a small window for an agent"
  },
  {
    name: "mlx-community/Qwen3-1.7B-4bit",
    bytes: 1e9,
    bytesPerToken: perToken(28, 8, 128),
    window: 40_960,
    about: "to try things out"
  },
  {
    name: "mlx-community/Qwen3-0.6B-4bit",
    bytes: 0.35e9,
    bytesPerToken: perToken(28, 8, 128),
    window: 40_960,
    about: "to try things out on a small machine"
  }
]
