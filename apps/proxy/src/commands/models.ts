import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { jsonFlag } from "../json-flag.ts"
import { verb } from "../verb.ts"
import { yesFlag as yes } from "../yes-flag.ts"

const model = Argument.String("model").pipe(Argument.withDescription("Its name, such as mlx-community/Qwen3-4B-4bit."))

const list = Command.make(
  "list",
  { json: jsonFlag },
  Effect.fn("models list")(function* ({ json }) {
    const { listModels } = yield* Effect.promise(() => import("../models/list-models.ts"))
    yield* verb(listModels(json))
  })
).pipe(Command.withDescription("List the models on this machine: sizes, where they are, which serves (*: chosen)."))

const pull = Command.make(
  "pull",
  { model, yes },
  Effect.fn("models pull")(function* (given) {
    const { pullModel } = yield* Effect.promise(() => import("../models/pull-model.ts"))
    yield* verb(pullModel(given.model, given.yes))
  })
).pipe(
  Command.withDescription(
    "Download a model from the Hugging Face hub, or go on with a download. HF_ENDPOINT names a mirror, HF_TOKEN a token."
  )
)

const use = Command.make(
  "use",
  { model: model.pipe(Argument.optional) },
  Effect.fn("models use")(function* (given) {
    const { useModel, useNoModel } = yield* Effect.promise(() => import("../models/use-model.ts"))
    yield* verb(Option.isSome(given.model) ? useModel(given.model.value) : useNoModel)
  })
).pipe(
  Command.withDescription(
    "Choose the model that serves where flags and configuration name none; without a name the best at hand serves again. A proxy that runs changes over."
  )
)

const rm = Command.make(
  "rm",
  { model, yes },
  Effect.fn("models rm")(function* (given) {
    const { removeModel } = yield* Effect.promise(() => import("../models/remove-model.ts"))
    yield* verb(removeModel(given.model, given.yes))
  })
).pipe(Command.withDescription("Remove a model from the disk."))

const recommendVerb = Command.make(
  "recommend",
  { json: jsonFlag },
  Effect.fn("models recommend")(function* ({ json }) {
    const { recommend } = yield* Effect.promise(() => import("../models/recommend.ts"))
    yield* verb(recommend(json))
  })
).pipe(Command.withDescription("Tell which models suit this machine's memory and chip."))

const convert = Command.make(
  "convert",
  {
    source: Argument.String("source").pipe(Argument.withDescription("A folder, or a repository of the hub.")),
    bits: Flag.Int("bits").pipe(
      Flag.withDescription("Bits of a weight, such as 4 or 8; without it as the model is."),
      Flag.optional
    ),
    name: Flag.String("name").pipe(Flag.withDescription("Name of the folder under models/."), Flag.optional)
  },
  Effect.fn("models convert")(function* ({ source, bits, name }) {
    const { convertModel } = yield* Effect.promise(() => import("../models/convert-model.ts"))
    yield* verb(convertModel({ source, bits: Option.getOrUndefined(bits), name: Option.getOrUndefined(name) }))
  })
).pipe(Command.withDescription("Make an MLX model of one that is not, by mlx-lm's own converter."))

/** `pensieve models`: the models on this machine. */
export const models = Command.make("models").pipe(
  Command.withDescription("Look at, get, choose, remove and convert models."),
  Command.withSubcommands([list, pull, use, rm, recommendVerb, convert]),
  Command.withExamples([
    { command: "pensieve models recommend", description: "What suits this machine" },
    { command: "pensieve models pull mlx-community/Qwen3-4B-4bit", description: "Download one" },
    { command: "pensieve models use mlx-community/Qwen3-4B-4bit", description: "Serve it, now and from now on" }
  ])
)
