#!/usr/bin/python3
"""cluster.py BACKLINE: parts of a manifest rendered side by side by GNU parallel, one of them killed midway; and the
commands of docs/cluster.md as they stand there. Needs NumPy and GNU parallel; without the latter it is skipped."""
import os
import re
import shutil
import signal
import subprocess
import sys

sys.dont_write_bytecode = True  # the source folder stays clean

from cases_manifest import children, everything, outputs, table, wait_until
from support import RATE, Program, Results, TinyWaveNet, run_cases, sound, wav

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
ROWS = 12
WORDS = ['--block', '1', '--cpu', 'scalar', '--threads', '1', '--jobs', '2']


def place(program):
    """Rows 3 and 4 take a while: one in each of two shards."""
    shutil.rmtree(program.file('work'), ignore_errors=True)
    os.makedirs(program.file('work/raw'))
    program.write('work/tiny.nam', TinyWaveNet().file())
    for i in range(ROWS):
        program.write(f'work/raw/{i}.wav', wav(sound((60 if i in (2, 3) else 1) * RATE // 2 + i, seed=i)))
    table(program, 'work/jobs.csv', [[f'raw/{i}.wav', 'tiny.nam', f'out/{i}.wav', f'--bass {i}'] for i in range(ROWS)])


def parallel(program, *words, **more):
    """GNU parallel on a shell of its own, in the folder "work"."""
    environment = dict(program.environment, PATH=os.path.dirname(program.path) + ':' + os.environ['PATH'],
                       HOME=program.folder)  # where parallel keeps its own files
    return subprocess.Popen(['parallel', '--will-cite', *words], cwd=program.file('work'), env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **more)


def two_shards(program):
    return parallel(program, '-j2', 'backline', 'render', '--manifest', 'jobs.csv', *WORDS, '--shard', '{}/2', ':::', '1',
                    '2')


def find_shard(program, word):
    """The process of that shard, by its command line and its folder."""
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/cmdline', 'rb') as file:
                words = file.read().split(b'\0')
            here = os.path.samefile(f'/proc/{pid}/cwd', program.file('work'))
        except OSError:
            continue
        if here and words[0].endswith(b'backline') and word.encode() in words and children(int(pid)):
            return int(pid)
    return None


def kill_at_once(pid):
    """The process and those that it has started, without a chance for any to react."""
    os.kill(pid, signal.SIGSTOP)
    for child in children(pid):
        os.kill(child, signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)


def test_killed_midway(program, check):
    place(program)
    code, _, messages = program.run('render', '--manifest', 'work/jobs.csv', *WORDS)
    check(code == 0, 'an undisturbed run', messages)
    wanted = everything(program, 'work/out')
    check(len(outputs(program, 'work/out')) == ROWS, 'has all outputs')
    shutil.rmtree(program.file('work/out'))

    process = two_shards(program)
    # shard 1 has rows 1, 3, 5, ...: it is at the long third one, and has finished some
    check(wait_until(lambda: '0.wav' in outputs(program, 'work/out') and
                     any(name.startswith('.2.wav.backline-') for name in everything(program, 'work/out'))), 'midway')
    kill_at_once(find_shard(program, '1/2'))
    said, _ = process.communicate(timeout=120)
    found = everything(program, 'work/out')
    left = [name for name in found if '.backline-' in os.path.basename(name)]
    check(process.returncode == 1 and b'shard 2/2: 6 rendered' in said, 'the other shard is complete', process.returncode,
          said)
    check('.2.wav.backline-' in ''.join(left) and '2.wav' not in found, 'the killed one has left something behind', left)
    check(all(wanted[name] == content for name, content in outputs(program, 'work/out').items()), 'nothing is half-written')
    done = {name: os.stat(program.file('work/out/' + name)).st_mtime_ns for name in outputs(program, 'work/out')}
    finished = [name for name in done if found.get(f'.backline-jobs/{name}.job') == wanted[f'.backline-jobs/{name}.job']]

    process = two_shards(program)
    said, _ = process.communicate(timeout=120)
    check(process.returncode == 0, 'again', said)
    check(everything(program, 'work/out') == wanted, 'equal to the undisturbed run: nothing lost, nothing too much',
          sorted(everything(program, 'work/out')))
    check(all(os.stat(program.file('work/out/' + name)).st_mtime_ns == done[name] for name in finished) and
          len(finished) >= 7, 'nothing was done twice', finished)
    counts = re.findall(rb'(\d+) rendered, (\d+) skipped, (\d+) failed', said)
    check(len(counts) == 2 and sum(int(n) for n in sum(counts, ())) == ROWS and
          sum(int(count[0]) for count in counts) == ROWS - len(finished), 'the sums', said)


def doc_scripts():
    with open(os.path.join(ROOT, 'docs', 'cluster.md'), encoding='utf-8') as file:
        return re.findall(r'```sh\n(.*?)```', file.read(), re.S)


def run_script(program, text, **variables):
    """As this machine can: with an instruction set that it has."""
    program.write('work/script.sh', text.replace('--cpu avx2', '--cpu scalar').encode())
    environment = dict(program.environment, HOME=program.folder, **variables,
                       PATH=program.folder + ':' + os.path.dirname(program.path) + ':' + os.environ['PATH'])
    done = subprocess.run(['sh', 'script.sh'], cwd=program.file('work'), env=environment, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout.decode()


def test_commands_of_the_page(program, check):
    place(program)
    for i in (2, 3):
        program.write(f'work/raw/{i}.wav', wav(sound(seed=i)))
    program.run('render', '--manifest', 'work/jobs.csv', '--cpu', 'scalar')
    wanted = everything(program, 'work/out')
    slurm, many = doc_scripts()

    shutil.rmtree(program.file('work/out'))
    program.write('srun', b'#!/bin/sh\nshift\nexec "$@"\n')
    os.chmod(program.file('srun'), 0o755)
    array = re.search(r'--array=1-(\d+)', slurm)[1]
    check(f'/{array}"' in slurm, 'as many parts as the array has')
    for task in range(1, int(array) + 1):
        code, said = run_script(program, slurm, SLURM_ARRAY_TASK_ID=str(task), SLURM_CPUS_PER_TASK='2')
        check(code == 0 and f'shard {task}/{array}' in said, f'task {task}', code, said)
    check(everything(program, 'work/out') == wanted, 'the Slurm script renders everything')

    shutil.rmtree(program.file('work/out'))
    program.write('work/machines.txt', b':\n')
    os.makedirs(program.file('.parallel'), exist_ok=True)
    program.write('.parallel/will-cite', b'')
    code, said = run_script(program, many)
    check(code == 0 and said.count('rendered, 0 skipped, 0 failed') == 8, 'the command for GNU parallel', code, said)
    check(everything(program, 'work/out') == wanted, 'renders everything')


def main():
    if not shutil.which('parallel'):
        print('GNU parallel is not installed')
        sys.exit(77)
    program, results = Program(sys.argv[1]), Results()
    try:
        run_cases(sys.modules[__name__], program, results)
    finally:
        shutil.rmtree(program.folder)
    print(f'{results.passed} passed, {results.failed} failed')
    sys.exit(bool(results.failed))


main()
