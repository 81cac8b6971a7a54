#!/usr/bin/python3
"""window.py UI_HOST DRAG_SOURCE LIBRARY BUNDLE [test_...]: what a hand does to the window, and what the host hears of it."""
import os
from urllib.parse import quote

from driver import CABINET, DATA, GATE, MAIN, SETUP, TONE, Test

AT_THEIR_MOST = {'high_cut', 'cab_high_cut', 'quality'}  # at first: they can only be turned down
PAGES = {'main': MAIN, 'gate': GATE, 'tone': TONE, 'cabinet': CABINET, 'setup': SETUP}


def written(line):
    return float(line.split()[3]) if line else None


def open_page(host, page):
    if page != MAIN:
        host.click(host.items()['tab', str(page)])
    return host.items(page=page)


def test_every_knob(host, test):
    """Touched, written, released, and the plugin has the value."""
    host.open()
    for name, page in PAGES.items():
        knobs = [(symbol, at) for (kind, symbol), at in open_page(host, page).items() if kind == 'knob']
        test.check(knobs, f'the page {name} has knobs')
        for symbol, at in knobs:
            before = host.port(symbol)
            host.forget()
            host.drag(at, -40 if symbol in AT_THEIR_MOST else 40)
            touched = host.wait_for(f'0 touch {symbol} 1')
            value = written(host.wait_for(f'0 write {symbol} '))
            released = host.wait_for(f'0 touch {symbol} 0')
            test.check(touched and released, f'{symbol} is touched and released')
            test.check(value is not None and host.port(symbol) != before, f'{symbol} is turned', before, value)


def test_every_switch(host, test):
    host.open()
    for name, page in PAGES.items():
        for (kind, symbol), at in open_page(host, page).items():
            if kind != 'switch':
                continue
            before = host.port(symbol)
            host.click(at)
            value = written(host.wait_for(f'0 write {symbol} '))
            test.check(value == 1 - before, f'{symbol} is switched on the page {name}', before, value)
            host.point((2, 2))
    host.click(host.items()['bypass', '0'])
    test.check(written(host.wait_for('0 write enabled ')) == 0, 'bypass writes enabled 0')


def test_every_choice(host, test):
    """By the wheel, and by the menu with keys."""
    host.open()
    for name, page in PAGES.items():
        for (kind, symbol), at in open_page(host, page).items():
            if kind != 'choice':
                continue
            before = host.port(symbol)
            host.click(at)
            host.key('Down', 'Return')
            value = written(host.wait_for(f'0 write {symbol} ', 3))
            if value is None:  # the last one was chosen
                host.click(at)
                host.key('Up', 'Return')
                value = written(host.wait_for(f'0 write {symbol} '))
            test.check(value is not None and value != before, f'{symbol} is chosen on the page {name}', before, value)


def test_fine_wheel_default(host, test):
    host.open()
    at = host.items()['knob', 'bass']
    host.drag(at, 40)
    host.wait_for('0 touch bass 0')
    coarse = host.port('bass')
    host.ask('port', 0, 'bass', 0)
    host.drag(at, 40, held=['shift'])
    host.wait_for('0 touch bass 0')
    fine = host.port('bass')
    test.check(0 < fine < coarse / 2, 'shift makes a knob finer', fine, coarse)
    host.forget()
    host.click(at, button=4)
    test.check(written(host.wait_for('0 write bass ')) > fine, 'the wheel turns it up')
    host.click(at, button=5, repeat=2)
    host.wait_for('0 write bass ')
    test.check(host.until(lambda: host.port('bass') < fine), 'and down', host.port('bass'))
    host.xdotool('keydown', 'ctrl')
    host.click(at)
    host.xdotool('keyup', 'ctrl')
    test.check(host.until(lambda: host.port('bass') == 0), 'ctrl-click brings the default back', host.port('bass'))
    host.drag(at, 30)
    host.wait_for('0 touch bass 0')
    host.click(at, repeat=2)
    test.check(host.until(lambda: host.port('bass') == 0), 'so does a double click', host.port('bass'))


def test_keys(host, test):
    """Typed values, arrows, tab, and keys that are the host's."""
    host.open()
    items = host.items()
    host.click(items['knob', 'treble'])
    host.type('-4.5')
    host.key('Return')
    test.check(written(host.wait_for('0 write treble ')) == -4.5, 'a value is typed')
    host.click(items['knob', 'treble'], button=3)
    host.key('ctrl+a')
    host.type('3')
    host.key('Return')
    test.check(written(host.wait_for('0 write treble ')) == 3, 'and again, in the entry that the right button opens')
    host.key('Up')
    test.check((written(host.wait_for('0 write treble ')) or 0) > 3, 'an arrow turns it up')
    host.key('Tab', 'Up')
    test.check(host.wait_for('0 write presence '), 'tab goes to the next knob')
    host.key('shift+Tab', 'Down')
    test.check(host.wait_for('0 write treble '), 'and back with shift')
    host.forget()
    host.key('ctrl+z')
    test.check(host.wait_for('0 write treble '), 'ctrl-z undoes')
    host.key('Up')
    host.wait_for('0 write treble ')
    host.key('F5')
    test.check(host.wait_for('0 key '), 'a key that the window has no use for goes to the host')


def test_undo(host, test):
    host.open()
    items = host.items()
    host.drag(items['knob', 'mid'], 30)
    host.wait_for('0 touch mid 0')
    test.check(host.port('mid') > 0, 'mid is turned')
    host.click(items['undo', '0'])
    test.check(host.until(lambda: host.port('mid') == 0), 'and turned back', host.port('mid'))


def test_slots(host, test):
    """With models in two of them; what is heard follows."""
    host.open()
    wire = host.copy(os.path.join(DATA, 'wire.nam'), 'wire.nam')
    first = host.sound()
    items = host.items()
    host.click(items['slot', '2'])
    test.check(written(host.wait_for('0 write slot ')) == 3, 'the third slot is chosen')
    test.check(host.until(lambda: host.port('playing') == 3), 'the plugin says so')
    test.check(host.drop(items['model', '0'], 'drop', 'file://' + quote(wire)) == {'accepted': 1, 'finished': 1},
               'a model is dropped onto the card')
    test.check(host.wait_for(f'0 set slot_3 {wire}'), 'it goes to the slot that is chosen')
    test.check(host.until(lambda: abs(host.sound() - first) > 1), 'and is heard', first, host.sound())
    host.click(items['slot', '0'])
    host.wait_for('0 write slot ')
    test.check(host.until(lambda: abs(host.sound() - first) < 0.1), 'the first slot sounds as before', first)


def test_browse(host, test):
    """Files beside each other: previewed by arrows, chosen by Enter, given back by Escape; stepped through by arrows."""
    names = [host.copy(os.path.join(DATA, 'wire.nam'), 'a wire.nam'), host.copy(os.path.join(DATA, 'amp.nam'), 'b amp.nam'),
             host.copy(os.path.join(DATA, 'wire.nam'), 'c wire.nam')]
    host.open()
    items = host.items()
    host.drop(items['model', '0'], 'drop', 'file://' + quote(names[0]))
    test.check(host.wait_for(f'0 set slot_1 {names[0]}'), 'a model is loaded')
    wire = host.until(host.sound)
    host.click(items['next', '-1'])
    test.check(host.wait_for(f'0 set slot_1 {names[1]}'), 'the next one of the folder')
    test.check(host.until(lambda: abs(host.sound() - wire) > 0.5), 'sounds otherwise', wire, host.sound())
    host.click(items['previous', '-1'])
    test.check(host.wait_for(f'0 set slot_1 {names[0]}'), 'and the one before')
    host.point((2, 2))
    host.click(items['browse', '-1'])
    host.key('Down')
    test.check(host.wait_for(f'0 set slot_1 {names[1]}'), 'an arrow key lets the next one be heard')
    host.key('Escape')
    test.check(host.wait_for(f'0 set slot_1 {names[0]}'), 'Escape gives back what was there')
    host.click(items['browse', '-1'])
    host.type('c')
    test.check(host.wait_for(f'0 set slot_1 {names[2]}'), 'a letter goes to the file that begins with it')
    host.key('Return')
    host.point((2, 2))
    host.drag(items['knob', 'bass'], 30)
    test.check(host.wait_for('0 write bass '), 'Enter chooses it, and the browser is gone')
    test.check(not any('slot_1 ' + names[0] in line for line in host.events), 'and nothing is given back')


def test_drops(host, test):
    """What can be dropped where, by which names."""
    model = host.copy(os.path.join(DATA, 'amp.nam'), 'Köln & Łódź %41', 'ampli à lampes #1.nam')
    cabinet = host.copy(os.path.join(DATA, 'cabinet.wav'), 'four by twelve.wav')
    text = host.copy(os.path.join(DATA, 'README.md'), 'text.md')
    host.open()
    items = host.items()
    both = {'accepted': 1, 'finished': 1}
    test.check(host.drop(items['slot', '4'], 'drop', '# a comment', 'file://localhost' + quote(model)) == both,
               'a model with a strange name is taken')
    test.check(host.wait_for(f'0 set slot_5 {model}'), 'for the slot that it falls on')
    test.check(host.drop(items['cabinet', '1'], 'drop', 'file:' + quote(cabinet)) == both, 'a cabinet is taken')
    test.check(host.wait_for(f'0 set cabinet_2 {cabinet}'), 'for the card that it falls on')
    several = ['file://' + quote(path) for path in (text, cabinet, model, text, model)]
    test.check(host.drop(items['slot', '7'], 'drop', *several) == both, 'several at once are taken')
    for place, path in (('cabinet_1', cabinet), ('slot_8', model), ('slot_9', model)):
        test.check(host.wait_for(f'0 set {place} {path}'), f'{place} of several at once')
    host.forget()
    test.check(host.drop(items['knob', 'bass'], 'drop', 'file://' + quote(text)) == {'accepted': 0, 'finished': 0},
               'a text beside the cards is not')
    test.check(host.drop(items['model', '0'], 'drop', 'http://example.org/a.nam')['finished'] == 0, 'nor is a page')
    test.check(host.drop(items['model', '0'], 'drop', 'file://elsewhere.example' + quote(model))['finished'] == 0,
               'nor a file of another machine')
    test.check(host.drop(items['model', '0'], 'drop', 'file:///a%00b.nam')['finished'] == 0, 'nor one with a zero')
    test.check(host.drop(items['model', '0'], 'leave', 'file://' + quote(model)) == {'accepted': 1},
               'a drag that leaves is no drop')
    test.check(host.wait_for('0 set', 1) is None, 'nothing came of those')


def test_held_settings(host, test):
    """After a rig file the window shows what plays, and can set what the host's port says already."""
    host.open()
    items = host.items()
    rig = host.path('treble.rig.json')
    with open(rig, 'w', encoding='utf-8') as file:
        file.write('{"backline_rig": 1, "settings": {"treble": -4, "mid": 2}}')
    host.drop(items['logo', '0'] if ('logo', '0') in items else items['model', '0'], 'drop', 'file://' + quote(rig))
    test.check(host.wait_for(f'0 set rig {rig}'), 'a rig file is taken')
    test.check(host.wait_for('0 told held mid=2 treble=-4'), 'the plugin tells which settings are held')
    test.check(host.port('treble') == 0, 'the port stays where it was')
    host.click(items['knob', 'treble'], button=4)
    value = written(host.wait_for('0 write treble '))
    test.check(value is not None and -4 < value < -3, 'a notch up begins at what plays', value)
    host.xdotool('keydown', 'ctrl')
    host.click(items['knob', 'mid'])
    host.xdotool('keyup', 'ctrl')
    test.check(host.wait_for('0 set mid 0'), 'what the port says already is set by a message')


def test_host_dialogue(host, test):
    host.open(request=True)
    host.click(host.items()['host_browse', '-1'])
    test.check(host.wait_for('0 request model'), 'the host is asked for a model')
    host.click(host.items()['host_browse', '16'])
    test.check(host.wait_for('0 request cabinet_1'), 'and for a cabinet')


def test_automation(host, test):
    """What the host moves is seen: the next turn by hand begins there."""
    host.open()
    host.ask('port', 0, 'presence', 5)
    at = host.items()['knob', 'presence']
    test.check(host.until(lambda: host.port('presence') == 5), 'the host sets presence')
    host.click(at, button=4)
    value = written(host.wait_for('0 write presence '))
    test.check(value and 5 < value < 7, 'the wheel goes on from there', value)


def test_tuner(host, test):
    host.open()
    host.click(host.items()['tuner', '0'])
    test.check(host.wait_for('0 tuner 1'), 'the tuner is asked for')
    test.check(host.wait_for('0 tuner 1', 10), 'again and again, while it is on')
    host.ask('close', 0)
    test.check(host.wait_for('0 tuner 0'), 'and switched off with the window')


def test_touch_ends(host, test):
    """A window that is closed with a hand on a knob."""
    host.open()
    at = host.items()['knob', 'bass']
    host.point(at)
    host.xdotool('mousedown', 1)
    host.xdotool('mousemove', '--window', host.window(), at[0], at[1] - 20)
    host.wait_for('0 touch bass 1')
    host.wait_for('0 write bass ')
    host.ask('close', 0)
    test.check(host.wait_for('0 touch bass 0'), 'closing takes the hand off')
    host.xdotool('mouseup', 1)


def test_paste(host, test):
    """From the window to itself and, by way of its own offer, to another window."""
    host.open()
    host.open(1)
    items = host.items()
    host.click(items['knob', 'bass'], button=3)
    host.key('ctrl+a')
    host.type('7.5')
    host.key('ctrl+a', 'ctrl+c', 'Return')
    test.check(written(host.wait_for('0 write bass ')) == 7.5, 'a value is typed and copied')
    host.click(items['knob', 'mid'], n=1, button=3)
    host.key('ctrl+a', 'ctrl+v')
    host.until(lambda: False, 0.3)
    host.key('Return')
    test.check(written(host.wait_for('1 write mid ')) == 7.5, 'and pasted in another window')
    host.click(items['knob', 'treble'], button=3)
    host.key('ctrl+a', 'ctrl+v')
    host.key('Return')
    test.check(written(host.wait_for('0 write treble ')) == 7.5, 'and in its own')


def test_two_windows(host, test):
    host.open()
    host.open(1, channels=2)
    at = host.items()['knob', 'bass']
    host.drag(at, 30, n=1)
    test.check(host.wait_for('1 touch bass 0'), 'the second window is turned')
    host.drag(at, -30, n=0)
    test.check(host.wait_for('0 touch bass 0'), 'the first one as well')
    test.check(host.port('bass', 0) < 0 < host.port('bass', 1), 'each its own way', host.port('bass', 0),
               host.port('bass', 1))
    host.ask('close', 0)
    host.drag(at, 30, n=1)
    test.check(host.wait_for('1 touch bass 0'), 'and one outlives the other')


if __name__ == '__main__':
    Test(globals())
