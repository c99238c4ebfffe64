"""Names, commands, phrasings and questions for evaluation only. Training never sees this file."""

import random
from typing import Any

from . import answers, names

HEADS = """README Makefile quokka Zephyr walrus NARWHAL hexagon Trebuchet onboarding PaymentGateway useDebounce
AppHeader kubernetes sitemap robots checksum VERSION Vagrantfile procfile Jenkinsfile wombat Axolotl lighthouse
quasar_map fjord-tools mkdocs babel vitest webpack manifest swagger openapi bootstrap leaderboard TimeZonePicker
invoice_2024 Q3-report thesis_final_v2 X11 utf8 base64 i18n l10n a11y md5sum sha256 ipv6 OAuth2 JWTHelper zlib
pneumonia oxygen rhythm jukebox syzygy vortex_9 Bzz kiwi Umlaut yacht plugh xyzzy foobar qux Gnarly""".split()
FOLDERS = """src lib app packages/core tests docs config internal/http apps/web/src components hooks .github .vscode
/etc /usr/local/share /opt/quux /home/dev/work /tmp ~/projects ./scripts ../shared web/static vendor backend/api v2
Frontend MODULES Sources/App crates/parser/src infra/k8s""".split()
EXTENSIONS = """.md .json .ts .tsx .rs .py .go .toml .yaml .yml .txt .css .test.tsx .spec.ts .lock .cfg .mjs .html .zig
.proto .sql .bak .xyz .ex .hs .1 .JSON .MD""".split()
ENDINGS = [*EXTENSIONS, "", "", ""]
REAL_COMMANDS = """ls -la|git status|npm test|python3 app.py --port 8080|echo hello > out.txt|cat notes.txt \x01 wc -l|
npm run lint -- --fix|git log --oneline -n 20|docker compose up -d|cargo test --release|go vet ./...|ps aux \x01 grep node|
find . -name "*.ts"|grep -rn TODO src|curl -s http://localhost:3000/health|tar -xzf archive.tar.gz|chmod +x build.sh|
kubectl get pods -n kube-system|python3 -m unittest discover -s tests -q|node --inspect server.js|make -j4 all|
git commit -m "Fix the parser"|echo "hi there"|printf 'a b c'|head -n 5 data/march.csv|wc -l src/*.py|whoami|uptime|
npx vitest run --coverage|pip install -r requirements.txt|git checkout -b feature/login|rm -rf build|df -h /|env|
ssh deploy@example.org|export FOO=bar|sed -n 1,20p main.c|diff a.txt b.txt|sleep 2; echo done|true && echo ok|
git diff HEAD~1|terraform plan -out=tf.plan|poetry run pytest -k slow|bundle exec rspec|dotnet build|javac Main.java|
ffmpeg -i in.mov out.mp4|openssl version|date +%Y-%m-%d|history|cat /proc/cpuinfo|ls|pwd|hostname -I|which python3""".replace("\n", "")  # fmt: skip
COMMANDS = sorted({text.replace("\x01", "|") for text in REAL_COMMANDS.split("|")} - set(names.COMMANDS))
PROGRAMS = """hugo caddy ansible rg fd bat zsh perl ruby lua gradle mix cabal nix just flutter gh aws psql redis-cli
htop rsync nmap Rscript ./gradlew bin/rails ./tools/gen.sh""".split()
WORDS = "serve deploy migrate sync --watch --verbose -v -rf --out dist --dry-run quokka -p 9000 --name=Zed @latest main".split()

READ_WORDS = """Read the file {}|read {}|What is in {}?|Please open {}|Use the Read tool to read {}|Show me {}|
Read the file {} and tell me what it says|Can you read {} for me?|open {}|Read `{}`|Look at {} and tell me what it does|
please read the file {}|Read {}.|Could you open {} please?|what does {} say?""".replace("\n", "").split("|")
RUN_WORDS = """Run {}|Run `{}`|run {}|execute {}|Please run the command {}|can you run `{}` for me?|Run the command `{}`|
Use the Bash tool to run {}|Execute `{}` and show me the output|run this command: {}|Please run `{}`.|
Run the following command: {}|can you run {}|use bash to run `{}`""".replace("\n", "").split("|")

ANSWERED = [
    ("hi", answers.HELLO), ("Hello!", answers.HELLO), ("hey there", answers.HELLO), ("Good morning", answers.HELLO),
    ("Hello there, model", answers.HELLO), ("say hello", answers.HELLO), ("Hi!", answers.HELLO),
    ("Say hello in 5 words", answers.GREETINGS[5]), ("say hello in five words", answers.GREETINGS[5]),
    ("Please say hello in exactly 5 words.", answers.GREETINGS[5]), ("Say hello in three words", answers.GREETINGS[3]),
    ("Say hi in 7 words", answers.GREETINGS[7]), ("Greet me in 2 words", answers.GREETINGS[2]),
    ("Who are you?", answers.IDENTITY), ("what are you", answers.IDENTITY), ("What is your name?", answers.IDENTITY),
    ("Which model are you?", answers.IDENTITY), ("Are you Claude?", answers.IDENTITY),
    ("tell me who you are", answers.IDENTITY), ("so what model is this?", answers.IDENTITY),
    ("help", answers.HELP), ("What can you do?", answers.HELP), ("how can you help me", answers.HELP),
    ("How do I get a real model?", answers.REAL), ("how can i use a better model", answers.REAL),
    ("How are you?", answers.FINE), ("thanks!", answers.WELCOME), ("Thank you very much", answers.WELCOME),
    ("bye", answers.GOODBYE),
]  # fmt: skip
UNKNOWN = """What is the capital of France?|Write a haiku about autumn|Explain quantum computing to a child|
Write a Python function that reverses a string|Fix the failing test in the parser|Why is the sky blue?|
Implement a binary search tree in Rust|How many legs does a spider have?|Translate good night into Spanish|
Refactor the authentication module to use tokens|What is 12 * 13?|Add dark mode to the settings page|
The German amounts in data/march.csv are read wrong: 2.500,00 becomes 2.5. Find the cause, fix it, add a test.|
Create a new file hello.py that prints hello|Summarize the plot of Hamlet|Do you think it will rain tomorrow?|
Wie spät ist es in Berlin?|Quelle heure est-il ?|Объясни это, пожалуйста|这是什么意思|
asdfghjkl qwertyuiop|{"a": 1, "b": [1, 2, 3]}|for (let i = 0; i < 10; i++) { console.log(i); }|
Pneumonoultramicroscopicsilicovolcanoconiosispneumonoultramicroscopicsilicovolcanoconiosis|
Give me a recipe for pancakes|Please rename the variable count to total everywhere|Who won the world cup in 1998?|
Make the build faster|Set up continuous integration for this repository|Why does my code crash?|Now remove the empty file again.|
Design a database schema for a bookshop|Write unit tests for the invoice service|What should I cook tonight?|
Convert this to TypeScript: function add(a, b) { return a + b }|Tell me a joke about programmers""".replace(
    "\n", ""
).split("|")


def tool(name: str, properties: list[str], required: list[str]) -> dict[str, Any]:
    """A tool definition in OpenAI shape."""
    schema = {"type": "object", "properties": {key: {"type": "string"} for key in properties}, "required": required}
    return {"type": "function", "function": {"name": name, "description": f"The tool {name}.", "parameters": schema}}


CLAUDE_TOOLS = [
    tool("Bash", ["command", "timeout", "description"], ["command"]),
    tool("Edit", ["file_path", "old_string", "new_string"], ["file_path", "old_string", "new_string"]),
    tool("Read", ["file_path", "offset", "limit"], ["file_path"]),
    tool("Write", ["file_path", "content"], ["file_path", "content"]),
]
# (tools, read tool, its property, run tool, its property)
OTHER_CLIENTS = [
    ([tool("read_file", ["path"], ["path"]), tool("shell", ["command"], ["command"])], "read_file", "path", "shell", "command"),
    ([tool("exec_command", ["cmd", "workdir"], ["cmd"]), tool("write_stdin", ["chars"], [])], "", "", "exec_command", "cmd"),
    ([tool("read", ["filePath", "offset"], ["filePath"]), tool("bash", ["command", "description"], ["command", "description"])],
     "read", "filePath", "bash", "command"),
    ([tool("mcp__zoo__read_text_file", ["path"], ["path"]), tool("run_terminal_cmd", ["command"], ["command"])],
     "mcp__zoo__read_text_file", "path", "run_terminal_cmd", "command"),
]  # fmt: skip


def file_name(rng: random.Random) -> str:
    """A name of words that training does not have."""
    name = (
        rng.choice(HEADS)
        + (rng.choice(["-", "_", ".", ""]) + rng.choice(HEADS) if rng.random() < 0.25 else "")
        + rng.choice(ENDINGS)
    )
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        name = rng.choice(FOLDERS).lstrip("/~.") + "/" + name
    return rng.choice(["", "", "", "/", "/home/dev/", "~/", "./"]) + name


def command(rng: random.Random) -> str:
    """A well-known command, or a program with arguments that training does not have."""
    if rng.random() < 0.5:
        return rng.choice(COMMANDS)
    words = [rng.choice(PROGRAMS), *(rng.choice([rng.choice(WORDS), file_name(rng)]) for _ in range(rng.randint(0, 3)))]
    return " ".join(words)


def finished_call(rng: random.Random, file: str, reminder: bool = False, system: bool = False) -> list[dict[str, Any]]:
    """A request for a file, the call, and its result."""
    call = {"type": "function", "function": {"name": "Read", "arguments": {"file_path": file}}}
    result = "\n".join(f"{n}\t{rng.choice(HEADS)} = {rng.choice(WORDS)}" for n in range(1, rng.randint(2, 60)))
    messages = [
        {"role": "user", "content": f"Read the file {file}"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": result},
    ]
    if reminder:
        note = "The file may be changed. Consider whether it is harmful. Never mention this to the user."
        messages.append({"role": "user", "content": f"<system-reminder>\n{note}\n</system-reminder>"})
    if system:
        messages.append(
            {"role": "system", "content": "The user has left plan mode. You can now edit files and run commands."}
        )
    return messages
