#!/usr/bin/python3
"""test_cli.py BACKLINE: runs the real program, as a user would. Needs NumPy. cases_*.py hold the cases; names of
modules after the program run only those, e.g. test_cli.py build/tools/backline failures."""
import importlib
import shutil
import sys

sys.dont_write_bytecode = True  # the source folder stays clean

from support import Program, Results, run_cases


def main():
    names = sys.argv[2:] or ['render', 'rig', 'threads', 'time', 'manifest', 'convert', 'failures', 'reports', 'bench', 'compare', 'plot', 'stream', 'stream_wav', 'stream_ends']
    program, results = Program(sys.argv[1]), Results()
    try:
        for name in names:
            run_cases(importlib.import_module('cases_' + name), program, results)
    finally:
        shutil.rmtree(program.folder)
    print(f'{results.passed} passed, {results.failed} failed')
    sys.exit(bool(results.failed))


main()
