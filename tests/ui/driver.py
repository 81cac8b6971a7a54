"""What the tests of the window share: an X server without a screen, the host of ui_host.h, and hands: real events, by
xdotool, through the server."""
import ctypes
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'tools'))
from support import Results  # noqa: E402

SOURCE = os.path.normpath(os.path.join(HERE, '..', '..'))
DATA = os.path.join(SOURCE, 'tests', 'data', 'rig')
PATIENCE = 60  # seconds for what takes a moment; a machine may be busy
MAIN, GATE, TONE, CABINET, MODEL, SETUP = range(6)  # layout_page


def skip(why):
    print('Skipped:', why)
    sys.exit(77)


def need(programs):
    """programs: {name: Debian package}."""
    for program, package in programs.items():
        if not shutil.which(program):
            skip(f'the program {program} is not installed; it is in the Debian package {package}.')


def die_with_parent():
    """In a child before it becomes a program: killed when the test is."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Display:
    """An X server of our own, under a number that is free."""

    def __init__(self, *words):
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ['Xvfb', '-displayfd', str(write), '-screen', '0', '2560x1600x24', '-nolisten', 'tcp', *words],
            pass_fds=[write], stderr=subprocess.DEVNULL, preexec_fn=die_with_parent)
        os.close(write)
        with os.fdopen(read) as file:
            number = file.readline().strip()
        if not number:
            raise RuntimeError('Xvfb does not start')
        self.name = ':' + number

    def end(self):
        self.server.terminate()
        try:
            self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()


class Host:
    """ui-host, in a folder of its own. Its lines about windows are kept until somebody waits for them."""

    def __init__(self, arguments, display, **environment):
        self.program, self.drag_source, self.library, self.bundle = map(os.path.abspath, arguments[:4])
        self.folder = tempfile.mkdtemp(prefix='backline-ui-')
        for name in ('config', 'state', 'cache', 'files'):
            os.mkdir(self.path(name))
        # fontconfig keeps some memory for ever, which a leak checker would hold against us
        with open(self.path('ignored-leaks'), 'w', encoding='utf-8') as file:
            file.write('leak:libfontconfig\n')
        self.environment = {
            'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'HOME': self.folder, 'BACKLINE_PATH': '',
            'XDG_CONFIG_HOME': self.path('config'), 'XDG_STATE_HOME': self.path('state'),
            'XDG_CACHE_HOME': self.path('cache'), 'FONTCONFIG_FILE': os.path.join(HERE, '..', 'face', 'fonts.conf'),
            'LSAN_OPTIONS': f'suppressions={self.path("ignored-leaks")}:print_suppressions=0', **environment}
        if display:
            self.environment['DISPLAY'] = display.name
        self.answers, self.events, self.all = queue.Queue(), [], []
        self.arrived = threading.Condition()
        self.errors = open(self.path('errors'), 'w+', encoding='utf-8')
        self.process = subprocess.Popen([self.program, self.library, self.bundle + '/'], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors, text=True, bufsize=1,
                                        env=self.environment, cwd=self.folder, preexec_fn=die_with_parent)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def copy(self, source, *names):
        path = self.path('files', *names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(source, path)
        return path

    def read(self):
        for line in self.process.stdout:
            line = line.rstrip('\n')
            if line.startswith('='):
                self.answers.put(line[1:].strip())
            else:
                with self.arrived:
                    self.events.append(line)
                    self.all.append(line)
                    self.arrived.notify_all()
        self.answers.put(None)

    def ask(self, *words, patience=PATIENCE):
        """A command's answer."""
        self.process.stdin.write(' '.join(map(str, words)) + '\n')
        answer = self.answers.get(timeout=patience)
        if answer is None:
            raise RuntimeError('the host has died: ' + self.said())
        return answer

    def said(self):
        self.errors.flush()
        with open(self.errors.name, encoding='utf-8', errors='replace') as file:
            return file.read()[-4000:]

    def wait_for(self, wanted, patience=PATIENCE):
        """The first event that wanted(line) likes, or that begins with wanted; it and those before are forgotten. None: there
        was none."""
        likes = wanted if callable(wanted) else lambda line: line.startswith(wanted)
        until = time.monotonic() + patience
        with self.arrived:
            while True:
                for i, line in enumerate(self.events):
                    if likes(line):
                        del self.events[:i + 1]
                        return line
                if time.monotonic() > until or self.process.poll() is not None:
                    return None
                self.arrived.wait(0.1)

    def forget(self):
        with self.arrived:
            self.events.clear()

    def until(self, good, patience=PATIENCE):
        """The first answer of good() that is true, or the last one."""
        end = time.monotonic() + patience
        answer = good()
        while not answer and time.monotonic() < end:
            time.sleep(0.05)
            answer = good()
        return answer

    # ---- windows ----

    def open(self, n=0, **offer):
        for what, value in offer.items():
            self.ask('offer', what, float(value))
        self.forget()
        opened = self.ask('open', n) == '1'
        if opened:
            self.wait_for(f'{n} get')
        return opened

    def window(self, n=0):
        return self.ask('window', n).split()[0]

    def items(self, n=0, page=MAIN, knobs=0, tuner=0):
        """{(kind, name): (x, y)} in window pixels."""
        found = {}
        for item in self.ask('items', n, page, knobs, tuner).split():
            kind, name, x, y = item.split('/')
            found[kind, name] = int(x), int(y)
        return found

    def port(self, symbol, n=0):
        return float(self.ask('port', n, symbol))

    def sound(self, n=0):
        return float(self.ask('sound', n))

    # ---- hands ----

    def xdotool(self, *words):
        subprocess.run(['xdotool', *map(str, words)], env=self.environment, check=True, timeout=60)

    def point(self, at, n=0):
        self.xdotool('mousemove', '--window', self.window(n), at[0], at[1])

    def click(self, at, n=0, button=1, repeat=1):
        self.point(at, n)
        self.xdotool('click', '--repeat', repeat, '--delay', 60, button)

    def drag(self, at, up, n=0, held=()):
        """Presses there, and moves up by so many pixels."""
        self.point(at, n)
        for key in held:
            self.xdotool('keydown', key)
        self.xdotool('mousedown', 1)
        for part in (0.5, 1):
            self.xdotool('mousemove', '--window', self.window(n), at[0], round(at[1] - up * part))
        self.xdotool('mouseup', 1)
        for key in held:
            self.xdotool('keyup', key)

    def key(self, *names):
        self.xdotool('key', '--delay', 20, *names)

    def type(self, text):
        self.xdotool('type', '--delay', 20, '--', text)

    def drop(self, at, action, *uris, n=0):
        """What the source of a drag is told: {'accepted': 1, 'finished': 1}."""
        done = subprocess.run([self.drag_source, self.window(n), str(at[0]), str(at[1]), action, *uris],
                              env=self.environment, stdout=subprocess.PIPE, text=True, timeout=120)
        return {line.split()[0]: int(line.split()[1]) for line in done.stdout.splitlines()}

    # ---- end ----

    def end(self):
        """Its exit code."""
        try:
            self.process.stdin.write('quit\n')
            self.process.stdin.close()
            self.process.wait(PATIENCE)
        except (BrokenPipeError, ValueError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        self.reader.join()
        return self.process.returncode

    def clean(self):
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Test:
    """Runs the functions whose names begin with test_, or those that the command line names behind the files, each with a
    display and a host of its own."""

    def __init__(self, cases):
        need({'Xvfb': 'xvfb', 'xdotool': 'xdotool'})
        self.arguments, self.results = sys.argv[1:5], Results()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left behind then either
        chosen = [word for word in sys.argv[5:] if word.startswith('test_')] or list(cases)
        for name in chosen:
            if name.startswith('test_'):
                self.run(name, cases[name])
        print(f'{self.results.passed} passed, {self.results.failed} failed')
        sys.exit(bool(self.results.failed) or not self.results.passed)

    def check(self, ok, what, *details):
        self.results.check(ok, what, *details)

    def run(self, name, case):
        display = Display(*getattr(case, 'server', []))
        host = Host(self.arguments, display)
        host.display = display
        before = self.results.failed
        try:
            case(host, self)
        except Exception as problem:  # a broken case is a failed one, the others still run
            self.check(False, name, repr(problem))
        finally:
            code = host.end()
            self.check(code == 0, f'{name}: the host ends in peace', code, host.said())
            if self.results.failed > before:
                print(f'{name}: the last lines of the host:', *host.all[-12:], sep='\n    ')
            host.clean()
            display.end()
