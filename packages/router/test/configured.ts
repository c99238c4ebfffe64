import { plainFacts, type RoutingFacts, type RoutingRules } from "@pensieve/router"

/** A configuration in which every rule there is has a model of its own. */
export const everyRule: RoutingRules = {
  backends: ["mlx", "studio", "cloud"],
  models: {
    coder: {
      targets: [{ backend: "mlx", model: "Qwen3-Coder" }],
      aliases: ["claude-*-custom"],
      fallbacks: ["small"],
      window: 65_536
    },
    small: { targets: [{ backend: "mlx", model: "Qwen3-4B" }], aliases: [], fallbacks: [] },
    thinker: { targets: [{ backend: "studio", model: "gpt-oss" }], aliases: [], fallbacks: [] },
    long: {
      targets: [
        { backend: "studio", model: "scout" },
        { backend: "cloud", model: "scout-fp8" }
      ],
      aliases: [],
      fallbacks: ["coder", "mlx", "nobody"],
      window: 1_000_000
    },
    seer: { targets: [{ backend: "studio", model: "gemma-vision" }], aliases: [], fallbacks: [] },
    searcher: { targets: [{ backend: "cloud", model: "search" }], aliases: [], fallbacks: [] },
    docs: { targets: [{ backend: "mlx", model: "docs-tuned" }], aliases: [], fallbacks: [] },
    big: { targets: [{ backend: "cloud", model: "big" }], aliases: [], fallbacks: [] }
  },
  default: "coder",
  rules: [
    { name: "docs", when: { header: { "x-team": "docs" }, body: { "metadata.kind": "write*" } }, use: "docs" },
    { name: "side", when: { class: "title" }, use: "small" }
  ],
  tiers: { opus: "big" },
  background: "small",
  think: "thinker",
  longContext: { model: "long", threshold: 60_000 },
  webSearch: "searcher",
  image: "seer"
}

/** Facts of a request in which nothing asks for a special model. */
export const factsOf = (given: Partial<RoutingFacts> = {}): RoutingFacts => ({
  ...plainFacts("claude-sonnet-5"),
  ...given
})
