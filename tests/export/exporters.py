#!/usr/bin/python3
"""exporters.py: runs the exporter as often as it is asked to, each time as a process of its own that begins where PyTorch is
imported already; importing takes far longer than exporting. Reads a line of JSON with the arguments, answers with one: the
exit code and all that was printed."""
import json
import os
import runpy
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
EXPORTER = os.path.normpath(os.path.join(HERE, "..", "..", "tools", "export", "backline_export.py"))

os.environ["PYTORCH_JIT"] = "0"  # as the exporter itself sets it before it imports PyTorch
sys.path[:0] = [os.path.dirname(EXPORTER)]
sys.dont_write_bytecode = True
import torch  # noqa: E402

torch.set_num_threads(1)  # threads would not live in the children


def export(arguments, output):
    """Never returns."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.argv = [EXPORTER, *arguments]
    code = 0
    try:
        runpy.run_path(EXPORTER, run_name="__main__")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else bool(end.code)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:  # as the interpreter ends
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    os._exit(code)


def main():
    for line in sys.stdin:
        with tempfile.TemporaryFile() as output:
            child = os.fork()
            if child == 0:
                export(json.loads(line), output.fileno())
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            output.seek(0)
            print(json.dumps([code, output.read().decode(errors="replace")]), flush=True)


main()
