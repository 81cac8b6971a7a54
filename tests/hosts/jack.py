"""A JACK server without a sound card, and jalv on it."""
import glob
import os
import re
import subprocess
import time

from hosts import LEAD
from sound import read

PERIOD = 64


class Jack:
    """A server of our own, with a name that nobody else's has. Its cycles wait for all clients, so that a slow machine
    makes it late but loses nothing."""

    def __init__(self, place, loop, period=PERIOD):
        self.place, self.loop, self.period = place, os.path.abspath(loop), period
        self.name = f'backline-{os.getpid()}-{time.monotonic_ns() % 1000000}'
        place.environment.update(JACK_DEFAULT_SERVER=self.name, JACK_NO_START_SERVER='1', JACK_NO_AUDIO_RESERVATION='1')
        self.log = open(place.path('jackd.log'), 'w+b')
        self.server = place.start('jackd', '-n', self.name, '-S', '-r', '-d', 'dummy', '-r', 48000, '-p', period,
                                  stdout=self.log)
        for _ in range(200):
            if self.server.poll() is not None or place.run('jack_lsp')[0] == 0:
                break
            time.sleep(0.05)
        if self.server.poll() is not None:
            raise RuntimeError('jackd does not start: ' + self.said())

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors='replace')

    def play(self, client, recording, lead=LEAD, tail=4096):
        """Plays a recording into a client, behind silence; what comes out, longer by tail frames."""
        out = self.place.path('looped.wav')
        if os.path.exists(out):
            os.remove(out)
        code, said = self.place.run(self.loop, self.name, client, recording, out, lead, tail)
        if code:
            raise RuntimeError(said + self.said())
        return read(out)

    def close(self):
        self.place.end(self.server)
        self.log.close()
        for left in glob.glob(f'/dev/shm/jack*{self.name}*'):  # if it had to be killed
            os.remove(left)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Jalv:
    """jalv with its prompt."""

    def __init__(self, jack, plugin, *words, name='guitar'):
        self.jack, self.name = jack, name
        self.log = open(jack.place.path(f'{name}.log'), 'w+b')
        # without the window (-U), as with -s the console would show that instead of its prompt;
        # unbuffered, so that what it says can be waited for
        self.process = jack.place.start('stdbuf', '-o0', 'jalv', '-n', name, '-x', '-U', 'urn:backline:none', *words, plugin,
                                        stdin=subprocess.PIPE, stdout=self.log)

    def said(self):
        with open(self.log.name, 'rb') as log:
            return log.read().decode(errors='replace')

    def command(self, *words):
        """Types a line; what jalv says until the next prompt."""
        before = len(self.said())
        self.process.stdin.write((' '.join(map(str, words)) + '\n').encode())
        self.process.stdin.flush()
        for _ in range(200):
            said = self.said()[before:]
            if re.search(r'> $', said):
                return said
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        return self.said()[before:]

    def latency(self):
        """Frames, as jalv tells JACK."""
        said = self.jack.place.run('jack_lsp', '-l', self.name + ':')[1]
        return max(map(int, re.findall(r'latency = \[ (\d+) ', said)), default=0)

    def play(self, recording):
        return self.jack.play(self.name, recording)

    def close(self):
        """Its exit code."""
        try:
            self.process.stdin.close()
            self.process.wait(5)  # at the end of its input it ends
        except (BrokenPipeError, subprocess.TimeoutExpired):
            pass
        self.jack.place.end(self.process)
        self.log.close()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
