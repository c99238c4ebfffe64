/** Tokens that the vocabularies of a family have, as its models come. */
export const familyTokens: Readonly<Record<string, ReadonlyArray<string>>> = {
  minimax_m2: ["<minimax:tool_call>", "</minimax:tool_call>", "<think>", "</think>"],
  xlam: [],
  gemma4: ["<|tool_call>", "<tool_call|>", '<|"|>', "<|channel>", "<channel|>", "<h1>"],
  functiongemma: ["<start_function_call>", "<end_function_call>", "<escape>", "<start_function_response>"],
  longcat: ["<longcat_tool_call>", "</longcat_tool_call>", "<longcat_think>", "</longcat_think>"],
  glm45: [
    "<tool_call>",
    "</tool_call>",
    "<arg_key>",
    "</arg_key>",
    "<arg_value>",
    "</arg_value>",
    "<think>",
    "</think>"
  ],
  seed_oss: ["<seed:tool_call>", "</seed:tool_call>", "<seed:think>", "</seed:think>"],
  deepseek_v32: ["｜DSML｜", "<think>", "</think>"],
  deepseek_v3: [
    "<｜tool▁calls▁begin｜>",
    "<｜tool▁calls▁end｜>",
    "<｜tool▁call▁begin｜>",
    "<｜tool▁sep｜>",
    "<｜tool▁call▁end｜>"
  ],
  deepseek_v31: [
    "<｜tool▁calls▁begin｜>",
    "<｜tool▁calls▁end｜>",
    "<｜tool▁call▁begin｜>",
    "<｜tool▁sep｜>",
    "<｜tool▁call▁end｜>"
  ],
  lfm2: ["<|tool_call_start|>", "<|tool_call_end|>", "<think>", "</think>"],
  harmony: ["<|start|>", "<|channel|>", "<|constrain|>", "<|message|>", "<|end|>", "<|call|>", "<|return|>"],
  qwen3_coder: ["<tool_call>", "</tool_call>", "<think>", "</think>"],
  kimi_k2: [
    "<|tool_calls_section_begin|>",
    "<|tool_calls_section_end|>",
    "<|tool_call_begin|>",
    "<|tool_call_argument_begin|>",
    "<|tool_call_end|>"
  ],
  mistral_v11: ["[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", "[THINK]", "[/THINK]"],
  mistral: ["[TOOL_CALLS]"],
  command_r: ["<|START_ACTION|>", "<|END_ACTION|>", "<|START_THINKING|>", "<|END_THINKING|>"],
  nemotron: [],
  olmo3: [],
  granite: ["<|tool_call|>"],
  phi4: ["<|tool_call|>", "<|/tool_call|>"],
  functionary: [],
  functionary_v32: [],
  step3: [
    "<｜tool_calls_begin｜>",
    "<｜tool_calls_end｜>",
    "<｜tool_call_begin｜>",
    "<｜tool_sep｜>",
    "<｜tool_call_end｜>"
  ],
  hermes: ["<tool_call>", "</tool_call>", "<think>", "</think>"],
  llama4: ["<|python_start|>", "<|python_end|>"],
  llama3_json: ["<|python_tag|>", "<|eom_id|>", "<|eot_id|>"],
  prompted: ["<think>", "</think>"]
}
