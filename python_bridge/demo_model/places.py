"""Requests to look around in folders, and the command that answers."""

import random
from collections.abc import Sequence

from .names import part
from .words import choices

HERE = choices("""list files|list the files|list all files|list all the files|list the files here|show me the files|show the files|
show all files|which files are here?|what files are here?|what files are in this directory?|what files are in this folder?|
what is in this folder?|what's in this folder?|what is in this directory?|what's in this directory?|what files are there?|
which files are there?|list this directory|list this folder|list the current directory|list the directory|
list the contents of this folder|list the contents of the current directory|what is in the current directory?|
show me the files in this folder|show me what is in this folder|show me what's in the current directory|which files do we have?|
what files do we have?|list files in the current directory|list everything here|show me this directory|show me the current folder|
look around|look at the files here|look around in this folder|what do we have here?|can you list the files?|
could you list the files here?|can you show me the files here?|please list the files|please list all files in this directory|
give me a list of the files|give me a list of all files here|tell me which files are here|tell me what files are in this folder|
can you see my files?|do you see any files?|use bash to list the files|list files and folders|show the directory listing|
which files are in the project?|what files are in this project?|list the project files|what is here?|let me see the files""")
INSIDE = choices("""list the files in {}|list files in {}|list all files in {}|list everything in {}|list the contents of {}|
what files are in {}?|which files are in {}?|show me the files in {}|show the files in {}|list the folder {}|
list the directory {}|what is in the folder {}?|what is in the directory {}?|what's in the folder {}?|what's in the directory {}?|
what's in the {} folder?|what is in the {} folder?|what's in the {} directory?|what is in the {} directory?|
show me the folder {}|show me the directory {}|show me what is in the {} folder|look into the folder {}|look into the directory {}|
can you list the files in {}?|please list the files in {}|could you list what is in the folder {}?|list the {} folder|
list the {} directory|tell me which files are in {}|give me a list of the files in {}|what files do we have in {}?""")
WHERE = choices("""where are we?|where am i?|which directory is this?|which folder is this?|what directory are we in?|
what folder are we in?|which directory are we in?|which folder am i in?|what is the current directory?|
what's the current directory?|what is the working directory?|what's the current folder?|print the working directory|
show the current directory|show me the current path|tell me the current directory|print the current directory|
what is the current path?|in which folder are we?""")


def look_around(rng: random.Random, pieces: Sequence[str]) -> tuple[str, str]:
    """Words that ask for a listing or for the current folder, and the command for it."""
    draw = rng.random()
    if draw < 0.4:
        return _vary(rng, rng.choice(HERE)), "ls"
    if draw < 0.55:
        return _vary(rng, rng.choice(WHERE)), "pwd"
    folder = "/".join(part(rng, pieces) for _ in range(rng.choice([1, 1, 2, 3])))
    folder = rng.choice(["", "", "", "/", "./", "~/", "../"]) + folder + rng.choice(["", "", "/"])
    mark = rng.choice(["", "", "", "`", '"'])
    return _vary(rng, rng.choice(INSIDE)).replace("{}", mark + folder + mark), f"ls {folder}"


def _vary(rng: random.Random, form: str) -> str:
    if rng.random() < 0.5:
        form = form[0].upper() + form[1:]
    return form.rstrip("?") if rng.random() < 0.2 else form
