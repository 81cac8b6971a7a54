"""What the tests of `backline live` share: a home of its own for the program, a JACK server without a sound card, and
the program while it plays."""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
from scipy.io import wavfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'hosts'), os.path.join(HERE, '..', 'tools')]
from sound import RATE, read  # noqa: E402
from support import Results  # noqa: E402,F401

SOURCE = os.path.normpath(os.path.join(HERE, '..', '..'))
CRUNCH = os.path.join(SOURCE, 'assets', 'backline-crunch.nam')
CABINET = os.path.join(SOURCE, 'assets', 'backline-cabinet.wav')
LEAD, TAIL = 24000, 4096
SILENCE = 'does not answer'
starting = threading.Lock()  # of a server
# ALSA without a card: one device, which takes and gives nothing. An empty file would make PortAudio 19.6 abort.
NULL_DEVICE = 'pcm.!default { type null }\npcm.null { type null }\nctl.!default { type null }\n'


def wait_for(ask, patience=30):
    """The first answer of ask() that is not nothing, or the last one."""
    until = time.monotonic() + patience
    answer = ask()
    while not answer and time.monotonic() < until:
        time.sleep(0.05)
        answer = ask()
    return answer


class Desk:
    """A folder that is home and configuration of the program; ends everything that was started in it."""

    def __init__(self, backline, loop):
        self.backline, self.loop = os.path.abspath(backline), os.path.abspath(loop)
        self.folder = tempfile.mkdtemp(prefix='backline-desk-')
        self.running = []
        self.of_program = {}  # what the program's environment has besides, while it plays
        self.environment = {
            'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'HOME': self.folder, 'TMPDIR': self.folder,
            'XDG_CONFIG_HOME': self.path('config'), 'ALSA_CONFIG_PATH': self.write('asound.conf', NULL_DEVICE),
            'JACK_DEFAULT_SERVER': 'backline-none', 'JACK_NO_START_SERVER': '1', 'JACK_NO_AUDIO_RESERVATION': '1'}
        self.environment.update({k: v for k, v in os.environ.items() if k.endswith('SAN_OPTIONS')})

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(text)
        return self.path(name)

    def recording(self, name, sound):
        wavfile.write(self.path(name), RATE, np.ascontiguousarray(np.asarray(sound, np.float32).T))
        return self.path(name)

    def start(self, *words, besides=None, **more):
        process = subprocess.Popen(list(map(str, words)), cwd=self.folder, env={**self.environment, **(besides or {})},
                                   stdin=subprocess.DEVNULL, **more)
        self.running.append(process)
        return process

    def run(self, *words, timeout=90):
        """Exit code, standard output and standard error."""
        process = self.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            out, error = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, error = process.communicate()
        self.running.remove(process)
        return process.returncode, out.decode(), error.decode()

    def program(self, *words):
        """Clients of the same name that begin at the same time get into each other's way, even at different servers, because
        JACK's library names their sockets only after them: then once more."""
        done = self.run(self.backline, *words)
        return self.run(self.backline, *words) if SILENCE in done[2] else done

    def render(self, recording, *words, lead=LEAD):
        """What `backline render` makes of a recording behind so much silence."""
        padded = self.recording('lead.wav', np.pad(read(recording), ((0, 0), (lead, TAIL))))
        code, _, said = self.program('render', '--force', '--bits=32f', *words, padded, 'reference.wav')
        if code:
            raise RuntimeError(said)
        return read(self.path('reference.wav'))[:, lead:]

    def end(self, process, patience=15):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process in self.running:
            self.running.remove(process)

    def close(self):
        for process in reversed(list(self.running)):
            self.end(process)
        shutil.rmtree(self.folder, ignore_errors=True)


class Server:
    """jackd with its dummy driver, whose cycles wait for all clients: a slow machine makes it late, but loses nothing.
    A server that is killed keeps one of the eight places that the library has for names; one that begins and ends under
    the same name gives it back."""

    def __init__(self, desk, period=64, rate=RATE, realtime=False):
        self.desk, self.period, self.rate = desk, period, rate
        self.priority = ['-R', '-P', '60'] if realtime and os.geteuid() == 0 else ['-r']
        self.name = f'backline-live-{os.getpid()}-{time.monotonic_ns() % 1000000}'
        desk.environment['JACK_DEFAULT_SERVER'] = self.name
        self.begin()

    def begin(self):
        """All servers of a machine share one registry, in which two that start at a time can get lost."""
        for _ in range(3):
            with starting:
                if self.start():
                    return
                self.desk.end(self.process)
        raise RuntimeError('jackd does not start; perhaps eight servers were killed on this machine, which '
                           '/dev/shm/jack-shm-registry still lists.')

    def start(self):
        """Whether it is there, soon."""
        self.process = self.desk.start('jackd', '-n', self.name, '-S', *self.priority, '-d', 'dummy', '-r', self.rate, '-p',
                                       self.period, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: self.process.poll() is not None or self.desk.run('jack_lsp')[0] == 0)
        return self.process.poll() is None and self.desk.run('jack_lsp')[0] == 0

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.desk.running.remove(self.process)
        for left in glob.glob(f'/dev/shm/jack*{self.name}*'):
            os.remove(left)

    def play(self, recording, client='backline', paced=False):
        """Plays a recording into a client, behind silence; what comes out, longer by TAIL frames."""
        out = self.desk.path('looped.wav')
        for _ in range(3):
            code, _, said = self.desk.run(self.desk.loop, self.name, client, recording, out, LEAD, TAIL,
                                          *(['paced'] if paced else []), timeout=300)
            if 'does not find the server' not in said:
                break
        if code:
            raise RuntimeError(said + 'The ports: ' + ' '.join(self.desk.run('jack_lsp')[1].split()) + '. What was said:\n' +
                               open(self.desk.path('live.log'), encoding='utf-8').read())
        return read(out)

    def close(self):
        self.desk.end(self.process, 4)  # one whose client was killed may never end
        if self.process.returncode == -signal.SIGKILL:  # it would not end
            for left in glob.glob(f'/dev/shm/jack*{self.name}*'):
                os.remove(left)
            self.begin()
            self.desk.end(self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Live:
    """`backline live` without a screen; ended by a signal."""

    def __init__(self, desk, *words):
        self.log_path, self.status_path = desk.path('live.log'), desk.path('live.status')
        self.desk = desk
        for _ in range(3):
            self.begin(words)
            if not self.told(SILENCE):  # see Desk.program()
                break
        if not self.told('From '):
            self.end()
            raise RuntimeError('backline live does not begin: ' + self.log())

    def begin(self, words):
        with open(self.log_path, 'w', encoding='utf-8') as log, open(self.status_path, 'w', encoding='utf-8') as status:
            self.process = self.desk.start(self.desk.backline, 'live', '--status', *words, besides=self.desk.of_program,
                                           stdout=status, stderr=log)
        wait_for(lambda: self.process.poll() is not None or self.told('From '))

    def log(self):
        with open(self.log_path, encoding='utf-8') as file:
            return file.read()

    def told(self, pattern):
        return re.search(pattern, self.log())

    def states(self):
        with open(self.status_path, encoding='utf-8') as file:
            return [json.loads(line) for line in file.read().split('\n')[:-1]]

    def next_state(self):
        """One that was written after this was asked."""
        count = len(self.states())
        wait_for(lambda: len(self.states()) > count)
        return self.states()[-1]

    def end(self, number=signal.SIGTERM):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process in self.desk.running:
            self.desk.running.remove(self.process)
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
