#!/usr/bin/python3
"""old_processors.py BUILD SOURCE: backline on processors that lack what this one has.

First what stands in the objects: instructions beyond SSE2 only in the kernels that are compiled for them, of which nothing
can be reached but by the table of kernels, which is filled after the processor was asked. Then core tests, the program and
the plugin under qemu-user as a Nehalem, which has no AVX, and as a Haswell, which has AVX2, but no AVX-512; and what they
play there has the same bits as here, instruction set by instruction set."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

BUILD, SOURCE = (os.path.abspath(path) for path in sys.argv[1:3])
PYTHON = '/usr/bin/python3'
SETS = {'Nehalem': 'scalar sse2', 'Haswell': 'scalar sse2 avx2'}
QUIET = re.compile(rb"^qemu-\S+: warning: TCG doesn't support.*\n?", re.M)

# Behind SSE2: what begins with v is AVX, but for the two of 1982; the rest are SSE3 to BMI2.
BEYOND = re.compile(r'^(?:v(?!er[rw]$)\w+|p(?:abs|shuf|hadd|hsub|sign|mulhrs|alignr)[bwd]?|pmulld|pm(?:ax|in)(?:sb|sd|uw|ud)|'
                    r'pmov[sz]x\w+|pblend\w+|blend\w+|round[sp][sd]|insertps|extractps|p(?:insr|extr)[bdq]|ptest|dpp[sd]|'
                    r'packusdw|pcmpeqq|pcmpgtq|h(?:add|sub)p[sd]|addsubp[sd]|mov(?:sh|sl|d)dup|lddqu|popcnt\w?|lzcnt\w?|'
                    r'crc32\w?|andn\w?|bextr\w?|bls\w+|mulx\w?|pdep\w?|pext\w?|rorx\w?|[sr][ah][lr]x\w?|movbe\w?)$')
SSE2_SHUFFLES = {'pshufd', 'pshufw', 'pinsrw', 'pextrw'}

failures, checks = [], 0


def check(ok, what, *details):
    global checks
    checks += 1
    if not ok:
        failures.append(what)
        print('FAIL', what, *details)


def output(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout


# ---- what stands in the objects ----

def objects():
    for folder in ('engine', 'plugins', 'lv2', 'face', 'tools'):
        yield from glob.glob(os.path.join(BUILD, folder, '**', '*.o'), recursive=True)


def kernel_set(path):
    found = re.search(r'libkernels_(\w+)\.a\.p', path)
    return found.group(1) if found else None


def beyond_sse2(path):
    """Instructions of these kinds, and how often."""
    found = {}
    for line in output('objdump', '-d', '--no-show-raw-insn', path).splitlines():
        parts = line.split('\t')
        word = parts[1].split() if len(parts) > 1 else []
        if word and BEYOND.match(word[0]) and word[0] not in SSE2_SHUFFLES:
            found[word[0]] = found.get(word[0], 0) + 1
    return found


def read_symbols(paths):
    """(kind, name) of each, by path; in one call, for nm takes long to begin."""
    symbols = {path: [] for path in paths}
    for line in output('nm', '-A', *paths).splitlines():
        path, rest = line.split(':', 1)
        symbols[path].append(rest.split()[-2:])
    return symbols


def check_objects():
    count, wide = 0, 0
    symbols_of = read_symbols(sorted(objects()))
    for path in symbols_of:
        count += 1
        name, isa = os.path.relpath(path, BUILD), kernel_set(path)
        found = beyond_sse2(path)
        if isa in ('avx2', 'avx512'):
            wide += bool(found)
        else:
            check(not found, f'{name} has instructions that not every processor has', found)
        symbols = symbols_of[path]
        indirect = [name for kind, name in symbols if kind in 'iI']
        check(not indirect, f'{name} has functions that are chosen while it is loaded', indirect)
        if isa:
            # What the linker may take from one of several objects must not come from one for newer processors.
            given = [name for kind, name in symbols if kind in 'TWVuDBRCG']
            check(given == [f'bl_kernels_init_{isa}'], f'{name} gives others nothing but its table', given)
            constructors = re.findall(r'\.(?:init_array|ctors|preinit_array)\S*', output('objdump', '-h', path))
            check(not constructors, f'{name} does nothing when it is loaded', constructors)
    check(count > 100 and wide == 2, 'the objects were found, and the wide kernels are wide', count, wide)
    return count


# ---- the program, the plugin and the tests, emulated ----

def emulated(cpu, what, *words, environment=None):
    """Runs it there; what it said."""
    done = subprocess.run(['qemu-x86_64', '-cpu', cpu, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=dict(os.environ, **(environment or {})), check=False)
    said = QUIET.sub(b'', done.stdout).decode(errors='replace')
    check(done.returncode == 0, f'{what} on {cpu}', done.returncode, said[-2000:])
    return said


def check_golden(cpu, program, player):
    """The same bits as here. On its own, the program chooses what the processor has."""
    golden = os.path.join(SOURCE, 'tests', 'golden')
    emulator = ['qemu-x86_64', '-cpu', cpu]
    cases = [w for name in ('file/graph-lstm', 'file/graph-fir', 'file/nam-wavenet-rich', 'network/a2-lite',
                            'rig/cabinets') for w in ('--only', name)]
    for words in ([PYTHON, os.path.join(golden, 'golden.py'), *cases, *emulator, player, os.path.join(golden, 'models'),
                   os.path.join(SOURCE, 'assets')],
                  [PYTHON, os.path.join(golden, 'rigs.py'), '--only', 'c0fb9ee-slots', *emulator, program]):
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        said = QUIET.sub(b'', done.stdout).decode()
        check(done.returncode == 0, f'{os.path.basename(words[1])} on {cpu}', said[-2000:])
    check(said.strip().endswith('instruction sets ' + SETS[cpu]), f'{cpu} has {SETS[cpu]} and no more', said)


def check_program(cpu, program, folder):
    emulated(cpu, 'backline bench --help', program, 'bench', '--help')
    model = os.path.join(SOURCE, 'assets', 'backline-crunch.nam')
    check('WaveNet' in emulated(cpu, 'backline info', program, 'info', model), f'info says what it is on {cpu}')
    out = os.path.join(folder, 'out.wav')
    emulated(cpu, 'backline render', program, 'render', '--force', '-m', model, '--no-cab', '--gate=-50', '--bass=3',
             os.path.join(SOURCE, 'tests', 'golden', 'rigs', 'input.wav'), out)
    check(os.path.getsize(out) > 10000, f'render writes a recording on {cpu}')


def check_plugin(cpu):
    """In lv2bench, because lv2file gives plugins a feature whose URI points anywhere, where some processors' strcmp() ends."""
    bundles, host = os.path.join(BUILD, 'lv2'), shutil.which('lv2bench')
    if not os.path.exists(os.path.join(bundles, 'backline.lv2', 'backline.so')) or not host:
        print('The plugin or lv2bench is not here; it is not tried.')
        return
    said = emulated(cpu, 'the plugin in lv2bench', host, '-n', '2000', '-b', '100', 'urn:backline:rig',
                    environment={'LV2_PATH': bundles})
    check(said.strip().endswith('urn:backline:rig'), f'the plugin plays on {cpu}', said)


def check_tests(cpu):
    for name in ('activations', 'layer'):
        emulated(cpu, f'test-{name}', os.path.join(BUILD, 'tests', 'test-' + name),
                 environment={'BACKLINE_TEST_EFFORT': '2'})


def main():
    program = os.path.join(BUILD, 'tools', 'backline')
    player = os.path.join(BUILD, 'tests', 'golden', 'golden-player')
    count = check_objects()
    with tempfile.TemporaryDirectory(prefix='backline-old-') as folder:
        for cpu in SETS:
            check_golden(cpu, program, player)
            check_program(cpu, program, folder)
            check_plugin(cpu)
            check_tests(cpu)
    print(f'{count} objects; {checks - len(failures)} checks passed, {len(failures)} failed')
    sys.exit(bool(failures))


if __name__ == '__main__':
    main()
