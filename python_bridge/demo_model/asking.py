"""The many ways in which a user asks to read a file or to run a command, and the call that answers."""

import random
import re
from typing import Any

from .phrases import read_form, run_form
from .words import choices

READ = choices("""read {}|read the file {}|please read {}|please read the file {}|open {}|open the file {}|please open {}|show me {}|
show me the file {}|show me the contents of {}|show {}|show the content of {}|display {}|print {}|print the file {}|
view {}|view the file {}|load {}|cat {}|look at {}|look into {}|take a look at {}|have a look at {}|check {}|
check the file {}|what is in {}?|what is in the file {}?|what's in {}?|what's inside {}?|what does {} say?|
what does {} contain?|what is inside {}?|what is written in {}?|what does the file {} contain?|
can you read {}?|can you read {} for me?|can you open {}?|can you show me {}?|could you read {}?|
could you open the file {} for me?|could you please read {}?|would you read {} please?|will you open {}?|
use the Read tool to read {}|use the read tool on {}|use your tools to read {}|use the tool to open {}|
call the read tool with {}|use the {tool} tool to read {}|use {tool} to read {}|use {tool} on {}|
read {} and tell me what it says|read the file {} and tell me what it says|read {} and summarize it|
read {} and explain it|open {} and tell me what is in it|open {} and explain what it does|
look at {} and tell me what it does|look at {} and describe it|read {} please|read the file {} please|
open {} please|read {} for me|read {} now|read {} first|read through {}|go through {}|go and read {}|
i want to see {}|i want you to read {}|i want to read {}|i need to see {}|i need the content of {}|
i would like to see {}|let me see {}|let me see the file {}|let's look at {}|let's read {}|lets open {}|
tell me what is in {}|tell me what {} says|tell me what's in the file {}|explain {}|explain the file {}|summarize {}|
summarize the file {}|give me the content of {}|give me a summary of {}|get {}|fetch the file {}|inspect {}|review {}|
review the file {}|examine {}|see {}|file {}|contents of {}|content of {}|read file {}|read file: {}|open file {}|
now read {}|now open {}|now show me {}|then read {}|and {}?|and now {}|also read {}|next, read {}|
okay, read {}|ok now read {}|hi, please read {}|hello, can you read {}?|hey, open {}|thanks, now read {}|
what about {}?|what is {}?|could you check {}?|please check {}|please show me {}|please have a look at {}|
does {} exist? read it|start by reading {}|begin with {}|read the whole file {}|read the text file {}|
read the config file {}|read the source file {}|read the document {}|read our {}|read my {}|read this file: {}|
please read this file: {}|the file is {}, read it|there is a file {}, please read it|read the file called {}|
read the file named {}|open the file named {} please""")

RUN_LAST = choices("""run {}|run the command {}|please run {}|please run the command {}|execute {}|execute the command {}|
please execute {}|run this: {}|run this command: {}|execute this command: {}|execute the following command: {}|
run the following: {}|can you run {}|could you run {}|could you please run {}|can you execute {}|run command {}|
use the Bash tool to run {}|use bash to run {}|use the shell to run {}|use your tools to run {}|use the {tool} tool to run {}|
use {tool} to run {}|use {tool} to execute {}|in the terminal, run {}|in the shell run {}|run in the shell: {}|
start {}|launch {}|call {}|try {}|try running {}|try to run {}|i want you to run {}|i want to run {}|now run {}|
now execute {}|then run {}|next, run {}|also run {}|okay, run {}|ok now run {}|hi, please run {}|hey, run {}|
thanks, now run {}|let's run {}|lets run {}|go ahead and run {}|type {}|bash: {}|$ {}|shell: {}|command: {}|
type in the terminal: {}|the command is {}|please start {}|i need you to execute {}|run once: {}""")

RUN_INSIDE = choices("""can you run {} for me?|could you run {} for me?|can you run {}?|could you execute {}?|run {} please|
run {} for me|run {} and show me the output|run {} and tell me the result|run {} and tell me what it prints|
run the command {} and show me the result|execute {} and show me the output|execute {} for me|execute {} please|
please run {} for me|please run {} and tell me what you see|what does {} print?|what does {} say?|what is the output of {}?|
show me the output of {}|what happens when you run {}?|run {} in the shell|run {} in the terminal|run {} now|
run {} first|run {}, please|use the Bash tool to run {} and show me the output|run {} again|run {} once more|
execute {} and explain the output|would you run {} please?|will you run {}?""")

# Only with these words is a bare word such as Makefile surely a file.
SURE = re.compile(
    r"\b(read|open|view|cat|file|contents?|document|inside|look at|show me|what is in|what's in|in) {}|{} file|"
    r"\bwhat does {} say|\b(read|open|file|contents?)\b",
    re.IGNORECASE,
)
COMPOSED = 0.6  # share of requests put together from parts
QUOTES = [("`", "`"), ('"', '"'), ("'", "'"), ("**", "**"), ("```\n", "\n```"), ("`", "`"), ("`", "`")]


def fill(rng: random.Random, form: str, name: str, tool: str) -> str:
    """Put a name into a phrasing, with the freedom users take in capitals and full stops."""
    draw = rng.random()
    if draw < 0.5:
        form = form[0].upper() + form[1:]
    elif draw < 0.52:
        form = form.upper().replace("{TOOL}", "{tool}")
    if form.endswith("?") and rng.random() < 0.2:
        form = form[:-1]
    return form.replace("{tool}", tool).replace("{}", name)


def read_request(rng: random.Random, name: str, tool: str) -> str:
    """A request to read the file `name`; `tool` is the name of the offered tool."""
    while True:
        form = read_form(rng) if rng.random() < COMPOSED else rng.choice(READ)
        if "." in name or "/" in name or SURE.search(form):
            break
    if " " in name or rng.random() < 0.2:
        left, right = rng.choice(QUOTES[:4])
        name = left + name + right
    elif rng.random() < 0.03:
        name = "@" + name
        return fill(rng, form, name, tool)
    text = fill(rng, form, name, tool)
    draw = rng.random()
    if not text.endswith("?") and draw < 0.15:
        text += "."
    elif draw < 0.18:
        text += rng.choice(["!", " please.", ", please", " - thanks", ", thank you", " :)", "\n"])
    return text


def run_request(rng: random.Random, command: str, tool: str) -> str:
    """A request to run `command`; inside a sentence it mostly stands between quotes."""
    quoted = rng.random() < 0.4
    inside = rng.random() < (0.5 if quoted else 0.25)
    if rng.random() < COMPOSED:
        form = run_form(rng)
        inside = not form.endswith("{}")
    else:
        form = rng.choice(RUN_INSIDE if inside else RUN_LAST)
    if "say" in form and " " not in command:  # then it would be a file
        quoted, form, inside = True, "run {}", False
    if quoted:
        pairs = [pair for pair in QUOTES if pair[0][0] not in command]
        left, right = rng.choice(pairs or QUOTES[:1])
        command = left + command + right
    text = fill(rng, form, command, tool)
    if quoted and not inside and rng.random() < 0.2:
        text += rng.choice([".", " please", " please.", " now", "?"])
    return text


def tool_call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """An assistant message with one call, in the shape the chat template expects."""
    call = {"type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": "", "tool_calls": [call]}
