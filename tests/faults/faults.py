"""What the tests of faults share: a folder of small files, commands to disturb, and what must hold afterwards."""
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True  # the source folder stays clean
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tools'))

import numpy as np

from support import Program, Results, TinyWaveNet, sound, wav

EFFORT = int(os.environ.get('BACKLINE_TEST_EFFORT', '100'))  # a percentage; 10000 tries everything


class Command:
    """A command, what it writes, and the exit codes that a failure may have."""

    def __init__(self, name, words, outputs, codes=(1,), stdin=None):
        self.name, self.words, self.outputs, self.codes, self.stdin = name, words, outputs, codes, stdin


COMMANDS = [
    Command('render', ['render', '-m', 'tiny.nam', '-c', 'cab.wav', '--threads', '2', 'in.wav', 'out/a.wav'], ['a.wav']),
    Command('a rig', ['render', '--rig', 'a.rig.json', '--oversample', '2', '--bits', '24', 'in.wav', 'out/a.wav'], ['a.wav']),
    Command('the network alone', ['render', '--raw', '-m', 'tiny.nam', 'in.wav', 'out/a.wav'], ['a.wav']),
    Command('FLAC', ['render', '-m', 'tiny.nam', 'in.wav', 'out/a.flac'], ['a.flac']),
    Command('a folder', ['render', '-m', 'tiny.nam', 'in.wav', 'other.wav', '-o', 'out'], ['in.wav', 'other.wav'], (1, 11, 12)),
    Command('a manifest', ['render', '--manifest', 'jobs.csv', '--jobs', '1'], ['1.wav', '2.wav'], (1, 11, 12)),
    Command('a rig file', ['render', '-m', 'tiny.nam', '-c', 'cab.wav', '--save-rig', 'out/new.rig.json'], ['new.rig.json']),
    Command('convert', ['convert', 'tiny.nam', 'out/a.safetensors'], ['a.safetensors']),
    Command('info', ['info', '--json', 'tiny.nam'], []),
    Command('stream', ['stream', '-m', 'tiny.nam', '--format', 's16', '--rate', '48000'], [], stdin='in.raw'),
]


class Place(Program):
    """A folder with files for these commands."""

    def __init__(self, path):
        super().__init__(path)
        self.environment['TZ'] = 'UTC0'  # libc reads no files for it
        impulse = np.zeros(64, np.float32)
        impulse[3] = 0.5
        self.write('tiny.nam', TinyWaveNet().file())
        self.write('cab.wav', wav(impulse))
        self.write('in.wav', wav(sound(6000)))
        self.write('other.wav', wav(sound(5000, seed=3)))
        self.write('in.raw', (sound(4000, seed=4) * 30000).astype('<i2').tobytes())
        self.write('jobs.csv', b'input,model,output\nin.wav,tiny.nam,out/1.wav\nother.wav,tiny.nam,out/2.wav\n')
        done = self.run('render', '-m', 'tiny.nam', '-c', 'cab.wav', '--save-rig', 'a.rig.json')
        assert done[0] == 0, done
        self.clear()

    def clear(self):
        shutil.rmtree(self.file('out'), ignore_errors=True)
        os.mkdir(self.file('out'))

    def try_command(self, command, **environment):
        """Exit code, standard output, messages."""
        stdin = open(self.file(command.stdin), 'rb') if command.stdin else subprocess.DEVNULL
        done = subprocess.run([self.path, *command.words], cwd=self.folder, stdin=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=60, env=dict(self.environment, **environment))
        return done.returncode, done.stdout, done.stderr.decode(errors='replace')

    def everything(self, folder='out'):
        found = {}
        for path, _, names in os.walk(self.file(folder)):
            for name in names:
                if not os.path.isfile(os.path.join(path, name)):
                    continue  # nobody writes into the FIFO that test_no_files left
                with open(os.path.join(path, name), 'rb') as file:
                    found[os.path.relpath(os.path.join(path, name), self.file(folder))] = file.read()
        return found


def judge(place, check, command, what, done, good, wanted):
    """Success and the same output, or failure with sentences and none; in any case no half and no temporary file. Returns
    whether it failed. good: what the command gives undisturbed; wanted: its files."""
    code, output, messages = done
    found = place.everything()
    what = f'{command.name}: {what}'
    temporary = [name for name in found if '.backline-' in os.path.basename(name)]
    check(not temporary, f'{what}: temporary files', temporary, code, messages)
    wrong = [name for name in command.outputs if name in found and found[name] != wanted[name]]
    check(not wrong, f'{what}: wrong outputs', wrong, code, messages)
    if code == 0:
        check(output == good[1] and all(name in found for name in command.outputs), f'{what}: success without output', messages)
        return False
    lines = [line for line in messages.splitlines() if line.startswith('backline')]
    check(code in command.codes, f'{what}: exit code {code}', messages)
    check(bool(lines) and all(line.rstrip().endswith(('.', ')')) for line in lines), f'{what}: sentences', messages)
    if len(command.outputs) == 1:
        check(not found, f'{what}: something was left', list(found), messages)
    return True


def preload_or_skip(library):
    if library == 'none':
        print('In a sanitized build no library can be put before the program.')
        sys.exit(77)


def finish(place, results):
    shutil.rmtree(place.folder)
    print(f'{results.passed} passed, {results.failed} failed')
    sys.exit(bool(results.failed))
