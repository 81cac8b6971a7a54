"""A terminal in tmux, with screen_session in it for test_screen.py, or another program; and what its session is like."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tools'))
from support import Results, wav  # noqa: E402

RATE = 48000
PATIENCE = 20  # seconds; how long a test waits before it fails
ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
MODEL, CABINET = (os.path.join(ROOT, 'assets', name) for name in ('backline-crunch.nam', 'backline-cabinet.wav'))


def skip(why):
    print('Skipped:', why)
    sys.exit(77)


def wait_for(condition, patience=PATIENCE):
    """What the condition gives as soon as it is true; else its last answer."""
    until = time.monotonic() + patience
    while True:
        answer = condition()
        if answer or time.monotonic() > until:
            return answer
        time.sleep(0.02)


def is_alive(process):
    """One that has ended counts as dead before somebody has asked how."""
    try:
        with open(f'/proc/{process}/stat', encoding='utf-8') as file:
            return file.read().rsplit(')', 1)[1].split()[0] != 'Z'
    except FileNotFoundError:
        return False


def wire(gain=1.0):
    return {'version': '0.5.4', 'architecture': 'Linear', 'sample_rate': RATE,
            'config': {'receptive_field': 1, 'bias': False}, 'weights': [gain]}


class Place:
    """A folder with models, impulse responses, a rig file and sounds."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='backline-screen-')
        for name in ('amp 1.nam', 'amp 2.nam', 'amp 10.nam'):
            self.copy(MODEL, 'models', name)
        self.copy(CABINET, 'alone', 'only.wav')
        for name in ('cab a.wav', 'cab b.wav'):
            self.copy(CABINET, 'cabs', name)
        sizes = [{'max_value': most, 'model': wire(gain)} for most, gain in ((0.3, 0.25), (0.6, 0.5), (1, 1))]
        self.write(json.dumps({'version': '0.7.0', 'architecture': 'SlimmableContainer', 'weights': [],
                               'sample_rate': RATE, 'config': {'submodels': sizes}}), 'sizes', 'sizes.nam')
        time_s = np.arange(RATE) / RATE
        self.sound('tone.wav', 0.5 * np.sin(2 * np.pi * 110 * time_s))
        self.sound('silence.wav', np.zeros(RATE))
        self.rig('test.rig.json')

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def copy(self, source, *names):
        os.makedirs(os.path.dirname(self.path(*names)), exist_ok=True)
        shutil.copyfile(source, self.path(*names))

    def write(self, text, *names):
        os.makedirs(os.path.dirname(self.path(*names)), exist_ok=True)
        with open(self.path(*names), 'w', encoding='utf-8') as file:
            file.write(text)

    def sound(self, name, samples):
        with open(self.path(name), 'wb') as file:
            file.write(wav(samples))

    def rig(self, name, **more):
        """Slots 1, 2 and 10."""
        models = ['models/amp 1.nam', 'sizes/sizes.nam'] + [None] * 7 + ['models/amp 10.nam']
        self.write(json.dumps({'backline_rig': 1, 'models': [path and {'path': path} for path in models],
                               'cabinets': [{'path': 'cabs/cab a.wav'}], **more}), name)

    def close(self):
        """A program that is about to end may still write."""
        wait_for(lambda: shutil.rmtree(self.folder, ignore_errors=True) or not os.path.exists(self.folder))


class Session:
    """What screen_session writes about itself."""

    def __init__(self, place, name='state.json'):
        self.file = place.path(name)

    def read(self):
        try:
            with open(self.file, encoding='utf-8') as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def setting(self, symbol):
        return self.read().get('settings', {}).get(symbol)


class Window:
    """A tmux server of its own with one window, in which a shell runs a program and says how it ended."""

    program = 'backline'  # how its name begins

    def __init__(self, folder, line, columns=80, rows=24, **environment):
        self.socket, script = os.path.join(folder, f'tmux-{time.monotonic_ns()}'), os.path.join(folder, 'go.sh')
        self.first = os.path.join(folder, 'stty-before')
        settings = ' '.join(f"export {key}='{value}';" for key, value in
                            {'LC_ALL': 'C.UTF-8', 'TERM': 'tmux-256color', **environment}.items())
        with open(script, 'w', encoding='utf-8') as file:
            file.write(f"{settings} cd '{folder}'; stty -g > '{self.first}'; {line}; echo ended with $?; "
                       f"stty -g > '{self.first}-after'; echo; exec sleep 1000\n")
        with open(os.path.join(folder, 'tmux.conf'), 'w', encoding='utf-8') as file:
            file.write('set -g default-terminal tmux-256color\nset -g escape-time 0\nset -g status off\n')
        self.tmux('-f', file.name, 'new-session', '-d', '-x', columns, '-y', rows, f"sh '{script}'")
        self.pid = int(self.tmux('list-panes', '-F', '#{pane_pid}'))

    def tmux(self, *words):
        done = subprocess.run(['tmux', '-S', self.socket, *map(str, words)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE, check=False)
        return done.stdout.decode(errors='replace')

    def program_id(self):
        """Of the program in the window; None when it has ended."""
        children = subprocess.run(['ps', '-o', 'pid=,comm=', '--ppid', str(self.pid)], stdout=subprocess.PIPE, check=False)
        for line in children.stdout.decode().splitlines():
            if line.split()[1].startswith(self.program):
                return int(line.split()[0])
        return None

    def keys(self, *keys):
        self.tmux('send-keys', *keys)

    def type(self, text):
        self.tmux('send-keys', '-l', text)

    def rows(self):
        return self.tmux('capture-pane', '-p').split('\n')

    def text(self):
        return '\n'.join(self.rows())

    def shows(self, *texts):
        """Whether all of these are on the screen, soon."""
        return wait_for(lambda: all(text in self.text() for text in texts))

    def hides(self, *texts):
        return wait_for(lambda: not any(text in self.text() for text in texts))

    def resize(self, columns, rows):
        self.tmux('resize-window', '-x', columns, '-y', rows)

    def flag(self, name):
        return self.tmux('display-message', '-p', f'#{{{name}}}').strip()

    def is_restored(self, *codes):
        """It ended with one of these codes, the screen is as it was, and so are the terminal's settings and its cursor."""
        if not wait_for(lambda: any(f'ended with {code}' in self.text() for code in codes)):
            return False
        after = f'{self.first}-after'
        if not wait_for(lambda: os.path.exists(after) and open(after).read()):
            return False
        return open(after).read() == open(self.first).read() and self.flag('alternate_on') == '0' and \
            self.flag('cursor_flag') == '1'

    def close(self):
        program = self.program_id()
        self.tmux('kill-server')
        wait_for(lambda: not (program and is_alive(program)))  # its last words still go into the folder
        if os.path.exists(f'{self.first}-after'):
            os.remove(f'{self.first}-after')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Terminal(Window):
    """One with screen_session."""

    program = 'screen-session'

    def __init__(self, place, program, *words, sound='tone.wav', before='', **more):
        self.session = Session(place)
        if os.path.exists(self.session.file):
            os.remove(self.session.file)
        line = ' '.join(f"'{word}'" for word in (os.path.abspath(program), *words, self.session.file, sound))
        super().__init__(place.folder, f'{before} {line}', **more)
