"""Random file names and shell commands: the texts that the model has to copy letter by letter."""

import random
import string
from collections.abc import Sequence

from .words import ADJECTIVES, EXTENSIONS, NOUNS, PROPER, VERBS

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
FAMILIAR = """README.md package.json Makefile Dockerfile LICENSE CHANGELOG.md CONTRIBUTING.md tsconfig.json Cargo.toml
pyproject.toml requirements.txt go.mod .gitignore .env .eslintrc.json setup.py index.html main.py app.py notes.txt
TODO.md CLAUDE.md AGENTS.md /etc/hosts /etc/passwd /var/log/syslog src/main.rs src/index.ts src/App.tsx Gemfile
docker-compose.yml .github/workflows/ci.yml ~/.bashrc ../README.md ./run.sh hello.txt data.csv""".split()


def letters(rng: random.Random, alphabet: str, least: int, most: int) -> str:
    """A run of `least` to `most` characters of one alphabet."""
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(least, most)))


def syllables(rng: random.Random, most: int = 3) -> str:
    """A word that can be spoken but does not exist."""
    parts = [rng.choice("bcdfghjklmnprstvwxz") + rng.choice("aeiouy") for _ in range(rng.randint(1, most))]
    return "".join(part + (rng.choice("lmnrst") if rng.random() < 0.3 else "") for part in parts)


def piece(rng: random.Random, pieces: Sequence[str]) -> str:
    """One lower-, upper- or mixed-case part of a name. `pieces` are letter tokens of the vocabulary."""
    draw = rng.random()
    if pieces and draw < 0.3:
        return "".join(rng.choice(pieces) for _ in range(rng.randint(1, 3)))
    if draw < 0.4:
        return letters(rng, LOWER, 1, 8)
    if draw < 0.45:
        return letters(rng, LOWER + UPPER + DIGITS, 2, 9)
    word = syllables(rng) if draw < 0.65 else rng.choice(rng.choice([NOUNS, NOUNS, VERBS, ADJECTIVES, PROPER]))
    style = rng.random()
    if style < 0.55:
        return word.lower()
    if style < 0.7:
        return word.capitalize()
    if style < 0.85:
        return word.upper()
    return word.capitalize() + rng.choice(NOUNS).capitalize()


def part(rng: random.Random, pieces: Sequence[str]) -> str:
    """One path element without its extension."""
    joint = rng.choice(["_", "-", ".", "", "_", "-"])
    count = rng.choice([1, 1, 1, 2, 2, 3])
    text = joint.join(piece(rng, pieces) for _ in range(count))
    if rng.random() < 0.15:
        text += rng.choice(["", "-", "_", "v"]) + letters(rng, DIGITS, 1, 4)
    return text


def file_name(rng: random.Random, pieces: Sequence[str] = ()) -> str:
    """A file name or path as a user would write it, without spaces."""
    if rng.random() < 0.06:
        return rng.choice(FAMILIAR)
    name = part(rng, pieces)
    draw = rng.random()
    if draw < 0.75:
        name += "." + rng.choice(EXTENSIONS)
    elif draw < 0.83:
        name += "." + letters(rng, LOWER, 1, 4)
    elif draw < 0.88:
        name = "." + name
    folders = rng.choice([0, 0, 0, 1, 1, 2, 2, 3, 4, 5])
    for _ in range(folders):
        name = part(rng, pieces) + "/" + name
    draw = rng.random()
    if draw < 0.2:
        return "/" + name
    if draw < 0.24:
        return "~/" + name
    if draw < 0.28:
        return "./" + name
    if draw < 0.31:
        return "../" + name
    if draw < 0.32:
        return "C:\\" + name.replace("/", "\\")
    return name


PROGRAMS = """ls cat git npm node python3 python make cargo go grep find echo rm mkdir cp mv touch curl docker ps df du
pwd whoami date head tail wc sort uniq chmod kill top env which uname tar zip ssh sed awk diff pip pytest ruff pnpm
yarn npx deno bun kubectl terraform rustc gcc java mvn tree less jq uv""".split()
SUBCOMMANDS = """status log diff add commit push pull test install run build start init fetch checkout clean check fmt
lint list show version up down exec dev stash branch""".split()
COMMANDS = [
    "ls", "ls -la", "ls -l", "pwd", "git status", "git log --oneline -5", "git diff", "npm test", "npm install", "make",
    "npm run build", "npm start", "make test", "whoami", "date", "df -h", "ps aux", "uname -a", "cargo build", "pytest",
    "cargo test", "pytest -q", "python3 --version", "node --version", "echo hello > out.txt", "cat notes.txt", "go build",
    "cat notes.txt | wc -l", "python3 app.py --port 8080", "docker ps", "go test ./...", "git add .", "mkdir -p src/lib",
    'git commit -m "first version"', 'echo "hello world"', "echo hello", "npx tsc --noEmit", "ls -la src", "echo hi",
]  # fmt: skip


def phrase(rng: random.Random, pieces: Sequence[str]) -> str:
    """One to four words, to stand between quotes."""
    return " ".join(piece(rng, pieces) for _ in range(rng.randint(1, 4)))


def argument(rng: random.Random, pieces: Sequence[str]) -> str:
    """One argument of a shell command."""
    draw = rng.random()
    if draw < 0.3:
        return file_name(rng, pieces)
    if draw < 0.5:
        return rng.choice(["-", "--"]) + piece(rng, pieces)
    if draw < 0.58:
        return "-" + letters(rng, LOWER + UPPER, 1, 3)
    if draw < 0.64:
        return "--" + piece(rng, pieces) + "=" + piece(rng, pieces)
    if draw < 0.7:
        return letters(rng, DIGITS, 1, 5)
    if draw < 0.76:
        return '"' + phrase(rng, pieces) + '"'
    if draw < 0.8:
        return "'" + phrase(rng, pieces) + "'"
    if draw < 0.83:
        return rng.choice(["$", "@", "%", "*.", "./", "+", ":"]) + piece(rng, pieces)
    return piece(rng, pieces)


def simple_command(rng: random.Random, pieces: Sequence[str]) -> str:
    """A program with arguments, without pipes."""
    program = rng.choice(PROGRAMS) if rng.random() < 0.7 else rng.choice(["", "", "./"]) + piece(rng, pieces)
    words = [program]
    if rng.random() < 0.3:
        words.append(rng.choice(SUBCOMMANDS))
    words += [argument(rng, pieces) for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3]))]
    return " ".join(words)


def command(rng: random.Random, pieces: Sequence[str] = ()) -> str:
    """A shell command of one line, at most about 100 characters."""
    if rng.random() < 0.12:
        return rng.choice(COMMANDS)
    text = simple_command(rng, pieces)
    draw = rng.random()
    if draw < 0.06:
        text += " | " + simple_command(rng, pieces)
    elif draw < 0.11:
        text += rng.choice([" && ", "; ", " || "]) + simple_command(rng, pieces)
    elif draw < 0.17:
        text += rng.choice([" > ", " >> ", " 2> ", " < "]) + file_name(rng, pieces)
    elif draw < 0.19:
        text += rng.choice([" &", " 2>&1", " > /dev/null", " \\; "]).rstrip()
    return text if len(text) <= 100 else text[:100].rsplit(" ", 1)[0]
