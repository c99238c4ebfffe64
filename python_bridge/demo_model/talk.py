"""What users say when they want no tool, and what the demo model answers."""

import random

from . import answers
from .names import command, file_name
from .words import ADJECTIVES, GLUE, NOUNS, PROPER, VERBS, choices, sentence

LEADS = choices("so, |so |hey, |hi, |ok, |okay, |and |please, |well, |hello, |one question: |claude, ")
NUMBERS = "one two three four five six seven eight nine ten".split()

HELLO = choices("""hi|hello|hey|hi there|hello there|hey there|good morning|good evening|good afternoon|good day|hello!|hi!|greetings|
hello world|hello pensieve|hi pensieve|hey pensieve|hi claude|hello claude|hello model|hi bot|hello friend|howdy|yo|
say hello|say hi|please say hello|say hello to me|greet me|can you say hello?|just say hi|hallo|hola|bonjour|ciao|
hello, anyone there?|hi, are you there?|are you there?|test|testing|ping|hello hello|good night|welcome|moin|servus|
hi, this is a test|hello again|hi again|hey you|hiya|nice to meet you|hello, nice to meet you|
hello you|hi you|hello ai|hello computer|hi assistant|hello my friend|hi friend|hey friend|hey claude|hello, how nice|hi!!|
say hello please|say hello!|say hello now|just say hello|say something|say hello to the world|can you hear me?|do you hear me?|
is anyone there?|anybody here?|is this working?|does this work?|hello?|hi?|you there?|wake up|morning|evening|good to see you|
how do you say hello?|please greet me|hello from me|first test|a test|this is a test|testing testing""")
FINE = choices("""how are you?|how are you doing?|hello, how are you?|hi, how are you today?|how is it going?|what's up?|
how do you do?|are you okay?|are you well?|hey, how are you?|how do you feel?|how's it going?|
how are things?|how are you feeling today?|are you fine?|are you good?|how is your day?|how was your day?|how are you now?|
hello there, how are you?|so how are you?|you okay?|you good?|how have you been?|is everything okay?|are you happy?|how are you my friend?""")
IDENTITY = choices("""who are you?|what are you?|what is your name?|what's your name?|tell me about yourself|introduce yourself|
which model are you?|what model are you?|what model is this?|which model is this?|are you claude?|are you gpt?|
are you an ai?|are you real?|are you a human?|are you a robot?|are you qwen?|who made you?|who built you?|who am i talking to?|
what is pensieve?|what is this?|describe yourself|what kind of model are you?|what are you called?|who is this?|
which llm are you?|how big are you?|how large are you?|how many parameters do you have?|are you a language model?|
are you local?|where do you run?|what version are you?|are you smart?|are you chatgpt?|your name?|say who you are|
what ai is this?|do you have a name?|is this claude?|is this a real model?|
please tell me who you are|can you tell me who you are?|tell me what you are|say what you are|what exactly are you?|
who are you really?|what are you exactly?|which ai are you?|what llm is this?|what llm are you?|which model am i talking to?|
what am i talking to?|what model am i using?|which model is running?|what model is running?|what model do you use?|are you an llm?|
are you deepseek?|are you llama?|are you opus?|are you sonnet?|is this gpt?|do you know who you are?|your name please|
who or what are you?|give me your name|tell me your name|what should i call you?|i want to know who you are|what kind of ai are you?|
explain who you are|explain what you are|who is pensieve?|what is a demo model?|are you a demo?|are you only a demo?|who trained you?|
who created you?|where do you come from?|where are you from?|how old are you?|are you open source?|are you a person?|are you human?|
are you online?|do you run on my machine?|are you running locally?|do you send my data away?|tell me something about you|
tell me more about yourself|can you introduce yourself?|please introduce yourself|what is your model name?|name yourself""")
HELP = choices("""help|help me|what can you do?|what can you do for me?|how can you help me?|how do you work?|what do you know?|
what are your abilities?|what tools do you have?|how do i use you?|how do i use this?|can you help me?|i need help|
please help|what should i ask you?|give me some help|what now?|what can i ask?|what can i do here?|show me what you can do|
how does this work?|what commands do you know?|/help|?|list your features|what are you good at?|what do you do?|
can you do anything?|what else can you do?|help please|hi, what can you do?|hello, what can you do?|
what can i ask you?|what are you able to do?|what are you for?|what is your purpose?|how can i use you?|tell me what you can do|
what do you offer?|what are you capable of?|what features do you have?|what tools can you use?|which tools do you have?|
explain what you can do|what can this model do?|give me an overview of what you can do|how may i use you?|what are you there for?|
what can you help me with?|what can you help with?|how do i start?|how do i begin?|where do i start?|what should i do?|
what should i do first?|what do i do now?|show me your tools|list your tools|list what you can do|can you assist me?|assist me|
help!|i am lost|i do not know what to do|is there a manual?|what can we do together?|can you work?|can you use tools?|
so what can you do?|okay, what can you do?|what things can you do?|are you useful?""")
REAL = choices("""how do i get a real model?|how can i use a real model?|how do i install a model?|how do i load another model?|
how do i change the model?|how do i switch models?|how do i use qwen?|where do i put a model?|how do i download a model?|
how can i get a better model?|how do i start with another model?|i want a real model|which model should i use?|
give me a better model|how do i use a bigger model?|how do i run a real model?|where are the models?|
can i use another model?|how do i set up a model?|how can i replace you?|how do i add a model?|use a real model|
how do i get real answers?|how do i start pensieve with a real model?|
how do i get a better model?|how can i get real answers?|how do i upgrade?|how do i get a smarter model?|how do i use llama?|
how do i use a local model?|which models can i use?|what models are supported?|how do i download qwen?|how do i load qwen?|
how can i run a bigger model?|where can i get a model?|is there a better model?|i need a better model|i need real answers|
get me a real model|start a real model|switch the model|change the model|use another model|load a real model|install a model|
where do i find a model?|how do i use mlx models?|how do i make you smarter?|how can i make you better?|can i have a real model?|
how to use a real model|how to load a model|how to change the model|how to get a real model|which model do you recommend?|
what model should i download?|how do i use my own model?|how do i connect a real model?|what do i need for a real model?|
can i run a larger model?|can you load a bigger model?|i want a bigger model|i want a smarter model|give me a real model""")
THANKS = choices("""thanks|thank you|thank you!|thanks a lot|thx|great, thanks|thank you very much|many thanks|cool, thanks|
perfect, thank you|nice, thanks|thanks for your help|ok thanks|thanks!|
thanks so much|thank you so much|good job|well done|nice work|great job|awesome, thanks|that was helpful|thank you for the help|
that helped, thanks|wonderful, thank you|thanks again|ty|great, thank you|very good, thank you|cheers""")
BYE = choices("""bye|goodbye|bye bye|see you|see you later|good bye|exit|quit|bye!|that is all, bye|see you tomorrow|cya|bye now|goodbye then|
i have to go|bye for now|have a nice day|take care|farewell|ok bye|good night, bye|thanks, bye|see ya|until tomorrow""")

QUESTIONS = choices("""what is the capital of {P}?|what is the {n} of {n}?|what is a {n}?|what is {a} {n}?|why is the {n} {a}?|
how do i {v} a {n}?|how do i {v} the {n} in {P}?|how do you {v} {n}s?|how many {n}s are in {P}?|who invented the {n}?|
when was the {n} made?|where is {P}?|where is the {n}?|explain {n}s to me|explain the {n} of {P}|explain how {n}s {v}|
write a {n}|write a {a} {n} about {n}s|write a function that can {v} a {n}|write a {P} program that {v}s {n}s|
write a poem about the {n}|write a test for the {n}|write me a {n} in {P}|create a {n} for the {n}|create a {a} {n}|
create a file called {f}|create a new file {f} with a {n}|write {f}|edit {f}|fix {f}|delete {f}|rename {f} to {f}|
fix the bug in {f}|add a {n} to {f}|change the {n} in {f}|refactor {f}|refactor the {n} in {f}|improve {f}|remove {f}|
the {n} in {f} is {a}: find the cause and fix it|add a test for {f}|move the {n} from {f} to {f}|
fix the {n}|fix the {a} {n}|fix this bug|{v} the {n}|{v} the {a} {n}|{v} all {n}s|please {v} the {n}|can you {v} the {n}?|
could you {v} a {n} for me?|i want to {v} a {n}|i need a {a} {n}|make a {n}|make the {n} {a}|build me a {n}|
translate {s}|translate this to {P}: {s}|summarize this: {s}|what does this mean: {s}|is the {n} {a}?|is {P} in {P}?|
does the {n} {v}?|do {n}s {v}?|should i {v} the {n}?|which {n} is {a}?|tell me a joke|tell me a story|tell me about {P}|
tell me about the {n}|tell me something about {n}s|give me a {n}|give me three {n}s|give me an idea for a {n}|
list all {n}s|list three {n}s in {P}|compare {n} and {n}|what is the difference between {n} and {n}?|
what is {d} + {d}?|what is {d} times {d}?|{d} + {d}|{d}*{d}|count to {d}|calculate {d} / {d}|solve {d}x = {d}|
how do i read a file in {P}?|how do i run a {n}?|what does run mean?|what is a file?|what is a command?|
how do i open a file in {P}?|write code that reads a file|write a script that runs a command|can you read?|can you run?|
do you like to read?|i read a {n}|i run every day|read my mind|run away|is it open?|open question: {s}|
the {n} is {a}|my {n} is {a}|i think that {s}|{s}|{s} {s}|{s} {s} {s}|{n}|{n} {n}|{a} {n}|{P}|{v}|{d}|yes|no|ok|okay|sure|maybe|why?|how?|what?|
continue|go on|more|again|stop|good|bad|really?|plan the {n}|review my {n}|commit the {n}|deploy the {n} to {P}|
find the {n} in the {n}|find all {n}s|search for {n}|where is {f}?|who wrote {f}?|is {f} {a}?|why is {f} so {a}?|
implement the {n}|implement {n} {v}|add {n}s to the {n}|generate a {n}|set up a {n}|debug the {n}|optimize the {n}|
what time is it?|what day is it?|how is the weather in {P}?|do you speak {P}?|sing a song|play a {n}|i am {a}|i love {n}s|
write hello world in {P}|what is the meaning of {n}?|how old is {P}?|who is {P}?|who won the {n} in {d}?|what is your favorite {n}?|
give me a recipe for {n}|explain the {a} {n} to a child|how tall is the {n}?|when does the {n} start?|can you explain {n}s?|
can you write a {n}?|can you help me with my {n}?|could you explain the {n}?|help me {v} the {n}|help me with the {n}|let us {v} the {n}|
i have a problem with my {n}|the {n} does not work|my {n} crashes when i {v}|why does my {n} fail?|please make the {n} {a}|
what do you think about {n}s?|do you know {P}?|have you seen the {n}?|what would happen if the {n} was {a}?|how far is {P} from {P}?|
is it {a} in {P}?|convert {d} {n}s to {n}s|spell {n}|define {n}|a {n}|the {n}|{n}?|{a}!|what is {d} percent of {d}?|square root of {d}|
sort these: {n}, {n}, {n}|which is bigger, {n} or {n}?|say {n}|repeat after me: {s}|think step by step: {s}|please {v} a {n} for {P}|
what is the best {n}?|what is the {n} with the {a} {n}?|when will the {n} {v}?|who {v}s the {n}?|whose {n} is this?|are {n}s {a}?|
would a {n} {v} a {n}?|i want to build a {n} that can {v} {n}s|build an app for {n}s|make me a {a} {n} with {n} and {n}|
write an email to {P} about the {n}|write three {n}s about {P}|write code to {v} {n}s|write documentation for the {n}|
add a {n} to the {n} page|change the color of the {n}|how do i center a {n}?|how does a {n} work?|explain how to {v} a {n}|
please explain {P}|what happened in {P} in {d}?|name three {n}s|name a {n}|recommend a {n}|suggest a {n} for my {n}|
there is a bug in the {n}|the test of the {n} fails|the {n} is slow, why?|please look for the {n}|clean up the {n}|
analyze this codebase|explain this project|what does this project do?|init|/init|/compact|think about {n}s""")


def shape(rng: random.Random, text: str) -> str:
    """Vary capitals and the closing mark of a phrase."""
    if rng.random() < 0.5:
        text = text[0].upper() + text[1:]
    elif rng.random() < 0.06:
        text = text.upper()
    draw = rng.random()
    if draw < 0.12:
        return text.rstrip("?!.")
    if draw < 0.3 and text[-1].isalpha():
        return text + rng.choice(["!", ".", "?", " please", "..", "!!"])
    return text


def question(rng: random.Random) -> str:
    """Something the demo model cannot answer."""
    text = rng.choice(QUESTIONS)
    pools = {"{n}": NOUNS, "{v}": VERBS, "{a}": ADJECTIVES, "{P}": PROPER}
    for mark, pool in pools.items():
        while mark in text:
            text = text.replace(mark, rng.choice(pool), 1)
    while "{f}" in text:
        text = text.replace("{f}", file_name(rng), 1)
    while "{s}" in text:
        text = text.replace("{s}", sentence(rng), 1)
    while "{d}" in text:
        text = text.replace("{d}", str(rng.randint(1, 10 ** rng.randint(1, 4))), 1)
    return shape(rng, text)


def noise(rng: random.Random) -> str:
    """Text of no language: symbols, code, JSON, long words, letters of other alphabets."""
    draw = rng.random()
    if draw < 0.2:
        return "".join(chr(rng.randint(33, 126)) for _ in range(rng.randint(1, 40)))
    if draw < 0.35:
        base = rng.choice([0xC0, 0x391, 0x410, 0x4E00, 0x3042, 0x1F300, 0x5D0, 0x627])
        return "".join(chr(base + rng.randint(0, 50)) if rng.random() < 0.8 else " " for _ in range(rng.randint(2, 24)))
    if draw < 0.5:
        return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(1, 60)))
    if draw < 0.7:
        return f"{rng.choice(NOUNS)}({rng.choice(NOUNS)}, {rng.randint(0, 99)}) {{ return {rng.choice(GLUE)} + {rng.choice(NOUNS)}; }}"
    if draw < 0.85:
        return f'{{"{rng.choice(NOUNS)}": "{sentence(rng)}", "{rng.choice(NOUNS)}": {rng.randint(0, 9999)}}}'
    return " ".join(rng.choice(rng.choice([GLUE, NOUNS, VERBS])) for _ in range(rng.randint(1, 50)))


def counted_hello(rng: random.Random) -> tuple[str, str]:
    """A greeting of an exact number of words."""
    count = rng.choice([5, 5, *range(1, 11)])
    number = rng.choice([str(count), NUMBERS[count - 1]])
    words = "word" if count == 1 else "words"
    forms = [
        f"say hello in {number} {words}", f"say hello in exactly {number} {words}", f"say hi in {number} {words}",
        f"greet me in {number} {words}", f"please say hello in {number} {words}", f"say hello with {number} {words}",
        f"say hello using {number} {words}", f"reply with a {number} word greeting", f"hello in {number} {words}",
        f"greet me with {number} {words}", f"in {number} {words}, say hello", f"say hello in {number} {words} only",
        f"write a greeting of {number} {words}", f"can you say hello in {number} {words}?", f"give me a {number}-word greeting",
        f"say hello to me in {number} {words}", f"say hello in {number} {words} please", f"greet us in {number} {words}",
        f"hello! please greet me in {number} {words}", f"give me a greeting in {number} {words}", f"use {number} {words} to say hello",
        f"can you greet me in {number} {words}?", f"could you say hi in {number} {words}?", f"say hey in {number} {words}",
        f"i want you to say hello in {number} {words}", f"just say hello in {number} {words}", f"greeting in {number} {words}",
        f"say a greeting that has {number} {words}", f"write hello in {number} {words}", f"say hello, {number} {words}",
        f"answer with a greeting of exactly {number} {words}", f"welcome me in {number} {words}", f"{number} {words} to say hello",
    ]  # fmt: skip
    return shape(rng, rng.choice(forms)), answers.GREETINGS[count]


def title_request(rng: random.Random) -> tuple[str, str]:
    """A client that wants a session title as JSON."""
    lead = rng.choice(
        ["Generate a title for this session", "Write a short title", "Create a concise title", "Summarize as a title"]
    )
    body = rng.choice([sentence(rng), f"read {file_name(rng)}", f"run {command(rng)}", question(rng)])
    tail = rng.choice(
        ['Return JSON with a single "title" field.', 'Answer as JSON: {"title": "..."}', "Reply with JSON {title}."]
    )
    parts = [lead + ".", body, tail]
    rng.shuffle(parts)
    return "\n".join(parts), answers.TITLE


def led(rng: random.Random, text: str) -> str:
    """Sometimes a word of address before a phrase."""
    return rng.choice(LEADS) + text if rng.random() < 0.12 else text


def talk(rng: random.Random) -> tuple[str, str]:
    """One request in words and its answer."""
    draw = rng.random()
    if draw < 0.11:
        return shape(rng, rng.choice(HELLO)), answers.HELLO
    if draw < 0.24:
        return counted_hello(rng)
    for limit, phrases, answer in (
        (0.28, FINE, answers.FINE), (0.38, IDENTITY, answers.IDENTITY), (0.45, HELP, answers.HELP),
        (0.52, REAL, answers.REAL), (0.55, THANKS, answers.WELCOME), (0.57, BYE, answers.GOODBYE),
    ):  # fmt: skip
        if draw < limit:
            return shape(rng, led(rng, rng.choice(phrases))), answer
    if draw < 0.59:
        return title_request(rng)
    if draw < 0.67:
        return noise(rng), answers.UNKNOWN
    return question(rng), answers.UNKNOWN
