"""backline render --manifest: tables of renderings, parts of them, and going on where an earlier run ended."""
import csv
import io
import os
import pty
import shutil
import signal
import subprocess
import threading
import time

import numpy as np

from support import PLAIN, RATE, TinyWaveNet, error, read_wav, sound, wav

TINY = TinyWaveNet()
OTHER = TinyWaveNet(seed=9)
SLOW = ['--block', 1, '--cpu', 'scalar', '--threads', 1]


def read(program, name):
    with open(program.file(name), 'rb') as file:
        return file.read()


def exists(program, name):
    return os.path.exists(program.file(name))


def wait_until(holds):
    for _ in range(3000):
        if holds():
            return True
        time.sleep(0.01)
    return False


def everything(program, folder):
    """{path: bytes} of all files in a folder."""
    found = {}
    for where, _, names in os.walk(program.file(folder)):
        for name in names:
            path = os.path.relpath(os.path.join(where, name), program.file(folder))
            try:
                found[path] = read(program, os.path.join(folder, path))
            except FileNotFoundError:
                pass  # a temporary file that has got its name in the meantime
    return found


def outputs(program, folder):
    return {path: content for path, content in everything(program, folder).items() if '.backline' not in path}


def table(program, name, rows, header=('input', 'model', 'output', 'options')):
    text = io.StringIO(newline='')
    csv.writer(text).writerows([header, *rows])
    program.write(name, text.getvalue().encode())


def place(program, takes=5):
    """A folder "work" with recordings, models and a manifest; the names of the outputs."""
    shutil.rmtree(program.file('work'), ignore_errors=True)
    os.makedirs(program.file('work/raw'))
    program.write('work/tiny.nam', TINY.file())
    program.write('work/other.nam', OTHER.file())
    for i in range(takes):
        program.write(f'work/raw/take {i}.wav', wav(sound(3000 + 900 * i, seed=i)))
    table(program, 'work/jobs.csv',
          [[f'raw/take {i}.wav', ('tiny', 'other')[i % 2] + '.nam', f'out/{i % 2}/take {i}.wav', f'--output-gain {i}']
           for i in range(takes)])
    return [f'{i % 2}/take {i}.wav' for i in range(takes)]


def manifest(program, *words, name='work/jobs.csv', **more):
    return program.run('render', '--manifest', name, *words, **more)


def test_rows(program, check):
    """Each with its own model and options; the command line's hold for all of them."""
    names = place(program)
    code, output, messages = manifest(program, *PLAIN)
    check((code, output) == (0, '') and 'work/jobs.csv: 5 rendered, 0 skipped, 0 failed; 0.5 s of sound' in messages
          and 'times real time' in messages, 'all rendered', code, messages)
    check(sorted(outputs(program, 'work/out')) == sorted(names), 'names', outputs(program, 'work/out').keys())
    for i, name in enumerate(names):
        wanted = (TINY, OTHER)[i % 2].play(sound(3000 + 900 * i, seed=i)) * 10**(i / 20)
        check(error(read_wav(program.file('work/out/' + name))[0], wanted) < 1e-5, f'row {i}')
    before = everything(program, 'work')
    code, _, messages = manifest(program, *PLAIN)
    check(code == 0 and '0 rendered, 5 skipped, 0 failed' in messages and everything(program, 'work') == before,
          'a second time nothing is done', messages)


def test_what_makes_a_job(program, check):
    """A row is rendered again when, and only when, something changes that can be heard, or the output is not there."""
    names = place(program)
    manifest(program)

    def expect(what, rendered, *words):
        code, _, messages = manifest(program, *words)
        check(code == 0 and f'{rendered} rendered, {5 - rendered} skipped' in messages, what, code, messages)

    program.write('work/raw/take 0.wav', wav(sound(3000, seed=77)))
    expect('another recording', 1)
    program.write('work/other.nam', OTHER.file(sample_rate=44100))
    expect('another model', 2)
    expect('an option for all', 5, '--bass', '1')
    expect('the same option, said otherwise', 0, '--bass=1.0')
    expect('without it again', 5)
    expect('fewer cores, other blocks', 0, '--jobs', 1, '--threads', 3, '--block', 100)
    expect('another instruction set', 5, '--cpu', 'scalar')
    expect('and back', 5)
    expect('bits', 5, '--bits', 16)
    expect('and back again', 5)
    output = 'work/out/' + names[2]
    good = read(program, output)
    for what, content in (('a byte changed', good[:-3] + b'x' + good[-2:]), ('cut off', good[:-1]), ('empty', b''),
                          ('longer', good + b'\0')):
        program.write(output, content)
        expect(what, 1)
        check(read(program, output) == good, f'{what}: mended')
    os.remove(program.file(output))
    expect('lost', 1)
    record = f'work/out/0/.backline-jobs/{os.path.basename(output)}.job'
    for what, content in (('an empty record', b''), ('a record of noise', os.urandom(300)),
                          ('half a record', read(program, record)[:-20])):
        program.write(record, content)
        expect(what, 1)
    expect('--force', 5, '--force')
    os.rename(program.file('work'), program.file('moved'))
    shutil.rmtree(program.file('work'), ignore_errors=True)
    os.rename(program.file('moved'), program.file('work'))
    expect('a folder that was moved and back', 0)
    shutil.copytree(program.file('work'), program.file('copy'))
    code, _, messages = manifest(program, name='copy/jobs.csv')
    check(code == 0 and '5 skipped' in messages, 'a copy of all of it', messages)
    shutil.rmtree(program.file('copy'))


def test_files_that_are_not_ours(program, check):
    names = place(program)
    os.makedirs(program.file('work/out/1'))
    program.write('work/out/' + names[1], b'precious')
    code, _, messages = manifest(program)
    check(code == 11 and 'line 3: ' in messages and '--force' in messages and '4 rendered' in messages
          and read(program, 'work/out/' + names[1]) == b'precious', 'an existing file stays', code, messages)
    code, _, messages = manifest(program, '--force')
    check(code == 0 and read(program, 'work/out/' + names[1])[:4] == b'RIFF', 'unless --force', code, messages)


def test_same_bytes(program, check):
    """Whatever works at the same time, and as a command of its own."""
    names = place(program)
    found = []
    for words in (['--jobs', 1, '--threads', 1], ['--jobs', 1, '--threads', 4], ['-j5'], ['--jobs=2', '--threads', 5]):
        shutil.rmtree(program.file('work/out'), ignore_errors=True)
        code, _, messages = manifest(program, *words)
        check(code == 0, 'rendered', words, messages)
        found.append(everything(program, 'work/out'))
    check(all(one == found[0] for one in found), 'the same bytes for all numbers of jobs and threads')
    for i, name in enumerate(names):
        program.run('render', '-m', ('work/tiny.nam', 'work/other.nam')[i % 2], '--output-gain', i, '--force',
                    f'work/raw/take {i}.wav', 'alone.wav')
        check(read(program, 'alone.wav') == found[0][name], f'row {i} as a command of its own')


def test_columns(program, check):
    """Rigs, cabinets, several models, quotation marks, other orders, and paths."""
    place(program)
    impulse = np.zeros(64, np.float32)
    impulse[3] = 0.5
    program.write('work/cab.wav', wav(impulse))
    program.write('work/cab2.wav', wav(-impulse))
    program.run('render', '-m', 'work/tiny.nam', '-c', 'work/cab.wav', '--bass', '3', '--save-rig', 'work/a.rig.json')
    rows = [['out/rig.wav', 'a.rig.json', '', '', '', 'raw/take 1.wav'],
            ['out/cabs.wav', '', 'tiny.nam', 'cab.wav;cab2.wav', '--cab-blend=0.25', 'raw/take 1.wav'],
            [program.file('work/out/quoted, "so".wav'), '', 'tiny.nam', '',
             f'''-c "cab.wav" --model '{program.file("work/other.nam")}' --slot 2''', './raw/../raw/take 1.wav'],
            ['out/raw.flac', '', 'tiny.nam', '', '--bits 16', program.file('work/raw/take 1.wav')]]
    table(program, 'work/columns.csv', rows, ('output', 'rig', 'model', 'cabinets', 'options', 'input'))
    program.write('work/columns.csv', b'\xef\xbb\xbf' + read(program, 'work/columns.csv'))
    code, _, messages = manifest(program, name='work/columns.csv')
    check(code == 0 and '4 rendered' in messages, 'all columns', code, messages)
    for name, *words in (('rig.wav', '--rig', 'work/a.rig.json'),
                         ('cabs.wav', '-m', 'work/tiny.nam', '-c', 'work/cab.wav', '-c', 'work/cab2.wav', '--cab-blend', 0.25),
                         ('quoted, "so".wav', '-c', 'work/cab.wav', '-m', 'work/tiny.nam', '-m', 'work/other.nam', '--slot', 2),
                         ('raw.flac', '-m', 'work/tiny.nam', '--bits', 16)):
        alone = 'alone' + os.path.splitext(name)[1]
        program.run('render', '--force', *words, 'work/raw/take 1.wav', alone)
        check(read(program, alone) == read(program, 'work/out/' + name), name)
    table(program, 'work/two.csv', [['raw/take 0.wav', 'out/two.wav']], ('input', 'output'))
    code, _, messages = manifest(program, '-m', 'work/tiny.nam', '-c', 'work/cab.wav', name='work/two.csv')
    check(code == 0, 'model and cabinet of the command line', messages)
    program.run('render', '--force', '-m', 'work/tiny.nam', '-c', 'work/cab.wav', 'work/raw/take 0.wav', 'alone.wav')
    check(read(program, 'alone.wav') == read(program, 'work/out/two.wav'), 'lie where the command line says')
    shutil.copy(program.file('work/tiny.nam'), program.file('work/inside.nam'))
    code, _, messages = program.run('render', '-m', 'inside.nam', '--manifest', 'work/two.csv')
    check(code == 11 and 'inside.nam' in messages, 'and nowhere else', code, messages)


def refuse(program, check, what, content, *hints, words=(), code=1):
    """Nothing is rendered, and sentences say why, each in a line."""
    if content is not None:
        program.write('work/bad.csv', content)
    shutil.rmtree(program.file('work/out'), ignore_errors=True)
    found, output, messages = manifest(program, *words, name='work/bad.csv')
    lines = messages.splitlines()
    check(found == code and not output and len(lines) == len(hints) + (code == 2) and
          all(line.startswith('backline render: ') for line in lines[:len(hints)]), what, found, messages)
    for hint, line in zip(hints, lines):
        check(hint in line, f'{what}: {hint}', messages)
    check(not exists(program, 'work/out'), f'{what}: nothing is rendered')


def test_refused(program, check):
    place(program)
    top = b'input,model,output,options\n'
    good = b'raw/take 0.wav,tiny.nam,out/a.wav,\n'
    big = b'"' + b'x' * 70000 + b'"'
    for what, content, *hints in (
            ('an empty file', b'', 'empty'),
            ('only empty lines', b'\xef\xbb\xbf\r\n\r\n', 'empty'),
            ('no rows', top, 'no row'),
            ('no input', b'model,output\ntiny.nam,a.wav\n', 'line 1: The column "input" is missing'),
            ('no output', b'model,input\ntiny.nam,a.wav\n', 'line 1: The column "output" is missing'),
            ('nothing that plays', b'input,output\nraw/take 0.wav,out/a.wav\n', '"rig" or "model"'),
            ('an unknown column', b'input,output,modle\na,b.wav,c\n', 'did you mean "model"'),
            ('semicolons', b'input;output;model\na;b.wav;c\n', 'line 1', ),
            ('a column twice', b'input,output,input\n', 'twice'),
            ('a row that is too short', top + good + b'raw/take 0.wav,tiny.nam\n', 'line 3: The first line names 4 columns'),
            ('a row that is too long', top + b'a,b,c.wav,,,\n' + good, 'line 2: '),
            ('an empty input', top + b',tiny.nam,out/a.wav,\n', 'line 2: The column "input" is empty'),
            ('an empty output', top + b'raw/take 0.wav,tiny.nam,,\n', 'line 2: The column "output" is empty'),
            ('neither rig nor model', top + b'raw/take 0.wav,,out/a.wav,\n', 'line 2: This row names neither'),
            ('an open quotation mark', top + good + b'"raw,tiny.nam\n\n\n', 'line 3: A quotation mark that opens'),
            ('an open quotation mark in options', top + b'a.wav,tiny.nam,out/a.wav,--bass \'1\n', 'line 2: A quotation mark'),
            ('a quotation mark within', top + b'a "b".wav,tiny.nam,out/a.wav,\n', 'line 2: A field with a quotation mark'),
            ('a zero byte', top + good + b'a\0b,tiny.nam,out/a.wav,\n', 'line 3: There is a zero byte'),
            ('UTF-16', 'input,output'.encode('utf-16'), 'line 1: There is a zero byte'),
            ('a field that is too long', top + big + b',tiny.nam,out/a.wav,\n', 'line 2: A record may have'),
            ('too many columns', b',' * 100, 'line 1: This line has too many columns'),
            ('no such option', top + b'raw/take 0.wav,tiny.nam,out/a.wav,--bas 3\n', 'line 2: There is no option --bas; did you mean --bass'),
            ('an option that is not of one recording', top + b'raw/take 0.wav,tiny.nam,out/a.wav,--threads 3\n', 'no option --threads'),
            ('an option that is out of range', top + b'raw/take 0.wav,tiny.nam,out/a.wav,--bass 99\n', 'line 2: --bass wants'),
            ('a word among options', top + b'raw/take 0.wav,tiny.nam,out/a.wav,bass 3\n', 'line 2: "bass" is one file name too many'),
            ('a format that does not exist', top + b'raw/take 0.wav,tiny.nam,out/a.xyz,\n', 'the ending of the name'),
            ('bits that a format has not', top + b'raw/take 0.wav,tiny.nam,out/a.flac,--bits 32f\n', '--bits 24'),
            ('raw with a tone', top + b'raw/take 0.wav,tiny.nam,out/a.wav,--raw --bass 3\n', '--raw'),
            ('three cabinets', b'input,model,output,cabinets\na.wav,tiny.nam,out/a.wav,a;b;c\n', 'two impulse responses'),
            ('an empty cabinet', b'input,model,output,cabinets\na.wav,tiny.nam,out/a.wav,a;\n', 'empty path'),
            ('several lines', top + b',,,\n' + good + b'a,tiny.nam,b.wav,--x\n', 'line 2'),
            ('the same output', top + good + b'raw/take 1.wav,tiny.nam,./out/../out//a.wav,\n', 'line 3: work/./out/../out//a.wav is already the output of line 2'),
            ('an output that is an input', top + b'raw/take 0.wav,tiny.nam,raw/../raw/take 1.wav,\nraw/take 1.wav,tiny.nam,out/a.wav,\n',
             'line 2: work/raw/../raw/take 1.wav would be overwritten, which line 3 reads'),
            ('an output that is its own input', top + b'raw/take 0.wav,tiny.nam,raw/take 0.wav,\n', 'line 2'),
            ('an output that is a cabinet', b'input,model,output,cabinets\nraw/take 0.wav,tiny.nam,out/c.wav,out/c.wav\n', 'would be overwritten')):
        refuse(program, check, what, content, *hints)
    os.symlink('raw', program.file('work/link'))
    refuse(program, check, 'the same output through a link', top + b'raw/take 0.wav,tiny.nam,raw/x/a.wav,\n'
           b'raw/take 1.wav,tiny.nam,link/x/a.wav,\n', 'already the output of line 2')
    rows = b''.join(b'raw/take 0.wav,tiny.nam,out/%d.wav,--bass 99\n' % i for i in range(50))
    refuse(program, check, 'many mistakes', top + rows, *[f'line {i}:' for i in range(2, 22)], 'these are the first 20')
    refuse(program, check, 'many outputs of one name', top + good * 50, *['already the output'] * 20, 'these are the first 20')
    refuse(program, check, 'not too many mistakes', top + b'a,b\n' * 20, *[f'line {i}:' for i in range(2, 22)])
    os.symlink('take 1.wav', program.file('work/raw/alias.wav'))
    refuse(program, check, 'an input through a link', top + b'raw/take 0.wav,tiny.nam,raw/new.wav,\n'
           b'raw/take 1.wav,tiny.nam,raw/alias.wav,\n', 'line 3: work/raw/alias.wav would be overwritten')
    program.write('work/bad.csv', top + good)
    refuse(program, check, 'the model twice', None, '--model', words=['-m', 'work/tiny.nam'])
    os.remove(program.file('work/bad.csv'))
    refuse(program, check, 'no such file', None, 'No such file')
    os.mkdir(program.file('work/bad.csv'))
    refuse(program, check, 'a folder', None, 'directory')


def test_wrong_usage(program, check):
    place(program)
    for what, hint, *words in (('a file name', 'too many', 'in.wav'), ('a folder', '--output', '-o', 'x'),
                               ('a rig to save', '--save-rig', '--save-rig', 'x'), ('no job', '"0"', '--jobs', 0),
                               ('too many jobs', '256', '--jobs', 257), ('shard 0', '"0/2"', '--shard', '0/2'),
                               ('shard 3/2', '"3/2"', '--shard', '3/2'), ('a word for a shard', '"x"', '--shard', 'x'),
                               ('a setting', '--bass', '--bass', 99), ('a thread', '--threads', '--threads', 0)):
        shutil.copy(program.file('work/jobs.csv'), program.file('work/bad.csv'))
        refuse(program, check, what, None, hint, words=words, code=2)
    for option in ('--jobs=2', '--shard=1/2'):
        code, _, messages = program.run('render', option, 'in.wav', 'out.wav')
        check(code == 2 and '--manifest' in messages, f'{option} without a manifest', messages)
    for words, hint in ((['--jobs=0'], '"0"'), (['--jobs=2', '--threads=2'], '--threads')):
        code, _, messages = program.run('render', *words, 'in.wav', '-o', 'folder')
        check(code == 2 and hint in messages, f'{" ".join(words)} for a folder', messages)


def test_failures(program, check):
    """Each is one sentence with the line, and no other row minds."""
    names = place(program)
    program.write('work/noise.wav', os.urandom(5000))
    program.write('work/noise.nam', b'{}')
    program.run('render', '-m', 'work/tiny.nam', 'work/raw/take 4.wav', 'cut.flac')
    program.write('work/cut.flac', read(program, 'cut.flac')[:6000])
    program.write('work/file', b'')
    bad = [('raw/no.wav', 'tiny.nam', 'out/1.wav', '', 'No such file'),
           ('noise.wav', 'tiny.nam', 'out/2.wav', '', 'noise.wav'),
           ('raw/take 1.wav', 'noise.nam', 'out/3.wav', '', 'noise.nam'),
           ('raw/take 1.wav', 'no.nam', 'out/4.wav', '', 'no.nam'),
           ('cut.flac', 'tiny.nam', 'out/5.wav', '', 'cut.flac'),
           ('raw/take 1.wav', 'tiny.nam', 'file/6.wav', '', 'file'),
           ('raw/take 1.wav', 'tiny.nam', 'out/7.wav', '--param x=1', 'no knobs'),
           ('raw/take 1.wav', 'tiny.nam', 'out/8.wav', '--rig no.rig.json', 'no.rig.json')]
    good = [[f'raw/take {i}.wav', 'tiny.nam', f'out/good{i}.wav', ''] for i in range(4)]
    rows = [list(row[:4]) for row in bad]
    table(program, 'work/mixed.csv', [*rows[:3], *good[:2], *rows[3:], *good[2:]])
    for words in ([], ['-j1'], ['-j9']):
        shutil.rmtree(program.file('work/out'), ignore_errors=True)
        code, _, messages = manifest(program, *words, name='work/mixed.csv')
        lines = messages.splitlines()
        check(code == 10 + len(bad), 'the exit code counts', code, messages)
        check(f'4 rendered, 0 skipped, {len(bad)} failed' in lines[-1] and len(lines) == len(bad) + 1, 'one sentence for each',
              messages)
        for i, row in enumerate(bad):
            line = i + 2 + 2 * (i > 2)
            check(any(f'work/mixed.csv, line {line}: ' in one and row[4] in one for one in lines), f'line {line}', messages)
        check(sorted(outputs(program, 'work/out')) == [f'good{i}.wav' for i in range(4)], 'the good are there',
              sorted(outputs(program, 'work/out')))
    code, _, messages = manifest(program, name='work/mixed.csv')
    check(code == 10 + len(bad) and '0 rendered, 4 skipped' in messages, 'again', code, messages)
    table(program, 'work/many.csv', [['raw/no.wav', 'tiny.nam', f'out/{i}.wav', ''] for i in range(150)])
    code, _, messages = manifest(program, name='work/many.csv')
    check(code == 110 and '150 failed' in messages, 'no more than 100 are counted', code)


def test_notes_have_lines(program, check):
    place(program)
    table(program, 'work/jobs.csv', [['raw/take 0.wav', 'tiny.nam', 'out/a.wav', '--output-gain 40 --bits 16']])
    code, _, messages = manifest(program)
    check(code == 0 and 'note: work/jobs.csv, line 2: ' in messages and '--output-gain' in messages, 'a note', messages)


def children(pid):
    """Of a process, by what the system knows."""
    with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
        return [int(word) for word in file.read().split()]


def slow(program, takes=3):
    """A manifest of which the first row is done at once and the others take a while; its outputs' names."""
    place(program, 0)
    program.write('work/raw/short.wav', wav(sound()))
    program.write('work/raw/long.wav', wav(sound(600 * RATE)))
    names = ['short.wav', *(f'long{i}.wav' for i in range(takes))]
    table(program, 'work/jobs.csv', [[f'raw/{"short" if i == 0 else "long"}.wav', 'tiny.nam', f'out/{name}', '']
                                     for i, name in enumerate(names)])
    return names


def begin(program, *words):
    """Until the short row is done and a long one is begun."""
    process = program.start('render', '--manifest', 'work/jobs.csv', *map(str, SLOW), *words, stderr=subprocess.PIPE)
    begun = wait_until(lambda: 'short.wav' in everything(program, 'work/out') and
                       any('.long' in name for name in everything(program, 'work/out')))
    return process, begun


def shorten(program):
    """So that what is not begun is quickly done."""
    program.write('work/raw/new.wav', wav(sound(8000)))
    os.replace(program.file('work/raw/new.wav'), program.file('work/raw/long.wav'))


def test_interrupted(program, check):
    for number in (signal.SIGINT, signal.SIGTERM):
        names = slow(program)
        process, begun = begin(program, '--jobs', 2)
        process.send_signal(number)
        _, messages = process.communicate(timeout=60)
        check(begun and process.returncode == -number and
              messages.decode() == 'backline render: Interrupted; 1 of 4 jobs are done, and the same command goes on with the '
              'others.\n', 'interrupted', begun, process.returncode, messages)
        check(sorted(everything(program, 'work/out')) == ['.backline-jobs/short.wav.job', 'short.wav'], 'nothing is left of others',
              sorted(everything(program, 'work/out')))
        shorten(program)
        code, _, messages = manifest(program, *SLOW)
        check(code == 0 and '3 rendered, 1 skipped' in messages and sorted(outputs(program, 'work/out')) == sorted(names),
              'the next run goes on', code, messages)


def test_killed(program, check):
    """A process of one row: that row has failed. The parent: its children end by themselves."""
    names = slow(program)
    process, begun = begin(program, '--jobs', 1)
    shorten(program)
    os.kill(children(process.pid)[0], signal.SIGKILL)
    _, messages = process.communicate(timeout=60)
    check(begun and process.returncode == 11 and b'line 3: The process' in messages and b'3 rendered' in messages,
          'one process was killed', process.returncode, messages)
    code, _, messages = manifest(program, *SLOW)
    check(code == 0 and '1 rendered, 3 skipped' in messages and sorted(outputs(program, 'work/out')) == sorted(names) and
          not any('.backline-' in os.path.basename(name) for name in everything(program, 'work/out')),
          'the next run mends that', code, messages, sorted(everything(program, 'work/out')))
    slow(program)
    process, begun = begin(program, '--jobs', 2)
    workers = children(process.pid)
    process.kill()
    process.communicate(timeout=60)
    check(begun and workers and wait_until(lambda: not any(os.path.exists(f'/proc/{pid}') for pid in workers)),
          'children do not outlive their parent', workers)


def test_shards(program, check):
    names = place(program, 7)
    manifest(program)
    whole = everything(program, 'work/out')
    shutil.rmtree(program.file('work/out'))
    for number in (1, 2, 3):
        code, _, messages = manifest(program, '--shard', f'{number}/3')
        count = (3, 2, 2)[number - 1]
        check(code == 0 and f'work/jobs.csv, shard {number}/3: {count} rendered, 0 skipped, 0 failed' in messages,
              f'shard {number}', code, messages)
    check(everything(program, 'work/out') == whole, 'shards together are the whole')
    os.remove(program.file('work/out/' + names[4]))
    for number, rendered in ((1, 0), (2, 1), (3, 0)):
        code, _, messages = manifest(program, '--shard', f'{number}/3')
        check(f'{rendered} rendered' in messages, 'shards do not depend on what is finished', messages)
    code, _, messages = manifest(program, '--shard', '9/9')
    check(code == 0 and '0 rendered, 0 skipped, 0 failed' in messages, 'an empty shard', code, messages)


def test_bar(program, check):
    """One for all."""
    place(program, 0)
    program.write('work/raw/minute.wav', wav(sound(30 * RATE)))
    table(program, 'work/jobs.csv', [['raw/minute.wav', 'tiny.nam', f'out/{i}.wav', ''] for i in range(3)])
    ours, theirs = pty.openpty()
    shown = []

    def listen():
        try:
            while piece := os.read(ours, 4096):
                shown.append(piece)
        except OSError:
            pass  # how a terminal says that the other side is gone

    reader = threading.Thread(target=listen)
    reader.start()
    process = program.start('render', '--manifest', 'work/jobs.csv', *map(str, SLOW), '--jobs', '2', stderr=theirs)
    os.close(theirs)
    code = process.wait(120)
    reader.join()
    os.close(ours)
    text = b''.join(shown).decode()
    shares = [int(part.split()[-1]) for part in text.split(' %')[:-1]]
    check(code == 0 and shares == sorted(shares) and len(set(shares)) > 3 and shares[-1] <= 100 and '3 rendered' in text,
          'progress bar', code, shares, repr(text[-300:]))
