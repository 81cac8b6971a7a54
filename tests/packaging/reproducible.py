#!/usr/bin/python3
"""reproducible.py [--quick] SOURCE FOLDER: builds SOURCE twice below FOLDER, in folders of other names and depths, with another
order, number of jobs, umask, time zone, language, user's name and home, and dates of all files; every installed file must be the
same to the bit. --quick: only the objects of the engine without its kernels, of the rig and of the plugin, and what is generated
(a sixth of the time)."""
import hashlib
import os
import shutil
import subprocess
import sys

WAYS = (
    {"source": "a", "build": "a/build", "jobs": "1", "umask": 0o022, "date": 946684800, "tree": sorted,
     "env": {"LC_ALL": "C", "TZ": "UTC", "USER": "a", "LOGNAME": "a"}},
    {"source": "b/another folder", "build": "b/out/of/tree", "jobs": "3", "umask": 0o077, "date": 1700000000,
     "tree": lambda names: sorted(names, reverse=True),
     "env": {"LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati", "USER": "someone", "LOGNAME": "someone", "COLUMNS": "40"}},
)


def copy_tree(source, target, way):
    """What belongs to the source, with files made in another order and with other dates."""
    for folder, folders, files in os.walk(source):
        folders[:] = way["tree"](name for name in folders if name != ".git" and name != "__pycache__"
                                 and not (folder == source and (name.startswith("build") or name == "demo-out")))
        there = os.path.join(target, os.path.relpath(folder, source))
        os.makedirs(there, exist_ok=True)
        for name in way["tree"](files):
            shutil.copy(os.path.join(folder, name), os.path.join(there, name), follow_symlinks=False)
            os.utime(os.path.join(there, name), (way["date"], way["date"]))


def run(words, environment, way):
    done = subprocess.run(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          preexec_fn=lambda: os.umask(way["umask"]))
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed:\n{done.stdout[-4000:]}")
    return done.stdout


def fingerprints(folder, names, mode_bits):
    """{name: (mode, hash or where it points)}"""
    found = {}
    for name in names:
        path = os.path.join(folder, name)
        if os.path.islink(path):
            what = os.readlink(path)
        else:
            with open(path, "rb") as file:
                what = hashlib.sha256(file.read()).hexdigest()
        found[name] = (oct(os.lstat(path).st_mode & mode_bits), what)
    return found


def build(source, folder, way, quick):
    """Builds one way; returns the fingerprints of what was installed or, quick, of what was built."""
    tree, out, stage = (os.path.join(folder, name) for name in (way["source"], way["build"], way["build"] + "-stage"))
    copy_tree(source, tree, way)
    # ccache would give the second build what the first has compiled
    environment = {**os.environ, **way["env"], "CCACHE_DISABLE": "1", "HOME": os.path.join(folder, way["source"])}
    options = ["-Dtools=false", "-Dui=false"] if quick else []
    run(["meson", "setup", out, tree, "--buildtype=release", "-Dtests=false", *options], environment, way)
    ninja = ["ninja", "-C", out, "-j", way["jobs"]]
    if quick:
        targets = [line.split(": ")[0] for line in run([*ninja, "-t", "targets", "all"], environment, way).splitlines()]
        parts = sorted(name for name in targets if name.endswith((".o", ".ttl", ".nam")) and "/libkernels_" not in name)
        run([*ninja, *parts], environment, way)
        return fingerprints(out, parts, 0o111)  # the umask takes more
    run(ninja, environment, way)
    run(["meson", "install", "-C", out, "--no-rebuild", "--destdir", stage], environment, way)
    return fingerprints(stage, sorted(os.path.relpath(os.path.join(place, name), stage)
                                      for place, _, files in os.walk(stage) for name in files), 0o7777)


def main():
    quick = sys.argv[1] == "--quick"
    source, folder = (os.path.abspath(path) for path in sys.argv[1 + quick:])
    shutil.rmtree(folder, ignore_errors=True)
    first, second = (build(source, folder, way, quick) for way in WAYS)
    different = sorted(path for path in first.keys() | second.keys() if first.get(path) != second.get(path))
    for path in different:
        print(f"FAIL {path}: {first.get(path)} and {second.get(path)}")
    print(f"{len(first)} files, {len(different)} of them different; the builds are in {folder}" if different else
          f"{len(first)} files are the same in both builds")
    if not different:
        shutil.rmtree(folder)
    sys.exit(bool(different) or not first)


main()
