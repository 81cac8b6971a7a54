"""What the tests with real LV2 hosts share: a home of their own for hosts, presets, recordings, and the comparison with
`backline render`.

A test is called with the folder of the bundle and the program: TEST.py BUNDLE BACKLINE [MORE] [test_...]"""
import ctypes
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np
from scipy.io import wavfile

from presets import described, literal, turtle
from sound import LIMIT_DB, RATE, difference, read

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tools'))
from support import Results  # noqa: E402

SOURCE = os.path.normpath(os.path.join(HERE, '..', '..'))
DATA = os.path.join(SOURCE, 'tests', 'data', 'rig')
MONO, STEREO = 'urn:backline:rig', 'urn:backline:rig-stereo'
LEAD = 24000  # frames of silence, in which a rig comes to rest

# Settings that rig files do not write as numbers.
SWITCHES = {'enabled', 'calibrate_input', 'dc_blocker', 'gate', 'amp', 'cab', 'cab_invert'}
WORDS = {'oversample': {1: '1', 2: '2', 4: '4', 8: '8'}, 'tone_place': {0: 'behind', 1: 'before'},
         'output_mode': {0: 'raw', 1: 'normalised', 2: 'calibrated'}}


def skip(why):
    print('Skipped:', why)
    sys.exit(77)


def need(programs):
    """programs: {name: Debian package}."""
    for program, package in programs.items():
        if not shutil.which(program):
            skip(f'the program {program} is not installed; it is in the Debian package {package}.')


def die_with_parent():
    """In a child before it becomes the host: killed when the test is."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Rig:
    """What a rig plays: the models of slots 1, 2, ... and the cabinets (None: none there), and settings by symbol."""

    def __init__(self, models=(), cabinets=(), **settings):
        self.models, self.cabinets, self.settings = list(models), list(cabinets), settings

    def file(self):
        """As a rig file's text (docs/rig-file.md)."""
        def written(symbol, value):
            return bool(value) if symbol in SWITCHES else WORDS.get(symbol, {value: value})[value]

        files = [[{'path': path} if path else None for path in some] for some in (self.models, self.cabinets)]
        settings = {symbol: written(symbol, value) for symbol, value in self.settings.items()}
        return json.dumps({'backline_rig': 1, 'models': files[0], 'cabinets': files[1], 'settings': settings})

    def paths(self):
        """As the plugin's properties: {symbol: path}."""
        return {f'{name}_{i + 1}': path for name, some in (('slot', self.models), ('cabinet', self.cabinets))
                for i, path in enumerate(some) if path}


class Place:
    """A folder that is home, configuration and LV2 path of the hosts, so that nothing of the user's is read and nothing
    stays behind; and the processes that were started in it."""

    def __init__(self, bundle, backline):
        self.bundle, self.backline = os.path.abspath(bundle), os.path.abspath(backline)
        self.folder = tempfile.mkdtemp(prefix='backline-hosts-')
        self.running, self.presets = [], 0
        for name in ('home', 'config', 'cache', 'run', 'lv2'):
            os.mkdir(self.path(name), 0o700)
        self.use_plugin()
        self.crunch = os.path.join(self.bundle, 'backline-crunch.nam')
        self.cabinet = os.path.join(self.bundle, 'backline-cabinet.wav')
        self.bundled = Rig([self.crunch], [self.cabinet])
        self.environment = {
            'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'HOME': self.path('home'), 'LV2_PATH': self.path('lv2'),
            'XDG_CONFIG_HOME': self.path('config'), 'XDG_CACHE_HOME': self.path('cache'),
            'XDG_RUNTIME_DIR': self.path('run'), 'TMPDIR': self.folder}

    def use_plugin(self):
        """The LV2 path: the plugin and LV2's own specifications, but no other plugin."""
        os.symlink(self.bundle, self.path('lv2', 'backline.lv2'))
        for manifest in glob.glob('/usr/lib/lv2/*/manifest.ttl') + glob.glob('/usr/local/lib/lv2/*/manifest.ttl'):
            folder = os.path.dirname(manifest)
            with open(manifest, encoding='utf-8', errors='replace') as file:
                if 'lv2:Specification' in file.read():
                    target = self.path('lv2', os.path.basename(folder))
                    if not os.path.lexists(target):
                        os.symlink(folder, target)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, content, *names):
        path = self.path(*names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(content)
        return path

    def copy(self, source, *names):
        path = self.path(*names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(source, path)
        return path

    # ---- processes ----

    def run(self, *words, timeout=60, **environment):
        """Exit code and all output. A host that dies by a signal has a negative code."""
        process = self.start(*words, **environment)
        try:
            output = process.communicate(timeout=timeout)[0]
        except subprocess.TimeoutExpired:
            self.end(process)
            return -signal.SIGKILL, f'{words[0]} did not end within {timeout} s'
        self.running.remove(process)
        return process.returncode, output.decode(errors='replace')

    def start(self, *words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **environment):
        process = subprocess.Popen(list(map(str, words)), cwd=self.folder, env=dict(self.environment, **environment),
                                   stdin=stdin, stdout=stdout, stderr=subprocess.STDOUT, start_new_session=True,
                                   preexec_fn=die_with_parent)
        self.running.append(process)
        return process

    def end(self, process, patience=3):
        """Asks a process to end, and kills it and its children if it does not."""
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        if process in self.running:
            self.running.remove(process)

    def close(self):
        for process in list(self.running):
            self.end(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- presets and state ----

    def preset(self, plugin, label, ports=None, **properties):
        """Writes a preset bundle; returns the preset's URI. properties: paths, by the symbol of the property."""
        self.presets += 1
        folder = f'preset-{self.presets}.lv2'  # jalv's prompt takes no other URIs
        self.write(turtle(f'<preset.ttl> a pset:Preset ; lv2:appliesTo <{plugin}> ; rdfs:label {literal(label)} ; '
                          'rdfs:seeAlso <preset.ttl> .'), 'lv2', folder, 'manifest.ttl')
        path = self.write(turtle(described(plugin, label, ports or {}, properties)), 'lv2', folder, 'preset.ttl')
        return 'file://' + path

    def rig_preset(self, plugin, label, rig):
        return self.preset(plugin, label, rig.settings, **rig.paths())

    def state(self, plugin, name, ports=None, **properties):
        """Writes a folder as hosts save them; returns its path."""
        self.write(turtle(f'<state.ttl> a pset:Preset ; lv2:appliesTo <{plugin}> ; rdfs:seeAlso <state.ttl> .'),
                   name, 'manifest.ttl')
        self.write(turtle(described(plugin, name, ports or {}, properties)), name, 'state.ttl')
        return self.path(name)

    # ---- sound ----

    def recording(self, name, sound):
        wavfile.write(self.path(name), RATE, np.ascontiguousarray(np.asarray(sound, np.float32).T))
        return self.path(name)

    def render(self, recording, rig, lead=0):
        """What `backline render` makes of a recording; (channels, frames). lead: frames of silence that the rig hears
        before; what it makes of them is left out."""
        if lead:
            recording = self.recording('lead.wav', np.pad(read(recording), ((0, 0), (lead, 0))))
        rig_file, out = self.write(rig.file(), 'reference.rig.json'), self.path('reference.wav')
        code, said = self.run(self.backline, 'render', '--force', '--bits=32f', '--rig', rig_file, recording, out)
        if code:
            raise RuntimeError(f'backline render: {said}')
        return read(out)[:, lead:]


class Test:
    """Runs the functions of a test whose names begin with test_, or those that the command line names, each with a
    place of its own."""

    def __init__(self, cases):
        self.results, self.worst = Results(), -300.0
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left behind then either
        chosen = [word for word in sys.argv[3:] if word.startswith('test_')] or sorted(cases)
        for name in chosen:
            if name.startswith('test_'):
                place = Place(sys.argv[1], sys.argv[2])
                try:
                    cases[name](place, self)
                except Exception as problem:  # a broken case is a failed one, the others still run
                    self.check(False, name, repr(problem))
                finally:
                    place.close()
        print(f'{self.results.passed} passed, {self.results.failed} failed; the largest difference that passed is '
              f'{self.worst:.1f} dB')
        sys.exit(bool(self.results.failed) or not self.results.passed)

    def check(self, ok, what, *details):
        self.results.check(ok, what, *details)

    def same(self, what, got, want, lag=0, said=''):
        """The host's output is the program's."""
        worst, sentence = difference(got, want, lag)
        self.check(worst <= LIMIT_DB, what, sentence, said[-1000:])
        if worst <= LIMIT_DB:
            self.worst = max(self.worst, worst)

    def wait_for(self, ask, patience=10):
        """The first answer of ask() that is not nothing, or the last one."""
        until = time.monotonic() + patience
        answer = ask()
        while not answer and time.monotonic() < until:
            time.sleep(0.1)
            answer = ask()
        return answer

    def comes_to(self, what, play, want, lag=0, patience=10):
        """The same, for a host that works beside its audio thread: what play() gives becomes what it should be."""
        until = time.monotonic() + patience
        got = play()
        while difference(got, want, lag)[0] > LIMIT_DB and time.monotonic() < until:
            time.sleep(0.1)
            got = play()
        self.same(what, got, want, lag)
