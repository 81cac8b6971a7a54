"""backline bench. No test asserts a speed: machines differ, and this one may be busy."""
import itertools
import json
import math
import os
import re
import signal
import subprocess
import time

from cases_reports import MAN_PAGE, png_size
from support import RATE, TinyWaveNet

TINY = TinyWaveNet()
CRUNCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'assets', 'backline-crunch.nam')
SHORT = ('--seconds', '0.1')
BUILTINS = {'a1-standard': 13320, 'a1-feather': 2808, 'a1-nano': 732, 'a2-full': 11776, 'a2-lite': 1731,
            'lstm-1x16': 1104}
TOP_KEYS = {'peak_gflops', 'pinned_cpu', 'disturbed', 'base_block', 'results', 'kernels'}
RESULT_KEYS = {'name', 'file', 'cpu', 'block', 'sample_rate', 'macs_per_sample', 'share_of_peak', 'times_real_time',
               'gflops', 'p50_us', 'p99_us', 'max_us', 'blocks_measured', 'instances_per_core', 'relative_cost',
               'output_rms'}
KERNEL_KEYS = {'name', 'cpu', 'ns_per_value', 'share_of_peak'}
ALIAS_KEYS = {'name', 'file', 'sample_rate', 'oversample', 'alias_db', 'worst_alias_db', 'worst_hz', 'latency',
              'times_real_time', 'points'}


def bench(program, *words):
    """The report of backline bench --json, and what went wrong."""
    program.write('tiny.nam', TINY.file())
    program.write('other.nam', TinyWaveNet(seed=5).file(rate=44100))
    code, output, messages = program.run('bench', '--json', *SHORT, *words)
    return (json.loads(output) if code == 0 else None), (code, messages)


def instruction_sets(program):
    return program.run('--version')[1].split(':')[1].split()


def close(a, b, tolerance=1e-3):
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def check_row(check, row):
    what = f"{row['name']}, {row['cpu']}, {row['block']}"
    budget_us = 1e6 * row['block'] / row['sample_rate']
    check(set(row) == RESULT_KEYS, f'{what}: keys', set(row) ^ RESULT_KEYS)
    check(0 < row['p50_us'] <= row['p99_us'] * 1.001 and row['p99_us'] <= row['max_us'] * 1.001,
          f'{what}: times in order', row)
    check(row['blocks_measured'] >= 1 and row['share_of_peak'] > 0, f'{what}: something was measured', row)
    check(close(row['times_real_time'], budget_us / row['p50_us']), f'{what}: times real time', row)
    check(close(row['gflops'], 2e-9 * row['macs_per_sample'] * row['sample_rate'] * row['times_real_time']),
          f'{what}: GFLOP/s', row)
    exact = budget_us / row['p99_us']
    check(math.floor(exact * 0.999) <= row['instances_per_core'] <= math.floor(exact * 1.001),
          f'{what}: instances', row, exact)


def check_rows(check, found):
    """The share is a median of quotients, so that it is about the quotient of medians; an interruption may upset
    single rows."""
    for row in found['results']:
        check_row(check, row)
    ratios = sorted(row['share_of_peak'] / (row['gflops'] / found['peak_gflops'][row['cpu']])
                    for row in found['results'])
    check(1 / 3 < ratios[len(ratios) // 2] < 3, 'shares of the peak', ratios)


def test_one_row(program, check):
    found, failure = bench(program, '--block', '32', 'tiny.nam')
    check(failure == (0, ''), 'bench --json', failure)
    check(set(found) == TOP_KEYS and found['kernels'] == [] and found['base_block'] is None, 'keys', found)
    check(0 <= found['disturbed'] <= 1, 'disturbed', found['disturbed'])
    row, = found['results']
    macs = 2 + 3 * (2 * 2 * 3 + 2 + 4) + 2  # rechannel, three layers, head
    check((row['name'], row['file'], row['block'], row['sample_rate']) == ('tiny.nam', 'tiny.nam', 32, RATE), 'row',
          row)
    check(abs(row['macs_per_sample'] - macs) <= 1 and row['relative_cost'] is None, 'work', row)
    check(list(found['peak_gflops']) == [row['cpu']], 'peak', found['peak_gflops'])
    check_row(check, row)


def test_lists(program, check):
    best = instruction_sets(program)[-1]
    cpus = ['scalar', best] if best != 'scalar' else ['scalar']
    found, failure = bench(program, '--block', '16,64,7', '--cpu', ','.join(cpus), 'tiny.nam', 'other.nam')
    check(failure == (0, ''), 'lists', failure)
    rows = found['results']
    wanted = list(itertools.product(['tiny.nam', 'other.nam'], cpus, [16, 64, 7]))
    check([(row['name'], row['cpu'], row['block']) for row in rows] == wanted, 'rows in order', rows)
    check({row['name']: row['sample_rate'] for row in rows} == {'tiny.nam': 48000, 'other.nam': 44100}, 'rates', rows)
    check(found['base_block'] == 64 and set(found['peak_gflops']) == set(cpus), 'base and peaks', found)
    for base, row in ((rows[i - i % 3 + 1], row) for i, row in enumerate(rows)):
        cost = row['p50_us'] / row['block'] / (base['p50_us'] / base['block'])
        check(close(row['relative_cost'], cost), 'relative cost', row, cost)
    check_rows(check, found)
    found, failure = bench(program, '--block', '16,7', 'tiny.nam')
    check(found and found['base_block'] == 16, 'without 64 the first block is the base', failure, found)


def test_all(program, check):
    found, failure = bench(program, '--cpu', 'all', 'tiny.nam')
    check(found and [row['cpu'] for row in found['results']] == instruction_sets(program), '--cpu all', failure)
    found, failure = bench(program, '--block', 'all', 'tiny.nam')
    check(found and [row['block'] for row in found['results']] == [2**i for i in range(14)], '--block all', failure)


def test_builtin(program, check):
    found, failure = bench(program, '--builtin')
    check(failure == (0, ''), 'bench --builtin', failure)
    check({row['name']: row['macs_per_sample'] for row in found['results']} == BUILTINS, 'names and work',
          found['results'])
    check([row['name'] for row in found['results']] == list(BUILTINS), 'order', found['results'])
    for row in found['results']:
        check(1e-3 < row['output_rms'] < 10, f"{row['name']} is alive", row['output_rms'])
        check(row['file'] is None and row['sample_rate'] == RATE, f"{row['name']}: no file", row)
    check_rows(check, found)
    found, failure = bench(program, '--builtin', 'tiny.nam')
    check(found and [row['name'] for row in found['results']] == ['tiny.nam', *BUILTINS], 'files come first', failure)


def test_kernels(program, check):
    cpus = instruction_sets(program)[-2:]
    found, failure = bench(program, '--kernels', '--cpu', ','.join(cpus))
    check(failure == (0, '') and found['results'] == [], 'bench --kernels', failure)
    kernels = found['kernels']
    names = [kernel['name'] for kernel in kernels if kernel['cpu'] == cpus[0]]
    check(len(kernels) == len(cpus) * len(set(names)), 'every kernel once per instruction set', names)
    check({'affine, 6 x 4', 'tanh', 'lstm, 16', 'add'} <= set(names), 'some of the kernels', names)
    for kernel in kernels:
        multiplies = kernel['name'].startswith(('affine', 'lstm', 'gru', 'fir', 'product'))
        check(set(kernel) == KERNEL_KEYS and kernel['ns_per_value'] > 0, 'kernel', kernel)
        check((kernel['share_of_peak'] is not None) == multiplies, 'share of the peak', kernel)
    code, output, messages = program.run('bench', *SHORT, '--kernels', '--builtin')
    check(code == 0 and all(word in output for word in ('KERNEL', 'ns/VALUE', 'sigmoid', 'NETWORK', 'a2-lite')),
          'kernels and networks', output, messages)


def test_alias(program, check):
    """A network that distorts: each doubling of its rate leaves less that is no harmonic, and the figures are those of
    the points."""
    program.write('tiny.nam', TINY.file())
    code, output, messages = program.run('bench', '--json', '--alias', *SHORT, CRUNCH)
    check((code, messages) == (0, ''), 'bench --alias', code, messages)
    found = json.loads(output)
    check(set(found) == {'level_db', 'aliases'} and found['level_db'] == -12, 'keys', list(found))
    rows = found['aliases']
    check([row['oversample'] for row in rows] == [1, 2, 4, 8], 'factors', rows)
    check([row['latency'] for row in rows] == [0, 37, 42, 44], 'latencies', [row['latency'] for row in rows])
    for row in rows:
        check(set(row) == ALIAS_KEYS and row['name'] == 'backline-crunch.nam' and row['sample_rate'] == RATE, 'row', row)
        worst = max(row['points'], key=lambda point: point['alias_db'])
        check((worst['hz'], worst['alias_db']) == (row['worst_hz'], row['worst_alias_db']), 'worst', row)
        check(row['alias_db'] <= row['worst_alias_db'] and row['times_real_time'] > 0, 'total', row)
        check(len(row['points']) == 13 and abs(row['points'][0]['hz'] - 1000) < 30, 'points', row['points'])
    levels = [row['alias_db'] for row in rows]
    check(levels[0] > -60 and levels[1] < levels[0] - 20 and levels[2] < -100, 'it buys something', levels)
    code, output, _ = program.run('bench', '--alias', *SHORT, 'tiny.nam')
    check(code == 0 and all(word in output for word in ('tiny.nam', '48 kHz', 'ALIASES', 'LATENCY', ' dB')),
          'for people', output)
    for words, name in (((), 'MODEL'), (('--kernels', 'tiny.nam'), '--kernels'), (('--block', '16', 'tiny.nam'), '--block')):
        code, _, messages = program.run('bench', '--alias', *words)
        check(code == 2 and name in messages, f'--alias {words}', code, messages)


def test_json_keys_are_documented(program, check):
    manual = open(MAN_PAGE, encoding='utf-8').read().replace('\\-', '-')
    section = manual.split('.SS "Keys of backline bench --json"')[1].split('.SH')[0]
    keys = TOP_KEYS | RESULT_KEYS | KERNEL_KEYS | ALIAS_KEYS | {'level_db', 'aliases', 'hz'}
    missing = [key for key in keys if not re.search(rf'(?<!\w){key}(?!\w)', section)]
    check(not missing, 'all JSON keys are in the man page', missing)


def test_for_people(program, check):
    program.write('tiny.nam', TINY.file())
    code, output, _ = program.run('bench', *SHORT, 'tiny.nam')
    check(code == 0 and all(word in output for word in ('WaveNet', 'µs', 'REAL TIME', 'GFLOP/s', '48 kHz', '%')),
          'bench for people', output)
    check('COST' not in output, 'no cost where there is nothing to compare with', output)
    row = next(line for line in output.splitlines() if re.match(r'tiny\.nam +\w+ +64 ', line))
    head = next(line for line in output.splitlines() if line.startswith('NETWORK'))
    check(len(row) == len(head), 'columns stand below their names', head, row)
    output = program.run('bench', *SHORT, '--block', '16,64', 'tiny.nam')[1]
    check('COST' in output and re.search(r'^tiny.* 64 .* 1\.00$', output, re.M), 'cost', output)


def test_terminal_is_safe(program, check):
    program.write('evil\x1b]0;.nam', TINY.file())
    _, output, _ = program.run('bench', *SHORT, 'evil\x1b]0;.nam')
    check('evil?]0;.nam' in output and '\x1b' not in output, 'control characters', repr(output))


def test_plot(program, check):
    program.write('tiny.nam', TINY.file())
    words = ['bench', *SHORT, '--plot', 'curves.png', 'tiny.nam']
    code, output, messages = program.run(*words, '--block', '16,64')
    check(code == 0 and 'COST' in output and not messages, 'bench --plot', code, messages)
    size = png_size(program.file('curves.png'))
    check(size[0] == 1600 and size[1] >= 1000, 'size of the picture', size)
    code, _, messages = program.run(*words)
    check(code == 1 and '--force' in messages, 'bench --plot does not overwrite', code, messages)
    code, output, messages = program.run(*words, '--force')
    check(code == 0 and ' 8192 ' in output, 'all blocks where none are named', messages, output)


def test_signal(program, check):
    program.write('tiny.nam', TINY.file())
    process = program.start('bench', '--seconds', '600', '--plot', 'never.png', 'tiny.nam', stderr=subprocess.PIPE,
                            stdout=subprocess.PIPE)
    for _ in range(500):
        if any('.backline-' in name for name in os.listdir(program.folder)):
            break
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    output, messages = process.communicate(timeout=60)
    check(process.returncode == -signal.SIGINT and messages == b'backline bench: Interrupted.\n' and not output,
          'Ctrl-C', process.returncode, messages, output)
    check(not os.path.exists(program.file('never.png')), 'no picture after Ctrl-C')
