#!/usr/bin/python3
"""test_live_callback.py BACKLINE JACK_LOOP MIDI_SEND CALLBACK.SO [test_...]: what the audio callbacks of `backline live` do while
all of it works at once: no allocation, no lock, no output, no system call. CALLBACK.SO is the library of callback_preload.c,
which watches them; "none" skips all."""
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy as np

from desk import CABINET, CRUNCH, LEAD, Desk, Live, Results, Server, wait_for
from screens import Window, skip
from sound import RATE, guitar, read

PORT = 'backline-midi:in'
SECONDS = 3  # of guitar
LEAST_RUNS = 2000  # of a callback that counts as tried


class Report:
    """What callback_preload.c writes when the program has ended."""

    def __init__(self, path):
        with open(path, encoding='utf-8') as file:
            self.text = file.read()
        words = [line.split() for line in self.text.splitlines() if not line.startswith(' ')]
        self.trap = ['trap', 'yes'] in words
        self.runs, self.faults = {}, {}
        for _, name, runs, faults in [w for w in words if w[0] == 'callback']:
            self.runs[name] = self.runs.get(name, 0) + int(runs)
            self.faults[name] = self.faults.get(name, 0) + int(faults)
        self.forbidden = [(w[1], w[2]) for w in words if w[0] == 'forbidden']
        self.beginning = '\n' + '\n'.join(self.text.split('\n')[:40])


def network(channels, layers, seed):
    random, weights, before = np.random.default_rng(seed), [], 1
    for _ in range(layers):
        weights += list(random.normal(0, (2 * before) ** -0.5, channels * before * 2).round(3)) + [0.0] * channels
        before = channels
    return {'version': '0.5.4', 'architecture': 'ConvNet', 'sample_rate': RATE, 'weights': weights + [0.1] * channels + [0.0],
            'config': {'channels': channels, 'dilations': [1, 4] * (layers // 2), 'batchnorm': False, 'activation': 'ReLU'}}


def write_files(desk):
    """Models of one and of several sizes, and of another rate; stereo cabinets."""
    shutil.copyfile(CRUNCH, desk.path('crunch.nam'))
    with open(CRUNCH, encoding='utf-8') as file:
        desk.write('other rate.nam', json.dumps({**json.load(file), 'sample_rate': 44100}))
    sizes = [{'max_value': most, 'model': network(channels, layers, 5)} for most, channels, layers in ((0.5, 4, 2), (1, 32, 8))]
    desk.write('sizes.nam', json.dumps({'version': '0.7.0', 'architecture': 'SlimmableContainer', 'weights': [],
                                        'sample_rate': RATE, 'config': {'submodels': sizes}}))
    os.mkdir(desk.path('cabinets'))
    for name in ('left', 'right'):
        shutil.copyfile(CABINET, desk.path(f'cabinets/{name}.wav'))
    write_rig(desk, 0)


def write_rig(desk, turn, oversample=1):
    """Every other one has the models in another order."""
    models = ['crunch.nam', 'sizes.nam', 'other rate.nam'][::-1 if turn % 2 else 1]
    settings = {'bass': turn % 10, 'gate': True, 'gate_threshold': -60, 'cab_high_cut': 6000, 'oversample': oversample}
    controllers = {'7': 'output_gain', '80': 'bypass', '81': 'next_model', '82': 'next_slot', '83': 'next_cab'}
    new = desk.write('new.json', json.dumps(
        {'backline_rig': 1, 'models': [{'path': path} for path in models],
         'cabinets': [{'path': f'cabinets/{name}.wav'} for name in ('left', 'right')], 'settings': settings,
         'midi': {'cc': controllers}}))
    os.replace(new, desk.path('storm.rig.json'))  # half a rig is none


def watched(desk, library, **more):
    """The environment in which the program is watched."""
    return {'LD_PRELOAD': library, 'CALLBACK_REPORT': desk.path('report'), **more}


def quiet(check, report, *names):
    """These callbacks have run, often, and did nothing that is forbidden."""
    check(report.trap or not os.uname().machine == 'x86_64', 'the kernel catches system calls', report.beginning)
    for name in names:
        check(report.runs.get(name, 0) >= LEAST_RUNS, f'the callback of {name} has run', report.runs)
        check(report.faults[name] < report.runs[name] / 20, f'memory is there before {name} touches it', report.faults, report.runs)
    check(not report.forbidden, 'nothing forbidden was done', report.forbidden, report.beginning)
    print(f'runs {report.runs}, page faults {report.faults}, system calls ' +
          ('watched' if report.trap else 'not watched: this system does not offer that'))


# ---- everything at once ----

class Storm:
    """Keys, controllers and rig reloads for as long as somebody plays, not faster than a busy machine can load files."""

    KEYS = ['n', 'c', '2', ']', 'b', 'o', '3', 't', 't', 'g', 'n', '}', 'q', 'C', 'b', '1', '{', 'p', 'r', 'l', 'l', '[', 'o', 'g',
            'q', 'Down', 'Right', 'Space', '?', '?', '2', 'd']

    def __init__(self, desk, server, sender, window):
        self.desk, self.server, self.sender, self.window = desk, server, sender, window
        self.counts = {'keys': 0, 'messages': 0, 'reloads': 0}

    def last(self):
        works = [threading.Thread(target=work) for work in (self.play, self.press, self.turn, self.reload)]
        self.guitar = works[0]
        for work in works:
            work.start()
        for work in works:
            work.join()

    def play(self):
        """At the pace of a sound card."""
        self.played = self.desk.run(self.desk.loop, self.server.name, 'backline', self.desk.recording('in.wav', guitar(2, SECONDS)),
                                    self.desk.path('out.wav'), LEAD, 0, 'paced', timeout=60)

    def press(self):
        """All of them as often, so that in the end no other page is open."""
        while self.guitar.is_alive():
            for key in self.KEYS:
                self.window.keys(key)
                time.sleep(0.05)
            self.counts['keys'] += len(self.KEYS)

    def turn(self):
        """Program changes and controllers, one in each cycle."""
        messages = [message for i in range(60) for message in (f'B007{i:02X}', f'C0{i % 4:02X}', f'B0{80 + i % 4:02X}7F')]
        while self.guitar.is_alive():
            if self.desk.run(self.sender, self.server.name, PORT, *messages)[0] == 0:
                self.counts['messages'] += len(messages)

    def reload(self):
        while self.guitar.is_alive():
            self.counts['reloads'] += 1
            write_rig(self.desk, self.counts['reloads'], 1 + self.counts['reloads'] % 2)
            os.kill(self.window.program_id(), signal.SIGHUP)
            time.sleep(0.4)


def line_of(environment, words):
    return 'env ' + ' '.join(f"'{word}'" for word in [f'{k}={v}' for k, v in environment.items()] + words)


def listens(desk, check, server, sender, window):
    """After all that it is still there for everybody."""
    write_rig(desk, 1000, 8)  # so that the larger size is too much for the guard on every processor
    os.kill(window.program_id(), signal.SIGHUP)
    check(window.shows('the rig is loaded', '2 sizes  3 other rate'), 'the rig was read again', window.text())
    check(desk.run(sender, server.name, PORT, 'C001')[0] == 0, 'MIDI is sent')
    check(window.shows('[2 sizes]'), 'MIDI has chosen slot 2', window.text())
    check(window.shows("more than the guard's 5%: sizes.nam goes on with"), 'the guard takes less', window.text())
    window.keys('1')
    check(window.shows('[1 crunch]'), 'a key has chosen slot 1', window.text())


def test_jack(desk, check, library, sender):
    write_files(desk)
    words = [desk.backline, 'live', '--rig', 'storm.rig.json', '--in', 'system:1,2', '--out', 'system:1,2', '--guard', '0.05',
             '--record', 'take.wav']
    with Server(desk, realtime=True) as server, Window(desk.folder, line_of({**desk.environment, **watched(desk, library)}, words),
                                        columns=120) as window:
        if not window.shows('backline live', '[1 crunch]') or not wait_for(lambda: PORT in desk.run('jack_lsp')[1]):
            raise RuntimeError('it does not begin: ' + window.text())
        storm = Storm(desk, server, sender, window)
        storm.last()
        check(storm.played[0] == 0, 'the guitar was played', storm.played)
        check(all(count > 3 for count in storm.counts.values()), 'the storm', storm.counts)
        print(storm.counts)
        listens(desk, check, server, sender, window)
        window.keys('x')
        check(window.shows('ended with 0'), 'it ends', window.text())
    report = Report(desk.path('report'))
    quiet(check, report, 'backline', 'backline-midi')
    take = read(desk.path('take.wav'))
    check(take.shape[0] == 4 and take.shape[1] > SECONDS * RATE and np.abs(take).max(axis=1).min() > 0.01, 'the recording',
          take.shape)


def test_portaudio(desk, check, library, _):
    """ALSA's null device takes sound as fast as it comes."""
    write_files(desk)
    desk.of_program = watched(desk, library)
    with Live(desk, '--rig', 'storm.rig.json', '--in', 'default:2', '--out', 'default:1,2', '--block', '64', '--guard', '0.05',
              '--record', 'take.wav') as live:
        for turn in range(1, 4):
            write_rig(desk, turn)
            live.process.send_signal(signal.SIGHUP)
            wait_for(lambda: live.log().count('the rig is loaded') == turn)
        check(live.log().count('the rig is loaded') == 3, 'the rig was read again', live.log())
        check(live.end() == 0, 'it ends', live.log())
    quiet(check, Report(desk.path('report')), 'PortAudio')


# ---- the watch itself ----

def test_misdeeds_are_seen(desk, check, library, _):
    desk.of_program = watched(desk, library, CALLBACK_MISBEHAVE='1')
    with Server(desk), Live(desk, '--in', 'system:1', '--out', 'system:1') as live:
        wait_for(lambda: live.next_state()['frames'] > 200 * 64)
        check(live.end() == 0, 'it ends', live.log())
    report = Report(desk.path('report'))
    wanted = {'malloc', 'free', 'pthread_mutex_lock', 'fputs'} | ({'system-call-110'} if report.trap else set())
    for name in ('backline', 'backline-midi'):  # malloc() may call the system besides
        seen = {what for where, what in report.forbidden if where == name and what != 'system-call-9'}
        check(seen == wanted, f'all that {name} does on purpose is seen', report.forbidden)


def main():
    for program, package in {'tmux': 'tmux', 'jackd': 'jackd2', 'jack_lsp': 'jackd2'}.items():
        if not shutil.which(program):
            skip(f'the program {program} is not installed; it is in the Debian package {package}.')
    backline, loop, sender, library = sys.argv[1:5]
    if library == 'none':
        skip('a sanitizer allows no other library before its own.')
    results = Results()
    for name in sys.argv[5:] or sorted(n for n in globals() if n.startswith('test_')):
        desk, began = Desk(backline, loop), time.monotonic()
        try:
            globals()[name](desk, results.check, os.path.abspath(library), os.path.abspath(sender))
        except Exception as problem:  # a broken case is a failed one, the others still run
            results.check(False, name, repr(problem))
        finally:
            desk.close()
        print(f'{name}: {time.monotonic() - began:.1f} s', flush=True)
    print(f'{results.passed} passed, {results.failed} failed')
    sys.exit(bool(results.failed) or not results.passed)


if __name__ == '__main__':
    main()
