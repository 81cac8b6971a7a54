"""Reports that are explained: lists of lines `FILE ... CHECK: REASON`, and what differs from them."""

import os
import re
import sys


def read(name, words):
    """The keys of the list NAME beside this file, tuples of so many WORDS. Lines that begin with # are comments."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    keys = set()
    with open(path, encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip() or line.startswith("#"):
                continue
            key, separator, reason = line.partition(": ")
            key = tuple(key.split())
            if len(key) != words or not separator or not reason.strip():
                sys.exit("%s:%d: should be %d words, a colon and a reason." % (path, number, words))
            keys.add(key)
    return keys


def compare(reports, keys, analysed, root):
    """Prints REPORTS, pairs of key and text, whose key is not in KEYS, and such of KEYS as none has, if their file is one
    of those ANALYSED or is gone. Returns how many it printed."""
    met = {key for key, _ in reports}
    failures = 0
    for key, text in reports:
        if key not in keys:
            print(text)
            failures += 1
    for key in sorted(keys - met):
        if key[0] in analysed or not os.path.exists(os.path.join(root, key[0])):
            print("%s: explained, but not reported any more" % " ".join(key))
            failures += 1
    print("%d files analysed, %d reports explained, %d failures" % (len(analysed), len(met & keys), failures))
    return failures
