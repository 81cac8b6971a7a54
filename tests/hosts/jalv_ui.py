#!/usr/bin/python3
"""jalv.gtk3 with the plugin's own window, on an X server and a JACK server without screen and sound card: what is seen, and
what is heard of what hands do.

jalv_ui.py BUNDLE BACKLINE JACK_LOOP UI_HOST DRAG_SOURCE LIBRARY"""
import os
import subprocess
import sys
from urllib.parse import quote

from hosts import DATA, LEAD, MONO, STEREO, Rig, Test, need, skip
from jack import PERIOD, Jack
from sound import decibels, guitar, rms

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'ui'))
from driver import Display  # noqa: E402


class Window:
    """jalv with the window, and hands for it."""

    def __init__(self, place, test, jack, plugin):
        self.place, self.test, self.jack = place, test, jack
        self.display = Display()
        place.environment.update(DISPLAY=self.display.name, GDK_BACKEND='x11', NO_AT_BRIDGE='1')
        self.log = open(place.path('jalv.log'), 'w+b')
        self.process = place.start('jalv.gtk3', '--jack-name', 'guitar', '-x', plugin, stdout=self.log)
        self.id = test.wait_for(self.find, 30)

    def find(self):
        found = self.place.run('xdotool', 'search', '--onlyvisible', '--class', '^backline$')[1].split()
        return found[0] if found and found[0].isdigit() else None

    def xdotool(self, *words):
        code, said = self.place.run('xdotool', *words)
        if code:
            raise RuntimeError(said)
        return said

    def size(self):
        said = self.xdotool('getwindowgeometry', '--shell', self.id).split()
        fields = dict(line.split('=') for line in said)
        return tuple(int(fields[name]) for name in ('X', 'Y', 'WIDTH', 'HEIGHT'))

    def items(self):
        """Where things are: {kind/name: (x, y)}."""
        width, height = self.size()[2:]
        words = subprocess.run([sys.argv[4], sys.argv[6], sys.argv[1]], input=f'layout 0 {width} {height}\nquit\n',
                               stdout=subprocess.PIPE, text=True, env=self.place.environment, timeout=60).stdout
        line = next(line for line in words.splitlines() if line.startswith('='))
        return {'/'.join(item.split('/')[:2]): tuple(map(int, item.split('/')[2:])) for item in line[1:].split()}

    def colours(self):
        """How many different bytes there are in a picture of the window."""
        x, y, width, height = self.size()
        out = self.place.path('shot.rgb')
        self.place.run('ffmpeg', '-y', '-loglevel', 'error', '-f', 'x11grab', '-video_size', f'{width}x{height}', '-i',
                       f'{self.display.name}+{x},{y}', '-frames:v', 1, '-f', 'rawvideo', '-pix_fmt', 'rgb24', out)
        with open(out, 'rb') as file:
            return len(set(file.read()))

    def drag(self, at, up):
        self.xdotool('mousemove', '--window', self.id, at[0], at[1], 'mousedown', 1)
        for part in (0.5, 1):
            self.xdotool('mousemove', '--window', self.id, at[0], round(at[1] - up * part))
        self.xdotool('mouseup', 1)

    def play(self, recording):
        return self.jack.play('guitar', recording)

    def said(self):
        with open(self.log.name, 'rb') as log:
            return log.read().decode(errors='replace')

    def close(self):
        self.place.end(self.process)
        self.log.close()
        self.display.end()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def test_window(place, test):
    """Seen, turned, and heard: mono and stereo."""
    for plugin, channels in ((MONO, 1), (STEREO, 2)):
        recording = place.recording('in.wav', guitar(channels, seed=31))
        with Jack(place, sys.argv[3]) as jack, Window(place, test, jack, plugin) as window:
            test.check(window.id, f'jalv.gtk3 shows the window of {plugin}', window.said())
            test.check(window.size()[2] >= 640 and window.size()[3] >= 360, 'in its size', window.size())
            seen = test.wait_for(lambda: window.colours() > 20 and window.colours(), 20)
            test.check(seen, 'and it is drawn', seen)
            test.comes_to('what is heard', lambda: window.play(recording), place.render(recording, place.bundled, LEAD),
                          PERIOD)
            before = decibels(rms(window.play(recording)))
            window.drag(window.items()['knob/output_gain'], -60)
            quieter = test.wait_for(lambda: decibels(rms(window.play(recording))) < before - 3)
            test.check(quieter, 'is quieter when the output knob is turned down', before)


def test_drop(place, test):
    """A model that is dropped onto the window sounds as from the program; a key that is the host's closes it."""
    model = place.copy(os.path.join(DATA, 'amp.nam'), 'Köln & Łódź', 'ampli à lampes.nam')
    recording = place.recording('in.wav', guitar(seed=32))
    with Jack(place, sys.argv[3]) as jack, Window(place, test, jack, MONO) as window:
        test.wait_for(lambda: window.colours() > 20, 20)
        at = window.items()['model/0']
        dropped = place.run(sys.argv[5], window.id, at[0], at[1], 'drop', 'file://' + quote(model))
        test.check('finished 1' in dropped[1], 'the window takes the file', dropped)
        want = place.render(recording, Rig([model], [place.cabinet]), LEAD)
        test.comes_to('and it is heard', lambda: window.play(recording), want, PERIOD)
        window.xdotool('mousemove', '--window', window.id, at[0], at[1], 'click', 1, 'key', 'Escape', 'key', 'ctrl+q')
        test.check(test.wait_for(lambda: window.process.poll() is not None), 'control-q reaches jalv, which ends')
        test.check(window.process.poll() == 0, 'in peace', window.process.poll(), window.said()[-1000:])


if __name__ == '__main__':
    need({'jackd': 'jackd2', 'jack_lsp': 'jackd2', 'jalv.gtk3': 'jalv', 'Xvfb': 'xvfb', 'xdotool': 'xdotool',
          'ffmpeg': 'ffmpeg'})
    if len(sys.argv) < 7:
        skip('jack_loop was not built; it needs the Debian package libjack-jackd2-dev.')
    sys.argv[3:7] = map(os.path.abspath, sys.argv[3:7])
    Test(globals())
