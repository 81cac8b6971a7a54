#!/usr/bin/python3
"""layers.py SOURCE_ROOT: fails if a file includes what its layer may not (docs/architecture.md)."""
import os
import re
import sys

PUBLIC = "engine/include/backline"
# layer: the layers that it may include besides itself and the C library
MAY_INCLUDE = {
    PUBLIC: [],
    "engine/base": [PUBLIC],
    "engine/model": ["engine/base", PUBLIC],
    "engine/reference": ["engine/base", PUBLIC],
    "engine/formats": ["engine/model", "engine/base", PUBLIC],
    "engine/kernels": ["engine/base", PUBLIC],
    "engine/plan": ["engine/model", "engine/kernels", "engine/base", PUBLIC],
    "engine/stream": ["engine/plan", "engine/kernels", "engine/base", PUBLIC],
    "plugins": ["engine/kernels", "engine/base", PUBLIC],
    "face/x11": ["face", "plugins", PUBLIC],
    "face": ["plugins", PUBLIC],
    "lv2/ui": ["lv2", "face/x11", "face", "plugins", PUBLIC],
    "lv2": ["plugins", PUBLIC],
    "tools": ["face", "plugins", PUBLIC],
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)


def layer_of(path):
    return next((layer for layer in MAY_INCLUDE if path.startswith(layer + "/")), None)


def target_of(root, path, quote, name):
    """The project file that an include means, or None for one of the system's."""
    for folder in [os.path.dirname(path), "engine", "engine/include", "plugins", "face", "face/x11"]:
        candidate = os.path.normpath(os.path.join(folder, name))
        if os.path.exists(os.path.join(root, candidate)):
            return candidate
    return "?" + name if quote == '"' else None


def broken_rules(root):
    for top in ("engine", "plugins", "face", "lv2", "tools"):
        for folder, _, files in os.walk(os.path.join(root, top)):
            for name in sorted(files):
                path = os.path.relpath(os.path.join(folder, name), root)
                layer = layer_of(path)
                if not name.endswith((".c", ".h")) or layer is None:
                    continue
                with open(os.path.join(root, path), encoding="utf-8") as file:
                    text = file.read()
                for quote, included in INCLUDE.findall(text):
                    target = target_of(root, path, quote, included)
                    if target is None:
                        continue
                    other = layer_of(target)
                    if other != layer and other not in MAY_INCLUDE[layer]:
                        yield f"{path} includes {included}: {layer} may not include {other or target}"


def main():
    broken = list(broken_rules(sys.argv[1]))
    print("\n".join(broken) if broken else "every include stays within its layer")
    sys.exit(bool(broken))


main()
