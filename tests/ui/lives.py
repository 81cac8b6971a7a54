#!/usr/bin/python3
"""lives.py UI_HOST DRAG_SOURCE LIBRARY BUNDLE [test_...]: what hosts do with the window: sizes, scales, closing, and worse."""
import os
import zlib

from driver import DATA, Host, Test

SIZE, LEAST = (960, 540), (640, 360)


def pixels(path):
    """How many different bytes there are in the upper half of a picture and in the lower one, the smaller number; and its size."""
    with open(path, 'rb') as file:
        data = file.read()
    width, height = (int.from_bytes(data[at:at + 4], 'big') for at in (16, 20))
    at, packed = 8, b''
    while at < len(data):
        length, kind = int.from_bytes(data[at:at + 4], 'big'), data[at + 4:at + 8]
        packed += data[at + 8:at + 8 + length] if kind == b'IDAT' else b''
        at += length + 12
    rows = zlib.decompress(packed)
    return min(len(set(rows[:len(rows) // 2])), len(set(rows[len(rows) // 2:]))), (width, height)


def shot(host, n=0):
    """Of the window once it is drawn: how many different bytes, and the size."""
    path = host.path('shot.png')

    def drawn():
        host.ask('shot', n, path)
        found = pixels(path)
        return found if found[0] > 30 else None

    return host.until(drawn) or (0, (0, 0))


def size(host, n=0):
    return tuple(map(int, host.ask('size', n).split()))


def test_sizes(host, test):
    """Given by the host, in both ways that there are; what is drawn fills the window."""
    host.ask('offer', 'resize', 1)
    host.ask('open', 0)
    test.check(host.wait_for('0 size 960 540'), 'the host is told the size')
    test.check(shot(host)[1] == SIZE, 'a first picture')
    for way in ('resize', 'pull'):
        for wanted in ((1400, 900), LEAST, (641, 777), (2, 2), (2500, 1500), SIZE):
            host.ask(way, 0, *wanted)
            test.check(host.until(lambda wanted=wanted: size(host) == wanted), f'{way} to {wanted}', size(host))
            if wanted[0] > 100:
                test.check(shot(host)[1] == wanted, f'a picture of {wanted}')
    host.drag(host.items()['knob', 'bass'], 20)
    test.check(host.wait_for('0 write bass '), 'and it still works')


def test_scales(host, test):
    for scale, wanted in ((1, (960, 540)), (1.5, (1440, 810)), (2, (1920, 1080))):
        host.open(scale=scale)
        test.check(size(host) == wanted, f'at scale {scale}', size(host))
        test.check(shot(host)[1] == wanted, f'a picture at scale {scale}')
        host.drag(host.items()['knob', 'bass'], 30)
        test.check(host.wait_for('0 touch bass 0') and host.port('bass') > 0, f'a knob at scale {scale}')
        host.ask('close', 0)
        host.ask('port', 0, 'bass', 0)
    host.open(scale=1)
    host.ask('scale', 0, 2)
    test.check(host.wait_for('0 size 1920 1080'), 'a scale that the host changes')
    host.drag(host.items()['knob', 'bass'], 30)
    test.check(host.wait_for('0 touch bass 0'), 'and a knob then')


def test_far_away(host, test):
    """A server that shares no memory, as behind ssh."""
    host.open(scale=2)
    test.check(shot(host)[1] == (1920, 1080), 'a picture')
    host.ask('pull', 0, 1400, 900)
    test.check(host.until(lambda: size(host) == (1400, 900)) and shot(host)[1] == (1400, 900), 'and one of another size')
    host.drag(host.items()['knob', 'bass'], 30)
    test.check(host.wait_for('0 touch bass 0'), 'and a knob')


test_far_away.server = ['-extension', 'MIT-SHM']


def test_dots_per_inch(host, test):
    """Where the host does not say how large, the desktop's letters do."""
    for dots, wanted in ((0, (960, 540)), (144, (1440, 810)), (192, (1920, 1080)), (50, (960, 540)), (9999, (3840, 2160))):
        host.ask('dots', 0, dots)
        host.open(scale=0)
        test.check(size(host) == wanted, f'with {dots} dots per inch', size(host))
        host.ask('close', 0)


def test_reopened(host, test):
    """What was set is there again, told by the host and the plugin."""
    model = host.copy(os.path.join(DATA, 'amp.nam'), 'amp.nam')
    host.open()
    host.drop(host.items()['slot', '1'], 'drop', 'file://' + model)
    host.wait_for(f'0 set slot_2 {model}')
    host.drag(host.items()['knob', 'bass'], 30)
    host.wait_for('0 touch bass 0')
    value = host.port('bass')
    host.ask('close', 0)
    test.check(host.open(), 'it opens again')
    host.click(host.items()['knob', 'bass'], button=4)
    line = host.wait_for('0 write bass ')
    test.check(line and float(line.split()[3]) > value > 0, 'a knob stands where it was left', line, value)


def test_hundred_times(host, test):
    """Opened and closed, with the library: nothing stays."""
    host.open()
    host.ask('close', 0)
    answer = list(map(int, host.ask('cycle', 0, 100, patience=600).split()))
    files, files_then, used, used_then, mapped, mapped_then, windows, windows_then = answer
    print(f'100 windows: {used_then - used} bytes more, {mapped_then - mapped} mapped')
    test.check(files == files_then, 'no file or connection stays open', files, files_then)
    test.check(windows == windows_then, 'no window stays at the server', windows, windows_then)
    test.check(used_then - used < 100 * 2000, 'no memory stays', used, used_then)  # a window takes more than 100 000
    test.check(mapped_then - mapped < 100 * 2000000, 'nor pictures', mapped, mapped_then)  # one has 2 600 000
    test.check(host.open(), 'and another one opens')


def test_orphans(host, test):
    """The parent goes first, with and without a hand on the window."""
    for held in (False, True):
        host.open()
        if held:
            at = host.items()['knob', 'bass']
            host.point(at)
            host.xdotool('mousedown', 1)
            host.wait_for('0 touch bass 1')
        host.ask('orphan', 0)
        test.check(host.wait_for('0 closed'), 'the window says that it is gone')
        host.ask('resize', 0, 700, 500)
        host.ask('scale', 0, 1.5)
        host.ask('close', 0)
        if held:
            test.check(host.wait_for('0 touch bass 0'), 'and takes the hand off')
            host.xdotool('mouseup', 1)
    host.open()
    host.ask('orphan', 0)
    host.ask('close', 0)
    test.check(host.open(), 'a window that does not even know that it is gone can be closed')


def test_server_ends(host, test):
    """Which takes the window along, but not the host."""
    host.open()
    host.display.end()
    test.check(host.wait_for('0 closed'), 'the window says that it is gone')
    test.check(host.ask('close', 0) == 'closed', 'and can be closed')


def test_alone(host, test):
    """In a host that has no place for windows."""
    host.open(parent=False)
    test.check(host.ask('show', 0, 1) == '0', 'it shows itself')
    test.check(shot(host)[1] == SIZE, 'and is drawn')
    host.drag(host.items()['knob', 'bass'], 30)
    test.check(host.wait_for('0 write bass '), 'and works')
    host.ask('show', 0, 0)
    host.ask('show', 0, 1)
    test.check(shot(host)[1] == SIZE, 'hidden and shown')
    host.ask('delete', 0)
    test.check(host.wait_for('0 closed'), 'its user closes it')
    host.ask('show', 0, 1)
    host.drag(host.items()['knob', 'bass'], 30)
    test.check(host.wait_for('0 write bass '), 'and the host shows it again')


def test_hosts_that_offer_little(host, test):
    for what in ('touch', 'resize', 'options', 'log'):
        host.ask('offer', what, 0)
    test.check(host.open(), 'it opens')
    host.drag(host.items()['knob', 'bass'], 30)
    test.check(host.wait_for('0 write bass '), 'and works')
    host.ask('close', 0)
    host.open(port_map=True)
    host.drag(host.items()['knob', 'bass'], -30)
    test.check(host.wait_for('0 write bass '), 'and with ports by symbol')


def test_nonsense(host, test):
    host.open()
    test.check(host.ask('nonsense', 0, 20000) == 'survived', 'strange port events do no harm')
    host.drag(host.items()['knob', 'treble'], 20)
    test.check(host.wait_for('0 touch treble 0'), 'and it still works')


def test_no_display(host, test):
    for display, words in ((None, 'DISPLAY is not set'), (':987', 'no X server at the display :987')):
        lonely = Host(test.arguments, None, **({'DISPLAY': display} if display else {}))
        try:
            answer = lonely.ask('wreck', 0)
            test.check(answer.startswith('closed ') and words in answer, 'no window, and the reason', answer)
            test.check(lonely.ask('wreck', 0).startswith('closed '), 'as often as it is asked for')
            lonely.ask('offer', 'parent', 1)
            answer = lonely.ask('wreck', 0)
            test.check(answer.startswith('refused ') and words in answer, 'nothing to be embedded', answer)
            lonely.ask('offer', 'log', 0)
            lonely.ask('wreck', 0)
            test.check(words in lonely.said(), 'without a log it says so to the terminal', lonely.said())
        finally:
            test.check(lonely.end() == 0, 'the host lives on', lonely.said())
            lonely.clean()


def test_meters(host, test):
    """The host's tone comes and goes: so do the meters."""
    host.open()
    shot(host)

    def picture():
        host.ask('shot', 0, host.path('meters.png'))
        with open(host.path('meters.png'), 'rb') as file:
            return file.read()

    first = picture()
    test.check(host.until(lambda: picture() != first, 10), 'the picture moves')


def test_cost(host, test):
    """In CPU time, not on the clock: a window at rest for ten seconds, and with moving meters."""
    host.open()
    host.point((480, 250))
    still, still_count = host.ask('cost', 0, 10, 0, patience=120).split()
    moving, moving_count = host.ask('cost', 0, 5, 1, patience=120).split()
    print(f'at rest {float(still) * 10:.2f} % of a core, with meters moving {float(moving) * 20:.2f} %')
    test.check(float(still) / 10 < 0.02, 'a window at rest takes less than 2 % of a core', still)
    test.check(still_count == '0', 'and allocates nothing', still_count)
    test.check(moving_count == '0', 'neither do meters', moving_count)
    host.ask('hide', 0)
    hidden, _ = host.ask('cost', 0, 3, 1, patience=120).split()
    print(f'hidden, with meters moving {float(hidden) / 3 * 100:.2f} %')
    test.check(float(hidden) / 3 < 0.7 * float(moving) / 5, 'a window that is not seen is not drawn', hidden, moving)


if __name__ == '__main__':
    Test(globals())
