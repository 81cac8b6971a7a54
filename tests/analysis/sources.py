"""The C files of ours in a build folder, each with the command that compiles it; and jobs over all of them."""

import concurrent.futures
import json
import os
import shlex
import sys

# Whole folders, in the order in which reports are most worth reading.
FOLDERS = ["engine", "plugins", "lv2", "face", "tools", "examples", "tests"]
JOBS = 2

# What only says where the object goes, and options that take the next word.
OUTPUT_OPTIONS = {"-o": 1, "-MF": 1, "-MQ": 1, "-MT": 1, "-MD": 0, "-MMD": 0, "-c": 0}


def read(build, chosen):
    """Lists (path from the root, folder to work in, command's words without outputs) of the files below the paths CHOSEN,
    or of all. A file that several targets compile comes once, as the first of them has it."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as stream:
        database = json.load(stream)
    root = source_root(build)
    commands = {}
    for entry in database:
        path = os.path.relpath(os.path.join(entry["directory"], entry["file"]), root)
        if path.endswith(".c") and path.split(os.sep)[0] in FOLDERS and is_chosen(path, chosen):
            commands.setdefault(path, (path, entry["directory"], without_outputs(shlex.split(entry["command"]))))
    if not commands:
        sys.exit("There is nothing to analyse in %s." % build)
    return sorted(commands.values(), key=lambda command: (FOLDERS.index(command[0].split(os.sep)[0]), command[0]))


def source_root(build):
    """The folder of the sources that BUILD builds."""
    with open(os.path.join(build, "meson-info", "meson-info.json"), encoding="utf-8") as stream:
        return json.load(stream)["directories"]["source"]


def is_chosen(path, chosen):
    return not chosen or any(path == one or path.startswith(one.rstrip("/") + "/") for one in chosen)


def without_outputs(words):
    """A compiler's command without compiler cache, outputs and dependency files."""
    words = [word for word in words if os.path.basename(word) != "ccache"]
    kept, skip = [], 0
    for word in words:
        if skip:
            skip -= 1
        elif word in OUTPUT_OPTIONS:
            skip = OUTPUT_OPTIONS[word]
        else:
            kept.append(word)
    return kept


def for_each(commands, work):
    """What WORK gives for each command, in their order, some at a time."""
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        return list(pool.map(work, commands))
