"""Requests put together from parts, so that the model learns the parts and not only a list of whole sentences."""

import random
from collections.abc import Sequence

from .words import choices

LEADS = choices("""please|can you|could you|could you please|can you please|would you|would you please|will you|i want you to|
i would like you to|i'd like you to|i need you to|go ahead and|now|then|next|just|first|quickly|okay, now|ok,|hey,|hi,|
hello, please|hi, can you|hey, could you|let's|you should|try to|claude,|thanks, now|good, now|great, please|also|again,|
kindly|so please|and now|alright,|pls|plz|do me a favor and|for a start,|to begin with,|if you can,|once more,|as a test,""")
READ_VERBS = choices("""read|read|read|open|open|show me|show|display|print|print out|view|load|cat|look at|look into|look through|
take a look at|have a look at|have a quick look at|check|check out|inspect|review|examine|go through|read through|dump|
output|fetch|get|get me|pull up|bring up|give me|see|study|scan|skim|retrieve|access|peek into|peek at""")
READ_OBJECTS = choices("""{}|{}|{}|{}|the file {}|the file {}|the file {}|file {}|the contents of {}|the content of {}|
the contents of the file {}|the content of the file {}|the file called {}|the file named {}|the file at {}|this file: {}|
the following file: {}|the {} file|my {}|our {}|the text of {}|the text in {}|what is in {}|what's in {}|
what's inside {}|what is inside the file {}|the source of {}|the code in {}|the whole of {}|all of {}|
the first lines of {}|the beginning of {}|the file with the name {}|the file under {}|the path {}|the document {}|
the lines of {}|the script {}|the config {}|the local file {}""")
READ_TAILS = choices("""please|for me|for me please|now|first|again|and tell me what it says|and tell me what is in it|and summarize it|
and explain it|and explain what it does|and show me what it says|and describe it|and give me a summary|
and tell me what you find|and tell me what you see|and print it here|and show it to me|and then stop|and report back|
and check it|and review it|so i can see it|so that we can look at it|then summarize it|then tell me what it does|
to see what it says|to understand it|in this directory|in this folder|in the current directory|in this project|
with your tools|with the Read tool|with the read tool|using the Read tool|using {tool}|with {tool}|using your tools|
from disk|from the project|if it exists|and nothing else|, then explain it|, please|, thanks|if you can|right now|once more|
and quote it|and list what it has|and find the mistake|and tell me the first line|and count the lines|in full""")
READ_ASKS = choices("""what is in {}|what's in {}|what is inside {}|what's inside {}|what does {} say|what does {} contain|what does {} do|
what is the content of {}|what's the content of {}|what are the contents of {}|what does the file {} say|
what is written in {}|what does {} look like|what do you see in {}|what have we got in {}|what's written in {}|
is there anything in {}|anything in {}|what stands in {}|what can you tell me about the file {}|how does {} look|
do you know what is in {}|do you see what {} says|tell me what's in {}|tell me what {} says|tell me what {} contains|
tell me what is inside {}|show me what's in {}|show me what {} says|i want to know what is in {}|let me see {}|
let me see what's in {}|let me look at {}|i need to see {}|i'd like to see {}|i would like to read {}|
can i see {}|can i see what's in {}|may i see {}|could i see {}|can we look at {}|what about the file {}|
what's the text in {}|what was in {} again|which lines are in {}|remind me what {} says|
use the Read tool on {}|use the Read tool to open {}|use {tool} on {}|use {tool} to open {}|call {tool} on {}|
call {tool} with {}|what did we write in {}|find out what {} says|find out what's in {}""")

RUN_VERBS = choices("""run|run|run|run|execute|execute|start|launch|try|try running|try to run|invoke|call|issue|perform|
run me|type|enter|use bash to run|use the shell to run|use the Bash tool to run|use {tool} to run|kick off""")
RUN_OBJECTS = choices("""{}|{}|{}|{}|{}|the command {}|the command {}|this command: {}|the following command: {}|this: {}|
the following: {}|the shell command {}|the bash command {}|command {}|the script {}|in the shell: {}|
in bash: {}|in a terminal: {}|the terminal command {}""")
RUN_TAILS = choices("""please|for me|for me please|now|first|again|once|once more|and show me the output|and show me the result|
and tell me the result|and tell me what it prints|and tell me what it says|and tell me what you see|and report back|
and explain the output|and print the output|and paste the output|and give me the output|and show what comes out|
and let me know if it fails|and let me know what happens|and tell me if it works|and wait for it|and then stop|
and summarize the output|in the terminal|in the shell|in bash|in a shell|in this directory|in the current directory|
in this folder|in the project|in the root of the project|with bash|with the Bash tool|using bash|using the Bash tool|
using {tool}|with {tool}|using the shell|using your tools|to see what happens|to see if it works|to check the result|
so i can see the output|so that we see what it does|then tell me what it says|then show me the output|right now|if you can|
, please|, thanks|, then stop|, and tell me what it prints|and see what happens|and see if it works|for us""")
RUN_ASKS = choices("""what does {} print|what does {} output|what does {} return|what does {} show|what does {} give|what is the output of {}|
what's the output of {}|what is the result of {}|what's the result of {}|what happens when you run {}|
what happens if you run {}|what happens if i run {}|what do you get from {}|what do you see when you run {}|
what comes out of {}|what does {} say|show me the output of {}|show me the result of {}|give me the output of {}|
tell me what {} prints|tell me the output of {}|tell me what {} says|let me see the output of {}|
i want to see the output of {}|i'd like to see the output of {}|can i see the output of {}|does {} work|see if {} works|
check if {} works|see what {} prints|see what {} says|can you tell me what {} prints|print the output of {}""")


def _request(rng: random.Random, verbs: Sequence[str], objects: Sequence[str], tails: Sequence[str]) -> str:
    lead = rng.choice(LEADS) + " " if rng.random() < 0.45 else ""
    tail = rng.choice(tails) if rng.random() < 0.4 else ""
    space = "" if not tail or tail.startswith(",") else " "
    return f"{lead}{rng.choice(verbs)} {rng.choice(objects)}{space}{tail}"


def _question(rng: random.Random, asks: Sequence[str]) -> str:
    lead = rng.choice(["hey, ", "hi, ", "so ", "and ", "ok, ", "please, ", "okay, "]) if rng.random() < 0.15 else ""
    return lead + rng.choice(asks) + rng.choice(["?", "?", ""])


def read_form(rng: random.Random) -> str:
    """A request to read a file, with {} for its name and {tool} for the tool's."""
    return _question(rng, READ_ASKS) if rng.random() < 0.3 else _request(rng, READ_VERBS, READ_OBJECTS, READ_TAILS)


def run_form(rng: random.Random) -> str:
    """A request to run a command, with {} for it and {tool} for the tool's name."""
    return _question(rng, RUN_ASKS) if rng.random() < 0.2 else _request(rng, RUN_VERBS, RUN_OBJECTS, RUN_TAILS)
