#!/usr/bin/python3
"""tarball.py FOLDER [BUILD_FOLDER]: makes FOLDER/backline-VERSION-linux-ARCHITECTURE.tar.xz, which runs from wherever it is
unpacked, on systems with a glibc at least as new as this machine's. Build it on Debian 12: needs patchelf.

    bin/backline            starts libexec/backline with the libraries below
    lib/                    shared libraries whose names differ between systems: always these
    lib/spare/NAME/         shared libraries that belong to the system, one folder each: only those it lacks
    lv2/backline.lv2        the plugin, with libraries of its own, to be copied as a whole
    share/                  sounds, manual page, completion, documents, licences of all libraries
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LAUNCHER = os.path.join(ROOT, "packaging", "launcher.sh")
# The system's own where it has them: they talk to its sound servers, its X server, its fonts and its C++.
SYSTEMS = re.compile(r"lib(jack|asound|X|xcb|fontconfig|freetype|expat|glib|stdc\+\+|gcc_s|z\.so|brotli|pcre2|bsd|db-)")
C_LIBRARY = re.compile(r"(linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|resolv)\.so)")


def run(*words, **more):
    return subprocess.run([str(w) for w in words], check=True, capture_output=True, text=True, **more).stdout


def libraries(path):
    """{soname: file} of all that a program or library loads, but for the C library."""
    found = dict(re.findall(r"(\S+) => (/\S+)", run("ldd", path)))
    return {name: os.path.realpath(file) for name, file in found.items() if not C_LIBRARY.match(name)}


def build(folder, stage):
    """Installs a release build below stage."""
    options = ["--buildtype=release", "--prefix=/", "--libdir=lib", "--strip", "-Dtests=false"]
    if not os.path.exists(os.path.join(folder, "build.ninja")):
        run("meson", "setup", folder, ROOT, *options)
    subprocess.run(["ninja", "-C", folder, "--quiet"], check=True)
    run("meson", "install", "-C", folder, "--no-rebuild", "--destdir", stage)


def put_library(name, file, folder):
    os.makedirs(folder, exist_ok=True)
    shutil.copyfile(file, os.path.join(folder, name))


def put_licences(names, folder):
    """The copyright files of the Debian packages that the libraries come from."""
    for name, file in sorted(names.items()):
        # dpkg knows either side of /usr's merge
        package = next(filter(None, (subprocess.run(["dpkg", "-S", path], capture_output=True, text=True).stdout
                                     for path in (file, file.removeprefix("/usr")))))
        package = package.split(":")[0]
        os.makedirs(folder, exist_ok=True)
        shutil.copyfile(f"/usr/share/doc/{package}/copyright", os.path.join(folder, f"{package}.txt"))


def assemble(stage, top):
    """From what was installed to what is shipped."""
    for folder in ("bin", "lib", "libexec", "lv2", "share/doc/backline"):
        os.makedirs(os.path.join(top, folder))
    shutil.copytree(os.path.join(stage, "share"), os.path.join(top, "share"), dirs_exist_ok=True)
    for absent in ("applications", "metainfo"):  # they are for the system's folders
        shutil.rmtree(os.path.join(top, "share", absent), ignore_errors=True)
    program = shutil.copy(os.path.join(stage, "bin", "backline"), os.path.join(top, "libexec", "backline"))
    shutil.copy(LAUNCHER, os.path.join(top, "bin", "backline"))
    bundle = shutil.copytree(os.path.join(stage, "lib", "lv2", "backline.lv2"), os.path.join(top, "lv2", "backline.lv2"))
    of_program = libraries(program)
    for name, file in of_program.items():
        put_library(name, file, os.path.join(top, "lib", *(["spare", name] if SYSTEMS.match(name) else [])))
    # The plugin lives in a host that has what windows need; two copies of Pango in one process would not do.
    of_plugin = {name: file for name, file in libraries(os.path.join(bundle, "backline.so")).items()
                 if not SYSTEMS.match(name)}
    for name, file in of_plugin.items():
        put_library(name, file, os.path.join(bundle, "lib"))
    # RPATH, not RUNPATH: it counts for the libraries of libraries as well.
    run("patchelf", "--force-rpath", "--set-rpath", "$ORIGIN/../lib", program)
    for name in ("backline.so", "backline_ui.so"):
        run("patchelf", "--force-rpath", "--set-rpath", "$ORIGIN/lib", os.path.join(bundle, name))
    documents = os.path.join(top, "share", "doc", "backline")
    for name in ("README.md", "NEWS.md", "LICENSE", "SECURITY.md", "docs"):
        copy = shutil.copytree if os.path.isdir(os.path.join(ROOT, name)) else shutil.copy
        copy(os.path.join(ROOT, name), os.path.join(documents, name))
    put_licences({**of_program, **of_plugin}, os.path.join(documents, "licences"))
    shutil.copy(os.path.join(ROOT, "packaging", "tarball.md"), os.path.join(top, "README.md"))


def pack(top, archive):
    """Sorted, and with neither dates nor owners of this machine."""
    def plain(info):
        info.uid = info.gid = 0
        info.uname = info.gname = "root"
        info.mtime = int(os.environ.get("SOURCE_DATE_EPOCH", 0))
        info.mode = 0o755 if info.isdir() or info.mode & 0o100 else 0o644
        return info

    with tarfile.open(archive, "w:xz", format=tarfile.GNU_FORMAT) as tar:
        names = sorted(os.path.join(folder, name) for folder, folders, files in os.walk(top) for name in folders + files)
        for path in [top, *names]:
            tar.add(path, os.path.relpath(path, os.path.dirname(top)), recursive=False, filter=plain)


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    target = os.path.abspath(sys.argv[1])
    folder = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else os.path.join(target, "build-tarball")
    stage = os.path.join(target, "stage-tarball")
    for left in (stage,):
        shutil.rmtree(left, ignore_errors=True)
    os.makedirs(target, exist_ok=True)
    build(folder, stage)
    project = json.loads(run("meson", "introspect", "--projectinfo", folder))
    top = os.path.join(target, f"backline-{project['version']}-linux-{os.uname().machine}")
    shutil.rmtree(top, ignore_errors=True)
    assemble(stage, top)
    pack(top, top + ".tar.xz")
    shutil.rmtree(stage)
    print(f"{top}.tar.xz: {os.path.getsize(top + '.tar.xz') / 1e6:.1f} MB")


main()
