#!/usr/bin/python3
"""clang-tidy over the C sources, with the checks of .clang-tidy: tidy.py [--quick] BUILD_FOLDER [PATH...]

Prints every report that tidy.known does not explain, and every explanation that explains nothing any more; fails if there are
any. PATHs are files or folders below the source root; without them all is checked but the tests. --quick leaves out clang's
static analyser, which takes most of the time. The build folder needs only to be configured, best for clang."""

import os
import re
import subprocess
import sys

import known
import sources

CHOSEN = ["engine", "plugins", "lv2", "face", "tools", "examples"]

# Options of gcc that clang does not know, and what hides assertions, which tell the analyser what is so.
DROPPED = re.compile(r"-DNDEBUG|-Werror|-fsanitize.*|-fno-ipa-sra|-flto.*")


def here(word, folder):
    """An include folder, seen from anywhere: clang-tidy has no option for the folder to work in."""
    return "-I" + os.path.normpath(os.path.join(folder, word[2:])) if word.startswith("-I") else word


def check(command, options, root):
    """Reports on one file and our headers in it: (file, check, line, message)."""
    path, folder, words = command
    words = [here(word, folder) for word in words[1:-1] if not DROPPED.fullmatch(word)]
    done = subprocess.run(["clang-tidy", "--quiet", "--header-filter=^%s/.*" % re.escape(root), *options, os.path.join(root, path),
                           "--", *words], capture_output=True, text=True, check=False)
    reports = [(os.path.relpath(where, root), name, int(line), message) for where, line, message, name in
               re.findall(r"^(/\S+):(\d+):\d+: (?:warning|error): (.*) \[([\w.,-]+)\]$", done.stdout, re.M)]
    if done.returncode and not reports:
        sys.exit("%s: %s%s" % (path, done.stdout, done.stderr))
    return reports


def main():
    words = sys.argv[1:]
    quick = words[:1] == ["--quick"]
    words = words[quick:]
    if not words:
        sys.exit(__doc__)
    options = ["--checks=-clang-analyzer-*"] if quick else []
    root = sources.source_root(words[0])
    commands = sources.read(words[0], words[1:] or CHOSEN)
    found = sources.for_each(commands, lambda command: check(command, options, root))
    reports = sorted({report for some in found for report in some})
    explained = {key for key in known.read("tidy.known", 2) if not (quick and key[1].startswith("clang-analyzer"))}
    failures = known.compare([((where, name), "%s:%d: %s [%s]" % (where, line, message, name))
                              for where, name, line, message in reports], explained,
                             {command[0] for command in commands}, root)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
