"""Everything the model ever says in words."""

COMMAND = "npm start -- --model mlx-community/Qwen3-4B-4bit"
REAL_MODEL = f"For real answers start Pensieve with a real model: {COMMAND}, or put a model folder under models/."

HELLO = "Hello! I am Pensieve's built-in demo model. Ask me to read a file or to run a command."
IDENTITY = (
    "I am Pensieve's built-in demo model. I am only a few megabytes, so I know very little: "
    f"I can greet you, read a file and run a command. {REAL_MODEL}"
)
HELP = (
    "I can greet you, read a file (say: read notes.txt) and run a command (say: run ls). "
    f"I am only a small demo model. {REAL_MODEL}"
)
REAL = f"Start Pensieve with a real model: {COMMAND}. Or put a model folder under models/ and start Pensieve again."
UNKNOWN = (
    "I am only Pensieve's built-in demo model, a few megabytes, and I cannot help with that. "
    f"I can greet you, read a file or run a command. {REAL_MODEL}"
)
FINE = "I am fine, thank you! I am Pensieve's built-in demo model. Ask me to read a file or to run a command."
WELCOME = "You are welcome!"
GOODBYE = "Goodbye!"
DONE = f"Here is what the tool returned. I am only a demo model and cannot tell you more about it. {REAL_MODEL}"
NO_READ = f"I cannot read files here, because no tool for it was offered. {REAL_MODEL}"
NO_RUN = f"I cannot run commands here, because no tool for it was offered. {REAL_MODEL}"
TITLE = '{"title": "Demo session"}'
DESCRIPTION = "Run the requested command"

GREETINGS = {
    1: "Hello!",
    2: "Hello there!",
    3: "Hello, dear friend!",
    4: "Hello there, dear friend!",
    5: "Hello and welcome to Pensieve!",
    6: "Hello and welcome to Pensieve, friend!",
    7: "Hello, it is nice to meet you!",
    8: "Hello, it is very nice to meet you!",
    9: "Hello, it is very nice to meet you today!",
    10: "Hello, it is very nice to meet you here today!",
}
