#!/usr/bin/python3
"""test_screen.py SCREEN_SESSION [test_...]: the screen of `backline live` in tmux, with every key, over a session that
hears a recording."""
import os
import re
import shutil
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from screens import Place, Results, Terminal, skip, wait_for

AT_A_TIME = 4  # cases, each with files and a terminal of its own


def near(a, b, tolerance=1e-4):
    return a is not None and abs(a - b) < tolerance


class Test:
    def __init__(self, program, results):
        self.program, self.place, self.results = program, Place(), results

    def check(self, ok, what, *details):
        self.results.check(ok, what, *details)

    def open(self, *words, **more):
        words = words or ('--rig', 'test.rig.json')
        terminal = Terminal(self.place, self.program, *words, **more)
        return terminal

    def sets(self, terminal, keys, symbol, value, tolerance=1e-4):
        """These keys bring a setting to this value."""
        terminal.keys(*keys)
        ok = wait_for(lambda: near(terminal.session.setting(symbol), value, tolerance))
        self.check(ok, f'{keys} brings {symbol} to {value}', terminal.session.setting(symbol))

    def shows(self, terminal, *texts):
        self.check(terminal.shows(*texts), 'the screen shows', texts, '\n' + terminal.text())

    def selects(self, terminal, name):
        self.check(wait_for(lambda: any(row.startswith('> ' + name.ljust(17)) for row in terminal.rows())), f'{name} is selected',
                   '\n' + terminal.text())


# ---- what it shows ----

def test_it_shows(test):
    with test.open() as t:
        test.shows(t, 'backline live', 'amp 1.nam', 'WaveNet', 'cab a.wav', '[1 amp 1]  2 sizes  10 amp 10', '48 kHz, blocks of 256',
                   'Test Device, channel 2', '12.3 ms', 'Xruns   0', 'Guard   has changed nothing', 'Take    none')
        test.check(wait_for(lambda: re.search(r'CPU +p50 \d+% p99 \d+% max \d+%', t.text())), 'the load', t.text())
        test.check(wait_for(lambda: re.search(r'Input +█+\|?·+ +-6\.0 dB held +-5\.[6-9] dB', t.text())), 'the input', t.text())
        test.check(wait_for(lambda: re.search(r'Output +█+\|?·+ +-\d+\.\d dB held', t.text())), 'the output', t.text())
        test.check(re.search(r'Gate +·+ off', t.text()), 'the gate', t.text())
        test.check(all(len(row) <= 80 for row in t.rows()), 'no row is longer than the screen')
        t.keys('x')
        test.check(t.is_restored(0), 'x ends it, and the terminal is as before', t.text())


def test_happenings(test):
    """Xruns with their times, and a device that goes away and comes back."""
    with test.open() as t:
        test.shows(t, 'Xruns   0')
        os.kill(t.program_id(), signal.SIGUSR1)
        test.check(wait_for(lambda: re.search(r'Xruns +1 \(0 ours\), 0:\d\d', t.text())), 'an xrun with its time', t.text())
        os.kill(t.program_id(), signal.SIGUSR1)
        test.check(wait_for(lambda: re.search(r'Xruns +2 \(0 ours\), 0:\d\d 0:\d\d', t.text())), 'two xruns', t.text())
        os.kill(t.program_id(), signal.SIGUSR2)
        test.shows(t, 'NO DEVICE', 'the device has gone away')
        os.kill(t.program_id(), signal.SIGUSR2)
        test.check(t.hides('NO DEVICE'), 'the device is back')


def test_clips_and_meters(test):
    with test.open() as t:
        test.shows(t, 'Input')
        test.sets(t, [']'] * 20, 'input_gain', 10)
        test.check(wait_for(lambda: re.search(r'Input .*CLIP \d+', t.text())), 'clips are held', t.text())
        test.check(wait_for(lambda: 'Input' in t.text() and 'held   4.0 dB' in t.text()), 'so is the peak', t.text())
        test.sets(t, ['['] * 20, 'input_gain', 0)
        test.check('CLIP' in t.text(), 'they stay')
        t.keys('r')
        test.check(wait_for(lambda: t.hides('CLIP') and t.session.read()['clips'] == 0), 'r forgets them')
        t.keys('g')
        test.check(wait_for(lambda: re.search(r'Gate +█+ +-?0\.0 dB open', t.text())), 'the gate is open', t.text())
    with test.open(sound='silence.wav') as t:
        test.shows(t, 'Input')
        t.keys('g')
        test.check(wait_for(lambda: re.search(r'Gate +·+ .*closed', t.text())), 'the gate is closed', t.text())
        test.check('-inf dB' in t.text(), 'silence', t.text())


def test_tuner(test):
    with test.open() as t:
        test.shows(t, 'Slots')
        test.check('Tuner' not in t.text(), 'no tuner at first')
        t.keys('t')
        test.check(wait_for(lambda: re.search(r'Tuner: A2 +[+-]0 cents +110\.0 Hz', t.text())), 'the tuner hears A2', t.text())
        test.check('--------------------O--------------------' in t.text(), 'its needle is in the middle', t.text())
        test.selects(t, 'Input Gain')
        t.keys('t')
        test.check(t.hides('Tuner'), 't takes it away')
    with test.open(sound='silence.wav') as t:
        test.shows(t, 'Slots')
        t.keys('t')
        test.shows(t, 'Tuner: play one string.')


# ---- keys ----

def test_models_and_cabinets(test):
    with test.open() as t:
        def comes(key, place, name, also):
            t.keys(key)
            ok = wait_for(lambda: os.path.basename(t.session.read()['files'][place]) == name)
            test.check(ok, f'{key} brings {name}', t.session.read()['files'])
            test.shows(t, *also)

        test.shows(t, 'amp 1.nam')
        comes('n', 0, 'amp 2.nam', ['Model     amp 2.nam', 'Slot 1: amp 2.nam is loaded.'])
        comes('n', 0, 'amp 10.nam', ['Model     amp 10.nam'])
        comes('n', 0, 'amp 1.nam', ['Model     amp 1.nam'])
        comes('p', 0, 'amp 10.nam', ['Model     amp 10.nam'])
        comes('c', 16, 'cab b.wav', ['Cabinet   cab b.wav', 'Cabinet 1: cab b.wav is loaded.'])
        comes('c', 16, 'cab a.wav', ['Cabinet   cab a.wav'])
        comes('C', 16, 'cab b.wav', ['Cabinet   cab b.wav'])
        t.keys('2')
        test.shows(t, '[2 sizes]', 'Model     sizes.nam', '3 sizes')
        t.keys('n')
        test.shows(t, 'There is no other model in this folder.')
    test.place.rig('none.rig.json', models=[], cabinets=[])
    with test.open('--rig', 'none.rig.json') as t:
        test.shows(t, 'Model     none', '[1 empty]', 'Cabinet   none')
        t.keys('n')
        test.shows(t, 'There is no model in this slot')
        t.keys('c')
        test.shows(t, 'There is no cabinet')


def test_slots(test):
    with test.open() as t:
        test.shows(t, '[1 amp 1]')
        test.sets(t, ['2'], 'slot', 2)
        test.shows(t, '[2 sizes]')
        test.sets(t, ['0'], 'slot', 10)
        test.shows(t, '[10 amp 10]')
        t.keys('3')
        test.shows(t, 'Slot 3 is empty.')
        test.check(t.session.setting('slot') == 10, 'an empty slot changes nothing')
        test.sets(t, ['1'], 'slot', 1)
        for i in '456789':
            t.keys(i)
            test.shows(t, f'Slot {i} is empty.')


def test_switches_and_gains(test):
    with test.open() as t:
        test.shows(t, 'Slots')
        test.sets(t, ['b'], 'enabled', 0)
        test.shows(t, 'BYPASS')
        test.sets(t, ['b'], 'enabled', 1)
        test.check(t.hides('BYPASS'), 'no bypass any more')
        test.sets(t, ['g'], 'gate', 1)
        test.sets(t, ['g'], 'gate', 0)
        test.sets(t, [']', ']', ']'], 'input_gain', 1.5)
        test.shows(t, '1.5 dB')
        test.sets(t, ['['], 'input_gain', 1)
        test.sets(t, ['{', '{'], 'output_gain', -1)
        test.sets(t, ['}'], 'output_gain', -0.5)


def test_settings(test):
    with test.open() as t:
        test.selects(t, 'Input Gain')
        t.keys('Down', 'Down', 'Down', 'Down', 'Down')
        test.selects(t, 'Gate Threshold')
        test.shows(t, 'Gate Threshold: input level that opens the gate')
        test.sets(t, ['Right', 'Right'], 'gate_threshold', -59)
        test.sets(t, ['Left'], 'gate_threshold', -59.5)
        test.sets(t, ['+'], 'gate_threshold', -59)
        test.sets(t, ['='], 'gate_threshold', -58.5)
        test.sets(t, ['-'], 'gate_threshold', -59)
        test.sets(t, ['>'], 'gate_threshold', -58.9)
        test.sets(t, ['<', '<'], 'gate_threshold', -59.1)
        test.sets(t, ['S-Right'], 'gate_threshold', -59)
        test.sets(t, ['S-Left'], 'gate_threshold', -59.1)
        test.shows(t, '-59.1 dB')
        test.sets(t, ['d'], 'gate_threshold', -60)
        t.keys('Up')
        test.selects(t, 'Gate')
        test.sets(t, ['Space'], 'gate', 1)
        test.sets(t, ['Space'], 'gate', 0)
        test.sets(t, ['Right'], 'gate', 1)
        test.sets(t, ['Left'], 'gate', 0)
        t.keys('Home')
        test.selects(t, 'Enabled')
        t.keys('Up')
        test.selects(t, 'Enabled')
        t.keys('End')
        test.selects(t, 'Fade')
        t.keys('Down')
        test.selects(t, 'Fade')
        t.keys('Up', 'Up')
        test.selects(t, 'Output Mode')
        test.sets(t, ['Space'], 'output_mode', 2)
        test.shows(t, 'Calibrated')
        test.sets(t, ['Space'], 'output_mode', 0)
        test.sets(t, ['Left'], 'output_mode', 0)
        test.sets(t, ['Right'], 'output_mode', 1)
        t.keys('Up')
        test.selects(t, 'Cabinet High Cut')
        test.sets(t, ['Left'] * 6, 'cab_high_cut', 10000, 0.1)
        test.shows(t, '10000 Hz')
        t.keys('PPage')
        test.selects(t, 'High Cut')
        t.keys('NPage')
        test.selects(t, 'Cabinet High Cut')
        t.keys('Home', *['Down'] * 12)
        test.selects(t, 'Slot')
        test.sets(t, ['Right'], 'slot', 2)
        test.sets(t, ['Right'], 'slot', 10)
        test.sets(t, ['Right'], 'slot', 1)
        test.sets(t, ['Left'], 'slot', 10)


def test_quality_and_oversampling(test):
    with test.open() as t:
        test.shows(t, 'Slots')
        t.keys('q')
        test.shows(t, 'This model comes in one size only.')
        test.sets(t, ['2'], 'slot', 2)
        test.sets(t, ['q'], 'quality', 0.45)
        test.sets(t, ['q'], 'quality', 0.15)
        test.sets(t, ['q'], 'quality', 1)
        for times in (2, 4, 8, 1):
            test.sets(t, ['o'], 'oversample', times)


def test_help(test):
    with test.open() as t:
        test.shows(t, 'Slots')
        for key in 'h?':
            t.keys(key)
            test.shows(t, 'ctrl-C', 'next and previous model', 'Any key goes back')
            t.keys('n')
            test.shows(t, 'Slots', 'amp 1.nam')
        test.check(t.session.read()['files'][0].endswith('amp 1.nam'), 'a key on the page of help does nothing else')
        t.keys('C-l')
        test.shows(t, 'Slots')
        t.keys('h')
        test.shows(t, 'Any key goes back')
        t.keys('C-c')
        test.check(t.is_restored(0), 'ctrl-C ends it from there as well', t.text())


def test_news(test):
    with test.open(sound='silence.wav') as t:
        test.shows(t, 'Slots')
        for count in range(5):
            os.kill(t.program_id(), signal.SIGUSR1)
            wait_for(lambda: t.session.read()['xruns'] == count + 1)
        t.keys('3', '4', 'l')
        test.shows(t, 'Slot 4 is empty.', 'Slot 3 is empty.', 'Xruns: 5 (0 ours), newest first: 0:')
        times = re.search(r'newest first: (.*)', t.text()).group(1).split(', ')
        test.check(len(times) == 5 and times == sorted(times, reverse=True), 'all times', times)
        text = t.text()
        test.check(text.index('Slot 4') < text.index('Slot 3'), 'the newest comes first', text)
        t.keys('b')
        test.shows(t, 'Slots')
        test.check(t.session.setting('enabled') == 1, 'a key there does nothing else')


def test_saving(test):
    place = test.place

    def saved(name):
        return os.path.exists(place.path(name))

    with test.open('--save-as', 'first.rig.json', '--rig', 'test.rig.json') as t:
        test.shows(t, 'Slots')
        t.keys(']')
        t.keys('s')
        test.shows(t, 'Save the rig as: first.rig.json')
        t.keys('Enter')
        test.shows(t, 'first.rig.json: the rig is saved.')
        test.check(saved('first.rig.json') and '"input_gain": 0.5' in open(place.path('first.rig.json')).read(), 'it is saved')
        t.keys('[')
        t.keys('s', 'Enter')
        test.shows(t, 'Replace first.rig.json? (y/n)')
        t.keys('n')
        test.shows(t, 'The rig is not saved.')
        test.check('"input_gain": 0.5' in open(place.path('first.rig.json')).read(), 'nothing is overwritten')
        t.keys('s', 'Enter')
        test.shows(t, 'Replace first.rig.json? (y/n)')
        t.keys('y')
        test.check(wait_for(lambda: '"input_gain": 0,' in open(place.path('first.rig.json')).read()), 'y replaces it')
        t.keys('s')
        test.shows(t, 'Save the rig as')
        t.keys('C-u')
        t.type('nö')
        t.keys('BSpace')
        t.type('ot x.rig.json')
        test.shows(t, 'Save the rig as: not x.rig.json')
        t.keys('Escape')
        test.check(t.hides('Save the rig as'), 'escape leaves it')
        t.keys('s', 'Enter')
        test.check(wait_for(lambda: saved('not x.rig.json')), 'the name was kept', t.text())
        t.keys('s', 'C-u', 'Enter')
        test.shows(t, 'Save the rig as:')
        t.type('no/such/folder.rig.json')
        t.keys('Enter')
        test.shows(t, 'there is no such folder')
        test.check(near(t.session.setting('input_gain'), 0), 'typing turns nothing')
    with test.open('--rig', 'first.rig.json') as t:
        test.shows(t, '[1 amp 1]  2 sizes')


def test_midi_learn_on_screen(test):
    test.place.rig('midi.rig.json', midi={'cc': {'74': 'input_gain'}})
    with test.open('--rig', 'midi.rig.json') as t:
        test.shows(t, 'MIDI controller 74. Input Gain')
        t.keys('m')
        test.shows(t, 'Move a MIDI controller for Input Gain')
        test.check(wait_for(lambda: t.session.read()['learning']), 'it is waited for')
        t.keys('m')
        test.check(wait_for(lambda: not t.session.read()['learning']), 'm again ends that')
        t.keys('m', 'Down', 'm')
        test.shows(t, 'Move a MIDI controller for Calibrate Input')


# ---- the terminal ----

def test_sizes(test):
    with test.open() as t:
        test.shows(t, 'Slots')
        t.resize(60, 24)
        test.shows(t, 'Needs 80 x 24.')
        test.check('Slots' not in t.text(), 'nothing else')
        test.sets(t, ['b'], 'enabled', 0)
        t.resize(20, 3)
        test.shows(t, 'Needs 80 x 24.')
        t.resize(100, 60)
        test.shows(t, 'Slots', 'BYPASS', 'Fade', 'Enabled')  # all settings have room
        test.check(any(len(row) > 80 for row in t.rows()), 'the width is used')
        t.resize(80, 24)
        test.shows(t, 'Slots', 'n/p model', 'x end')
        test.selects(t, 'Input Gain')
        t.keys('x')
        test.check(t.is_restored(0), 'it ends in peace', t.text())
    with test.open(columns=132, rows=43) as t:
        test.shows(t, 'Slots', 'Cabinet 2 Invert', 'Behind the amp')
        test.check(any(len(row) > 120 for row in t.rows()), 'the width is used', t.text())


def test_refusals(test):
    for what, sentence, more in [
            ('a dumb terminal', 'This terminal (TERM is "dumb") cannot show a screen', {'TERM': 'dumb'}),
            ('no kind', 'This terminal (TERM is "") cannot show a screen', {'TERM': ''}),
            ('an unknown one', 'There is no description of this terminal (TERM is "nonsense")', {'TERM': 'nonsense'}),
            ('too few rows', 'This terminal has 80 columns and 23 rows', {'rows': 23}),
            ('too few columns', 'This terminal has 79 columns and 24 rows', {'columns': 79}),
            ('no terminal', 'The screen needs a terminal', {'before': 'exec 3<&0 </dev/null;'})]:
        with test.open(**more) as t:
            test.check(wait_for(lambda: sentence.replace(' ', '') in re.sub(r'\s', '', t.text())), what, t.text())
            if what != 'no terminal':
                test.check(t.is_restored(1), f'{what}: the terminal is as before', t.text())


def test_plain_characters(test):
    with test.open(LC_ALL='C', NO_COLOR='1', TERM='vt100') as t:
        test.check(wait_for(lambda: re.search(r'Input +#+\|?\.+ +-6\.0 dB', t.text())), 'bars of ASCII', t.text())
        t.keys('x')
        test.check(t.is_restored(0), 'it ends in peace', t.text())


def test_ends(test):
    for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGSEGV, 139), (signal.SIGABRT, 134)):
        with test.open() as t:
            test.shows(t, 'Slots')
            os.kill(t.program_id(), number)
            test.check(t.is_restored(code), f'the terminal after signal {number}', t.text())
    with test.open() as t:  # stopped, so that it gets both before it does anything
        test.shows(t, 'Slots')
        for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM, signal.SIGCONT):
            os.kill(t.program_id(), number)
        test.check(t.is_restored(130, 143), 'the terminal after a second signal', t.text())
    with test.open() as t:
        test.shows(t, 'Slots')
        t.keys('C-c')
        test.check(t.is_restored(0), 'ctrl-C ends it', t.text())
    with test.open() as t:
        test.shows(t, 'Slots')
        t.keys('C-z')
        t.keys('b')
        test.check(wait_for(lambda: t.session.setting('enabled') == 0), 'ctrl-Z does not stop it')
        program = t.program_id()
        t.close()
        test.check(wait_for(lambda: not os.path.exists(f'/proc/{program}')), 'it ends with its terminal')


def test_little_is_written(test):
    """Where nothing moves but the clock and the load, only they are written: a whole screen is some 1500 bytes, and there
    are 20 frames a second."""
    with test.open(sound='silence.wav') as t:
        test.shows(t, 'Slots')
        time.sleep(1)
        log = test.place.path('written')
        t.tmux('pipe-pane', f"cat > '{log}'")
        wait_for(lambda: os.path.exists(log))
        time.sleep(2)
        t.tmux('pipe-pane')
        test.check(0 < os.path.getsize(log) < 1500, 'bytes in two seconds', os.path.getsize(log))


def main():
    if not shutil.which('tmux'):
        skip('the program tmux is not installed; it is in the Debian package tmux.')
    results = Results()

    def run(name):
        test = Test(sys.argv[1], results)
        try:
            globals()[name](test)
        except Exception as problem:  # a broken case is a failed one, the others still run
            test.check(False, name, repr(problem))
        test.place.close()

    with ThreadPoolExecutor(AT_A_TIME) as pool:  # they wait most of the time
        list(pool.map(run, sys.argv[2:] or [name for name in globals() if name.startswith('test_')]))
    print(f'{results.passed} passed, {results.failed} failed')
    sys.exit(bool(results.failed))


if __name__ == '__main__':
    main()
