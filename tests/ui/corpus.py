#!/usr/bin/python3
"""corpus.py UI_HOST DRAG_SOURCE LIBRARY BUNDLE [test_...]: captures that others made, out of ../shared/corpus (or the folder
that BACKLINE_CORPUS names), on the window. What the plugin tells, what the window shows and what is heard must follow;
nothing of the corpus is copied into the repository."""
import json
import os
import time
from urllib.parse import quote

from driver import SOURCE, Test, skip

CORPUS = os.path.abspath(os.environ.get('BACKLINE_CORPUS') or os.path.join(SOURCE, '..', 'shared', 'corpus'))
NAM, KERAS, PEDAL = 'models/nam-public/core-mit/', 'models/keras/', 'models/pedalnet/'
# A file, the name that it goes by, and words of its details.
KINDS = (
    (NAM + 'wavenet_a1_standard.nam', 'wavenet_a1_standard.nam', '10+10 layers of 16+8 channels, Tanh'),
    (NAM + 'A2.nam', 'A2.nam', 'LeakyReLU (size 2 of 2)'),
    (NAM + 'lstm.nam', 'Test LSTM', 'Gear make: Darkglass Electronics'),
    (NAM + 'slimmable_wavenet.nam', 'slimmable_wavenet.nam', 'Size 3: 3 channels'),
    (NAM + 'slimmable_container.nam', 'slimmable_container.nam', 'Size 1: LSTM'),
    (NAM + 'wavenet_condition_dsp.nam', 'Generated WaveNet Model', 'condition by WaveNet'),
    ('models/nam-generated/cond_convnet.nam', 'cond_convnet', 'condition by ConvNet'),
    ('models/nam-generated/linear_257.nam', 'linear_257', 'Linear, 257 taps'),
    (KERAS + 'generated-cc0/lstm16_skip_gains.json', 'lstm16_skip_gains', 'LSTM 16'),
    (KERAS + 'generated-cc0/lstm_2in.json', 'lstm_2in', 'Knob 1: param1'),
    (KERAS + 'rtneural-bsd3/conv.json', 'conv.json', 'convolution 6'),
    (PEDAL + 'pedalnetrt-gpl3/pedalnet.ckpt', 'pedalnet.ckpt', 'Sample rate: 44100 Hz'),
    (PEDAL + 'smartguitaramp-apache2/bluej_fullD_p0153.json', 'bluej_fullD_p0153.json', '10 layers of 10 channels'),
    (PEDAL + 'wavenetva-apache2/WaveNet1-ts7.json', 'WaveNet1-ts7.json', 'Format: WaveNetVA JSON'))
A1, LSTM, SLIM, KNOB = (KINDS[i][:2] for i in (0, 2, 3, 9))
# Of each format one that is damaged.
BROKEN = ('malformed/nam/lstm_short.nam', 'malformed/nam/empty.nam', 'malformed/wavenetva/truncated.json',
          'malformed/torch/pkl_no_stop.pt', 'malformed/safetensors/range_past_end.safetensors', 'torch/conv1d/c00.pt')
# Parts of the window at its first size, from the middle of the model's card: what shows its name, and what its details.
PARTS = {'name': (-220, -90, 430, 100), 'details': (-220, 30, 430, 94)}


def path_of(name):
    return os.path.join(CORPUS, name)


def told_last(host):
    """The name of the model that plays."""
    told = [line for line in host.all if line.startswith('0 told model_name ')]
    return told[-1].split(' ', 3)[3] if told else ''


class Window:
    """The window with the plugin behind it, and what can be said of a model on it."""

    def __init__(self, host, test, **offer):
        self.host, self.test = host, test
        host.open(**offer)
        self.items = host.items()
        self.card = self.items['model', '0']
        host.point((2, 2))

    def shot(self, part):
        x, y, width, height = PARTS[part]
        file = self.host.path('shot.png')
        self.host.ask('shot', 0, file, self.card[0] + x, self.card[1] + y, width, height)
        with open(file, 'rb') as picture:
            return picture.read()

    def pictures(self):
        """{part: picture} once it has come to rest. A window draws 30 times a second."""
        before, now = None, {}
        while now != before:
            time.sleep(0.05)
            before, now = now, {part: self.shot(part) for part in PARTS}
        return now

    def name(self):
        return self.pictures()['name']

    def drop(self, *paths):
        """Onto the model's card; what the source of the drag hears."""
        self.host.forget()
        return self.host.drop(self.card, 'drop', *('file://' + quote(path) for path in paths))

    def wants(self, path):
        self.test.check(self.host.wait_for(f'0 set slot_1 {path}'), f'{os.path.basename(path)} is wanted')

    def told(self, which, text, patience=60):
        return self.host.wait_for(lambda line: line.startswith(f'0 told {which} ') and text in line, patience)

    def comes(self, path, name, details=''):
        """That capture is wanted, loaded, and told. What is told already is not told again."""
        what = os.path.basename(path)
        self.wants(path)
        self.test.check(self.told('status', f'Slot 1 plays {name}'), f'{what} plays')
        self.test.check(self.told('model_details', details), f'{what}: its details say {details}')


def test_kinds(host, test):
    """One after the other: what is told, shown and heard follows, and undo goes all the way back."""
    window = Window(host, test)
    seen, heard = [window.pictures()], [host.sound()]
    for file, name, details in KINDS:
        path = path_of(file)
        test.check(window.drop(path) == {'accepted': 1, 'finished': 1}, f'{name} can be dropped')
        window.comes(path, name, f'File: {os.path.basename(path)}')
        test.check(any(line == f'0 told model_name {name}' for line in host.all), f'{name} is told')
        test.check(any(line.startswith('0 told model_details ') and details in line for line in host.all),
                   f'{name}: {details}')
        heard.append(host.sound())
        seen.append(window.pictures())
        test.check(abs(heard[-1] - heard[-2]) > 0.05, f'{name} is heard', heard[-2:])
    for part in PARTS:
        test.check(len({pictures[part] for pictures in seen}) == len(seen), f'each one shows another {part}')
    for at in range(len(KINDS) - 1, -1, -1):
        host.forget()
        host.click(window.items['undo', '0'])
        if at:
            window.comes(path_of(KINDS[at - 1][0]), KINDS[at - 1][1], KINDS[at - 1][2])
        else:
            test.check(window.told('status', 'Slot 1 plays backline crunch'), 'and the bundled model at last')
        if at % 5 == 0:  # a picture takes its time
            test.check(window.pictures() == seen[at], f'undo shows what was there before {KINDS[at][1]}')
            test.check(abs(host.sound() - heard[at]) < 0.05, 'and plays it', host.sound(), heard[at])


def test_broken(host, test):
    """A sentence, and the old sound under its old name; with a model that has no name of its own but its file's."""
    window = Window(host, test)
    window.drop(path_of(SLIM[0]))
    window.comes(path_of(SLIM[0]), SLIM[1])
    before, name = host.sound(), window.name()
    for file in BROKEN:
        what = os.path.basename(file)
        window.drop(path_of(file))
        window.wants(path_of(file))
        test.check(window.told('status', f'Slot 1 cannot load {what}, and plays on with what it had.'), f'{what} fails')
        told = [line for line in host.all if line.startswith('0 told error ')][-1]
        test.check(len(told) > 30 and told.endswith('.'), f'{what}: a sentence says why', told)
        test.check(abs(host.sound() - before) < 0.01, f'{what}: the old sound plays on', host.sound(), before)
    names = {line for line in host.all if line.startswith('0 told model_name ')}
    test.check(names == {'0 told model_name backline crunch', f'0 told model_name {SLIM[1]}'},
               'no broken file is said to play', names)
    window.drop(path_of(SLIM[0]))
    window.wants(path_of(SLIM[0]))
    test.check(host.wait_for('0 told error ') == '0 told error ', 'a good one takes the sentence away')
    test.check(window.name() == name, 'and the card is as before')


def test_names(host, test):
    """Paths and names of any length and script."""
    window = Window(host, test)
    with open(path_of(LSTM[0]), encoding='utf-8') as file:
        model = json.load(file)
    names = {'Grüße/日本語 #1 %41/Ж&?.nam': 'Усилитель 真空管アンプ', 'a/' + 'long ' * 45 + 'name.nam': 'Very ' * 60 + 'long',
             'b/مضخم.nam': 'مضخم', 'c/plain.nam': None}
    last = window.pictures()
    for name, own in names.items():
        path = host.path('files', *name.split('/'))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        model['metadata']['name'] = own
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(model, file)
        window.drop(path)
        window.wants(path)
        host.sound()  # what the plugin tells while somebody listens arrives as well
        shown = (own or os.path.basename(path)).encode()[:60].decode(errors='ignore')
        test.check(window.told('model_name', shown), f'{name}: its name is told')
        now = window.pictures()
        test.check(now['name'] != last['name'], f'{name}: and shown')
        last = now


def test_folder(host, test):
    """Through a folder of captures by the card's arrows, and back; the browser opens on the one that plays."""
    folder = path_of(NAM)
    names = sorted((name for name in os.listdir(folder) if name.endswith('.nam')), key=str.lower)
    window = Window(host, test)
    window.drop(os.path.join(folder, names[0]))
    window.comes(os.path.join(folder, names[0]), '', f'File: {names[0]}')
    for step, way in (('next', names[1:] + names[:1]), ('previous', names[::-1][:2])):
        for name in way:
            host.forget()
            host.click(window.items[step, '-1'])
            window.comes(os.path.join(folder, name), '', f'File: {name}')
    host.point((2, 2))
    host.click(window.items['browse', '-1'])
    host.forget()
    host.key('Home')
    window.comes(os.path.join(folder, names[0]), '', f'File: {names[0]}')
    host.key('Down')
    window.comes(os.path.join(folder, names[1]), '', f'File: {names[1]}')
    host.key('Escape')
    window.comes(os.path.join(folder, names[-2]), '', f'File: {names[-2]}')


def test_browser(host, test):
    """Previews by arrow keys, with damaged files among good ones, in a folder that was dropped."""
    window = Window(host, test)
    window.drop(path_of(A1[0]))
    window.comes(path_of(A1[0]), A1[1])
    sound, name = host.sound(), window.name()
    order = ((LSTM, True), (BROKEN[0], False), (SLIM, True), (BROKEN[3], False), (BROKEN[4], False), (KNOB, True))
    folder = host.path('files', 'captures')
    os.mkdir(folder)
    copies = []
    for number, (file, good) in enumerate(order):
        source = path_of(file[0] if good else file)
        copies.append(host.copy(source, 'captures', f'{number} {os.path.basename(source)}'))
    test.check(window.drop(folder) == {'accepted': 1, 'finished': 1}, 'a folder can be dropped')
    heard = sound
    for (file, good), copy in zip(order, copies):
        host.key('Down')
        window.wants(copy)
        words = 'Slot 1 plays ' if good else f'Slot 1 cannot load {os.path.basename(copy)}, '
        test.check(window.told('status', words), f'{os.path.basename(copy)} by an arrow key')
        now = host.sound()
        test.check((abs(now - heard) > 0.05) == good, f'{os.path.basename(copy)} is heard, or what was', heard, now)
        heard = now
    host.key('Escape')
    window.comes(path_of(A1[0]), A1[1])
    test.check(window.name() == name, 'Escape shows what was there')
    test.check(abs(host.sound() - sound) < 0.05, 'and plays it', host.sound(), sound)
    window.drop(folder + '/')
    host.key('End', 'Return')
    window.comes(copies[-1], KNOB[1])
    test.check(('model_knob', '0') in host.items(page=4, knobs=1), 'Enter takes one, which has a knob')
    host.key('ctrl+z')
    window.comes(path_of(A1[0]), A1[1])


def test_drops(host, test):
    """Several files at once, a text, a folder without a place for it, and recordings as impulse responses."""
    window = Window(host, test)
    text, model, other = path_of('README.md'), path_of(LSTM[0]), path_of(SLIM[0])
    before = host.sound()
    window.drop(text)
    window.wants(text)
    test.check(window.told('error', 'README.md: this is not a model file'), 'a text is no model')
    test.check(abs(host.sound() - before) < 0.05, 'and changes nothing', before, host.sound())
    test.check(window.drop(text, model, other) == {'accepted': 1, 'finished': 1}, 'several files are taken')
    window.comes(model, LSTM[1])
    test.check(host.wait_for('0 set', 1) is None, 'the first one that is a model, and no other')
    host.forget()
    at = window.items['knob', 'bass']
    test.check(host.drop(at, 'drop', 'file://' + quote(CORPUS)) == {'accepted': 0, 'finished': 0},
               'a folder has no place on a knob')
    before = host.sound()
    for cabinet, name in (('0', KERAS + 'rtneural-bsd3/gru_input.wav'), ('1', 'input_1s.wav')):
        path = path_of(name)
        host.drop(window.items['cabinet', cabinet], 'drop', 'file://' + quote(path))
        test.check(host.wait_for(f'0 set cabinet_{int(cabinet) + 1} {path}'), f'{name} as a cabinet')
        host.ask('port', 0, 'cab_blend', float(cabinet))
        test.check(host.until(lambda: abs(host.sound() - before) > 0.05, 10), f'{name} is heard', before)
        before = host.sound()


def test_newest_wins(host, test):
    """While one is loading beside the sound, another one comes; by a drop, and by many steps."""
    window = Window(host, test, thread=True)
    window.drop(path_of(LSTM[0]))
    window.comes(path_of(LSTM[0]), LSTM[1])
    slow = host.path('files', 'slow.nam')
    with open(path_of(A1[0]), encoding='utf-8') as file, open(slow, 'w', encoding='utf-8') as copy:
        copy.write(file.read().rstrip()[:-1] + ' ' * 3000000 + '}')
    names = {LSTM: window.name()}
    for last in (SLIM, LSTM, SLIM, LSTM):
        window.drop(slow)
        test.check(window.drop(path_of(last[0])) == {'accepted': 1, 'finished': 1}, 'another one comes')
        test.check(host.until(lambda last=last: told_last(host) == last[1]), 'the newest drop wins', told_last(host))
        host.forget()
        test.check(host.wait_for('0 told', 1) is None, 'at last')
        seen = window.name()
        test.check(names.setdefault(last, seen) == seen, 'and is shown')
    steps = [host.copy(slow, 'slow', f'{number}.nam') for number in range(6)]
    window.drop(steps[0])
    window.wants(steps[0])
    host.click(window.items['next', '-1'], repeat=len(steps) - 1)
    wanted = [host.wait_for('0 set slot_1 ') for _ in steps[1:]]
    test.check(wanted == [f'0 set slot_1 {path}' for path in steps[1:]], 'quick steps go on from each other', wanted)
    last = os.path.basename(steps[-1])
    test.check(host.until(lambda: told_last(host) == last), 'and the last one comes', told_last(host))


if __name__ == '__main__':
    if not os.path.exists(os.path.join(CORPUS, 'index.json')):
        skip(f'there is no corpus at {CORPUS}.')
    Test(globals())
