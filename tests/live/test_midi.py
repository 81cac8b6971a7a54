#!/usr/bin/python3
"""test_midi.py SCREEN_SESSION MIDI_SEND [test_...]: MIDI through a JACK server without a sound card."""
import glob
import os
import shutil
import subprocess
import sys
import time

from screens import Place, Results, Session, Terminal, skip, wait_for

PORT = 'backline-midi:in'


class Server:
    """A JACK server of our own, with a name that nobody else's has."""

    def __init__(self, place):
        self.log = open(place.path('jackd.log'), 'ab')
        for turn in range(3):  # all servers of a machine share one registry, in which two that start at a time can get lost
            self.name = f'backline-midi-{os.getpid()}-{time.monotonic_ns() % 1000000}'
            self.environment = {'JACK_DEFAULT_SERVER': self.name, 'JACK_NO_START_SERVER': '1',
                                'JACK_NO_AUDIO_RESERVATION': '1'}
            if self.start():
                return
            self.stop()
        raise RuntimeError('jackd does not start: ' + open(self.log.name, encoding='utf-8').read())

    def start(self):
        """Whether it is there, soon."""
        self.process = subprocess.Popen(
            ['jackd', '-n', self.name, '-S', '-r', '-d', 'dummy', '-r', '48000', '-p', '256'], stdout=self.log, stderr=self.log,
            stdin=subprocess.DEVNULL, env=dict(os.environ, **self.environment))
        return wait_for(lambda: self.lists() is not None, 10)

    def lists(self):
        """Its ports, or None. jack_lsp knows the server from its environment: to a name of 24 letters, which a process number
        of three digits makes, its option -s gives a letter too little memory, and it dies."""
        done = subprocess.run(['jack_lsp'], stdout=subprocess.PIPE, stderr=self.log, check=False,
                              env=dict(os.environ, **self.environment))
        return None if done.returncode else done.stdout.decode().split('\n')

    def has(self, port):
        return wait_for(lambda: port in (self.lists() or []))

    def kill(self):
        """It leaves a place among JACK's eight servers taken, until one of its name starts."""
        self.process.kill()
        self.process.wait()

    def ends(self):
        self.process.terminate()
        try:
            return self.process.wait(5) is not None
        except subprocess.TimeoutExpired:
            self.kill()
            return False

    def stop(self):
        if not self.ends():
            self.start()
            self.ends()
        for left in glob.glob(f'/dev/shm/jack*{self.name}*'):
            if os.path.isdir(left):
                shutil.rmtree(left)
            else:
                os.remove(left)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.log.close()


class Player:
    """screen_session without its screen."""

    def __init__(self, place, program, server, *words):
        self.session = Session(place)
        if os.path.exists(self.session.file):
            os.remove(self.session.file)
        self.errors = open(place.path('player.log'), 'w+b')
        self.process = subprocess.Popen(
            [os.path.abspath(program), '--no-screen', '--midi', *words, self.session.file, 'silence.wav'], cwd=place.folder,
            stdout=self.errors, stderr=self.errors, stdin=subprocess.DEVNULL, env=dict(os.environ, **server.environment))

    def said(self):
        with open(self.errors.name, encoding='utf-8') as log:
            return log.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()
        self.errors.close()

    def end(self):
        self.process.terminate()
        return self.process.wait(20)


class Test:
    def __init__(self, program, sender):
        self.program, self.sender = program, os.path.abspath(sender)
        self.place, self.results = Place(), Results()

    def check(self, ok, what, *details):
        self.results.check(ok, what, *details)

    def send(self, server, *messages):
        done = subprocess.run([self.sender, server.name, PORT, *messages], stderr=subprocess.PIPE, check=False)
        self.check(done.returncode == 0, 'the messages are sent', messages, done.stderr)

    def comes(self, session, symbol, value):
        ok = wait_for(lambda: abs((session.setting(symbol) or 0) - value) < 1e-4)
        self.check(ok, f'{symbol} comes to {value}', session.setting(symbol), session.read())


def test_program_changes_and_controllers(test):
    test.place.rig('midi.rig.json', midi={'cc': {'7': 'output_gain', '80': 'bypass', '81': 'next_model', '82': 'next_slot',
                                                 '20': 'cab_high_cut', '21': 'output_mode', '22': 'gate'}})
    with Server(test.place) as server, Player(test.place, test.program, server, '--rig', 'midi.rig.json') as player:
        session = player.session
        test.check(server.has(PORT), 'it has a port', player.said())
        test.send(server, 'C001')
        test.comes(session, 'slot', 2)
        test.send(server, 'C509')
        test.comes(session, 'slot', 10)
        test.send(server, 'C002')
        test.check(wait_for(lambda: session.read()['news'] == 'Slot 3 is empty.'), 'an empty slot', session.read()['news'])
        test.send(server, 'C07F', 'C000')  # there is no such slot; slot 1
        test.comes(session, 'slot', 1)
        test.send(server, 'B07F05', 'B00700')
        test.comes(session, 'output_gain', -60)
        test.send(server, 'B0077F')
        test.comes(session, 'output_gain', 40)
        test.send(server, *[f'B307{i:02X}' for i in range(128)], 'B3074C')
        test.comes(session, 'output_gain', -60 + 100 * 0x4C / 127)
        test.send(server, 'B05000', 'B0507F', 'B05000')  # pressed and released
        test.comes(session, 'enabled', 0)
        test.send(server, 'B0507F')
        test.comes(session, 'enabled', 1)
        test.send(server, 'B0513F')
        test.send(server, 'B0517F')
        test.check(wait_for(lambda: session.read()['files'][0].endswith('amp 2.nam')), 'the next model', session.read()['files'])
        test.send(server, 'B05240')
        test.comes(session, 'slot', 2)
        test.send(server, 'B01400')
        test.comes(session, 'cab_high_cut', 1000)
        test.send(server, 'B0157F', 'B01640')
        test.comes(session, 'output_mode', 2)
        test.comes(session, 'gate', 1)
        test.send(server, 'B0163F')
        test.comes(session, 'gate', 0)
        test.send(server, '903C7F', 'B00A40', 'E00040', 'F8')  # nothing that means anything
        test.check(player.end() == 0, 'it ends in peace', player.said())
        test.check(player.said() == '', 'and says nothing', player.said())


def test_channel(test):
    test.place.rig('midi.rig.json', midi={'channel': 3, 'cc': {'7': 'output_gain'}})
    with Server(test.place) as server, Player(test.place, test.program, server, '--rig', 'midi.rig.json') as player:
        test.check(server.has(PORT), 'it has a port', player.said())
        test.send(server, 'B2077F', 'B00700', 'C001')
        test.comes(player.session, 'output_gain', 40)
        time.sleep(0.2)
        test.check(player.session.setting('output_gain') == 40 and player.session.setting('slot') == 1, 'other channels')
        test.send(server, 'C201')
        test.comes(player.session, 'slot', 2)


def test_server_that_comes_back(test):
    with Server(test.place) as server, Player(test.place, test.program, server, '--rig', 'test.rig.json') as player:
        test.check(server.has(PORT), 'it has a port', player.said())
        server.kill()
        time.sleep(0.5)
        server.start()
        test.check(server.has(PORT), 'it comes back', player.said())
        test.send(server, 'C001')
        test.comes(player.session, 'slot', 2)
        test.check(player.end() == 0, 'it ends in peace', player.said())
        test.check(player.said() == '', 'and says nothing', player.said())


def test_without_a_server(test):
    with Server(test.place) as server:
        pass
    with Player(test.place, test.program, server, '--rig', 'test.rig.json') as player:
        test.comes(player.session, 'slot', 1)
        time.sleep(0.3)
        test.check(player.end() == 0 and player.said() == '', 'there is nothing, and it says nothing', player.said())


def test_learning(test):
    """m on the screen, a controller moves, the knob turns, and the rig keeps it."""
    place = test.place
    place.rig('midi.rig.json', midi={'channel': 1, 'cc': {'7': 'output_gain', '11': 'input_gain'}})
    with Server(place) as server, Terminal(place, test.program, '--midi', '--rig', 'midi.rig.json', '--save-as', 'learnt.rig.json',
                                           **server.environment) as t:
        test.check(server.has(PORT), 'it has a port', t.text())
        test.check(t.shows('MIDI controller 11. Input Gain'), 'what the rig says', t.text())
        t.keys('m')
        test.check(t.shows('Move a MIDI controller for Input Gain'), 'it waits', t.text())
        test.send(server, 'B0077F')
        test.comes(t.session, 'input_gain', 40)
        test.check(t.shows('MIDI controller 7. Input Gain', 'MIDI controller 7 turns Input Gain from now on'), 'it has learnt', t.text())
        test.check(t.session.read()['cc'] == {'7': 'input_gain'}, 'nothing else turns it', t.session.read()['cc'])
        test.send(server, 'B00740', 'B00B00')
        test.comes(t.session, 'input_gain', -40 + 80 * 64 / 127)
        test.check(t.session.setting('output_gain') == 0, 'the controller does nothing else')
        t.keys('s', 'Enter')
        test.check(t.shows('the rig is saved'), 'it is saved', t.text())
        test.check('"midi"' in open(place.path('learnt.rig.json')).read(), 'with the map')
    with Player(place, test.program, server, '--rig', 'learnt.rig.json') as player:
        test.check(wait_for(lambda: player.session.read().get('cc') == {'7': 'input_gain'}), 'and read again', player.session.read())


def main():
    for program, package in {'tmux': 'tmux', 'jackd': 'jackd2', 'jack_lsp': 'jackd2'}.items():
        if not shutil.which(program):
            skip(f'the program {program} is not installed; it is in the Debian package {package}.')
    if len(sys.argv) < 3 or sys.argv[2].startswith('test_'):
        skip('midi_send was not built; it needs the Debian package libjack-jackd2-dev.')
    test = Test(sys.argv[1], sys.argv[2])
    for name in sys.argv[3:] or [name for name in globals() if name.startswith('test_')]:
        try:
            globals()[name](test)
        except Exception as problem:  # a broken case is a failed one, the others still run
            test.check(False, name, repr(problem))
    test.place.close()
    print(f'{test.results.passed} passed, {test.results.failed} failed')
    sys.exit(bool(test.results.failed))


if __name__ == '__main__':
    main()
