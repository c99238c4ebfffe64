"""Random file names and shell commands: the texts that the model has to copy letter by letter."""

import random
import string
from collections.abc import Sequence

from .words import ADJECTIVES, EXTENSIONS, NOUNS, PROPER, VERBS

LONGEST = 110  # characters of a command
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
    made = [piece(rng, pieces) for _ in range(rng.choice([1, 1, 1, 2, 2, 3]))]
    if rng.random() < 0.08:
        made.append(rng.choice(made))
    text = joint.join(made)
    if rng.random() < 0.18:
        text += rng.choice(["", "-", "_", "v", "."]) + number(rng)
    return text


def number(rng: random.Random) -> str:
    """Digits, often the same one again and again."""
    draw = rng.random()
    if draw < 0.35:
        return letters(rng, DIGITS, 1, 5)
    if draw < 0.65:
        return letters(rng, DIGITS, 1, 2) + rng.choice("0000000123456789") * rng.randint(2, 4)
    if draw < 0.8:
        return letters(rng, DIGITS, 1, 2) * rng.randint(2, 3)
    mark = rng.choice("..-:,/")
    return mark.join(letters(rng, rng.choice([DIGITS, "01"]), 1, 3) for _ in range(rng.randint(2, 4)))


def path_like(rng: random.Random, path: str, pieces: Sequence[str]) -> str:
    """A path that resembles another one: the same folders, a repeated folder, or the same name elsewhere."""
    *folders, name = path.split("/")
    draw = rng.random()
    if draw < 0.35:
        return "/".join([*folders, file_name(rng, pieces).split("/")[-1]])
    if draw < 0.6 and folders:
        at = rng.randrange(len(folders))
        return "/".join([*folders[:at], part(rng, pieces), *folders[at + 1 :], name])
    if draw < 0.8 and folders:
        at = rng.randrange(len(folders))
        return "/".join([*folders[: at + 1], *folders[at:], name]).replace("//", "/")
    stem, dot, ending = name.rpartition(".")
    changed = (stem or name) + rng.choice(["2", "-" + piece(rng, pieces), "_old", ".bak", "s"])
    return "/".join([*folders, changed + dot + ending if stem else changed])


def file_name(rng: random.Random, pieces: Sequence[str] = ()) -> str:
    """A file name or path as a user would write it, without spaces."""
    if rng.random() < 0.06:
        return rng.choice(FAMILIAR)
    if rng.random() < 0.1:
        return path_like(rng, file_name(rng, pieces), pieces)
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


def spaced(rng: random.Random, name: str) -> str:
    """Now and then a name with spaces, which stands between quotes in a request."""
    if rng.random() < 0.97:
        return name
    return name.replace(rng.choice("_-./"), " ").strip() or name


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


def script(rng: random.Random, pieces: Sequence[str]) -> str:
    """Text between quotes as commands have it: a pattern, an expression, a line of code, an address."""
    one, two = piece(rng, pieces), piece(rng, pieces)
    return rng.choice([
        f"*.{rng.choice(EXTENSIONS)}", f"s/{one}/{two}/g", f"{letters(rng, DIGITS, 1, 2)},{number(rng)}p", f"{{print ${rng.randint(1, 9)}}}",
        f"print({one})", f"{one}({number(rng)})", f"{one}.*{two}", f"^{one}$", f"{one}: {two}", f"{one}={two}", f"{one} {two} {one}",
        f"http://localhost:{number(rng)}/{one}", f"{one}@{two}.{rng.choice(['com', 'org', 'de'])}",
        phrase(rng, pieces), f"import {one}; {one}.{two}()",
    ])  # fmt: skip


def symbolic(rng: random.Random, pieces: Sequence[str]) -> str:
    """An argument with signs in it: an address, a range, a pattern, an assignment."""
    one, two = piece(rng, pieces), piece(rng, pieces)
    return rng.choice([
        f"http://localhost:{number(rng)}/{one}", f"https://{one}.{rng.choice(['com', 'org', 'io'])}/{two}", f"{one}@{two}", f"{one}:{two}",
        f"HEAD~{rng.randint(1, 9)}", f"{one}..{two}", f"{one}/**/*.{rng.choice(EXTENSIONS)}", f"*.{rng.choice(EXTENSIONS)}", "./...", "--", ".",
        f"{one}/*", f"$({one} {two})", f"{one.upper()}={two}", f"-{rng.choice('abcdefgnpoxj')}{number(rng)}", f"+{one}", f"{{{one},{two}}}", "/", "*",
        f"{number(rng)}:{number(rng)}", f"@{one}/{two}", f"{one}@{number(rng)}", f"~{one}", "..", f"{one},{two}", f"[{one}]", f"%{one}",
    ])  # fmt: skip


def argument(rng: random.Random, pieces: Sequence[str], before: Sequence[str] = ()) -> str:
    """One argument of a shell command, which may resemble one of those `before`."""
    draw = rng.random()
    if before and draw < 0.14:
        other = rng.choice(before)
        return path_like(rng, other, pieces) if "/" in other or "." in other else other
    draw = rng.random()
    if draw < 0.24:
        return file_name(rng, pieces)
    if draw < 0.3:
        return symbolic(rng, pieces)
    if draw < 0.5:
        return rng.choice(["-", "--"]) + piece(rng, pieces)
    if draw < 0.58:
        return "-" + letters(rng, LOWER + UPPER, 1, 3)
    if draw < 0.64:
        return "--" + piece(rng, pieces) + "=" + piece(rng, pieces)
    if draw < 0.7:
        return number(rng)
    if draw < 0.77:
        return '"' + rng.choice([phrase, script])(rng, pieces) + '"'
    if draw < 0.8:
        return "'" + rng.choice([phrase, script])(rng, pieces) + "'"
    if draw < 0.83:
        return rng.choice(["$", "@", "%", "*.", "./", "+", ":"]) + piece(rng, pieces)
    return piece(rng, pieces)


def simple_command(rng: random.Random, pieces: Sequence[str]) -> str:
    """A program with arguments, without pipes."""
    program = rng.choice(PROGRAMS) if rng.random() < 0.7 else rng.choice(["", "", "./"]) + piece(rng, pieces)
    words = [program]
    if rng.random() < 0.3:
        words.append(rng.choice(SUBCOMMANDS))
    for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3, 4])):
        words.append(argument(rng, pieces, words[1:]))
    return " ".join(words)


def command(rng: random.Random, pieces: Sequence[str] = ()) -> str:
    """A shell command of one line, at most 110 characters."""
    if rng.random() < 0.12:
        return rng.choice(COMMANDS)
    text = simple_command(rng, pieces)
    draw = rng.random()
    if draw < 0.12:  # a quotation mark at the end meets the one that ends the argument
        mark = rng.choice('""\'')
        text += f" {mark}{rng.choice([phrase, script])(rng, pieces)}{mark}"
    elif draw < 0.18:
        text += " | " + simple_command(rng, pieces)
    elif draw < 0.22:
        text += rng.choice([" && ", "; ", " || "]) + simple_command(rng, pieces)
    elif draw < 0.27:
        text += rng.choice([" > ", " >> ", " 2> ", " < "]) + file_name(rng, pieces)
    elif draw < 0.29:
        text += rng.choice([" &", " 2>&1", " > /dev/null", " \\; "]).rstrip()
    return text if len(text) <= LONGEST else command(rng, pieces)
