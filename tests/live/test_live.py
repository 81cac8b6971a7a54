#!/usr/bin/python3
"""test_live.py BACKLINE JACK_LOOP BUSY.SO [test_...]: `backline live` and `backline devices` on JACK's dummy driver and on ALSA's
null device. BUSY.SO is the library of busy_preload.c, or "none". Without names all run but test_in_real_time, which takes a
minute, but little of the processor."""
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from desk import CABINET, CRUNCH, NULL_DEVICE, TAIL, Desk, Live, Results, Server, wait_for
from sound import LIMIT_DB, RATE, difference, guitar, read

busy_library = 'none'
REAL_SECONDS = 60
WITHOUT_JACK = ['test_alsa', 'test_alsa_device_that_goes_away', 'test_alsa_device_that_does_not_open', 'test_no_devices',
                'test_alsa_device_that_is_busy', 'test_recording_on_a_full_disk', 'test_a_path_that_is_not_utf8']


def same(check, what, got, want, lag=0):
    worst, sentence = difference(got, want, lag)
    check(worst <= LIMIT_DB, what, sentence)
    return worst


# ---- devices ----

def test_devices(desk, check):
    code, said, noise = desk.program('devices')
    check(code == 0 and 'ALSA' in said and 'default' in said and not noise, 'the table', code, said, noise)
    with Server(desk, 128) as server:
        code, said, noise = desk.program('devices')
        check(code == 0 and 'JACK      system' in said and '48 kHz' in said and not noise, 'with JACK', said, noise)
        code, said, noise = desk.program('devices', '--json')
        devices = {d['host_api']: d for d in json.loads(said)['devices']}
        jack = devices['JACK']
        check(jack['name'] == 'system' and jack['rate_hz'] == RATE and jack['inputs']['channels'] == 2 and
              jack['outputs']['channels'] == 2 and jack['inputs']['default'] and jack['outputs']['default'] and
              abs(jack['inputs']['low_latency_ms'] - 1000 * server.period / RATE) < 0.01, 'JSON', jack)
        check(not devices['ALSA']['inputs']['default'] and not noise, 'JACK goes before ALSA', devices, noise)


def test_no_devices(desk, check):
    desk.environment['ALSA_CONFIG_PATH'] = '/usr/share/alsa/alsa.conf'
    code, said, noise = desk.program('devices', '--json')
    if code == 0 and json.loads(said)['devices']:
        return  # this machine has some
    check(code == 0 and not noise, 'no devices are an empty list', said, noise)
    code, said, noise = desk.program('devices')
    check(code == 1 and noise == 'backline devices: There are no audio devices.\n', 'a sentence', code, said, noise)
    code, _, noise = desk.program('live', '--no-ui')
    check(code == 1 and 'no audio device' in noise, 'nothing to play through', code, noise)


# ---- sound ----

def same_as_render(desk, check, period):
    sounds = {'mono': guitar(1, seed=2), 'stereo': guitar(2, seed=3)}
    ways = {('mono', 'system:1', 'system:2'): [], ('mono', 'system:2', 'system:1,2'): ['--stereo'],
            ('stereo', 'system:1,2', 'system:1,2'): []}
    rig = ['-m', CRUNCH, '-c', CABINET, '--gate=-60', '--bass=3', '--oversample=2']
    with Server(desk, period) as server:
        for (kind, source, sink), more in ways.items():
            recording = desk.recording('in.wav', sounds[kind])
            want = desk.render(recording, *rig, *more)
            with Live(desk, *rig, '--in', source, '--out', sink, '--record', 'take.wav', '--force') as live:
                got = server.play(recording)
                state = live.next_state()
                code = live.end()
            what = f'{kind} from {source} to {sink} at {period}'
            late = period + state['rig']['latency_frames']
            worst = same(check, what, got, want[:, :got.shape[1]], late)
            check(got.shape[1] == sounds[kind].shape[1] + TAIL, f'{what}: complete', got.shape)
            check(code == 0 and state['block'] == period and state['running'], f'{what}: state', code, state)
            check_take(desk, check, what, sounds[kind], want, late - period)
            print(f'{what}: {worst:.1f} dB')


def test_same_as_render_32(desk, check):
    same_as_render(desk, check, 32)


def test_same_as_render_64(desk, check):
    same_as_render(desk, check, 64)


def test_same_as_render_256(desk, check):
    same_as_render(desk, check, 256)


def check_take(desk, check, what, sound, want, late):
    """The recording: what went in, and beside it what came out."""
    take = read(desk.path('take.wav'))
    channels = sound.shape[0]
    dry, wet = take[:channels], take[channels:]
    begin = int(np.argmax(np.abs(dry).max(axis=0) > 0))
    begin -= int(np.argmax(np.abs(sound).max(axis=0) > 0))
    frames = sound.shape[1]
    check(np.array_equal(dry[:, begin:begin + frames].astype(np.float32), sound), f'{what}: dry')
    same(check, f'{what}: wet', wet[:, begin:begin + late + frames], want[:, :frames], late)


def play_in_real_time(desk, check, recording, sound, want):
    """At the pace of a sound card: all that was played is there. The last state."""
    with Server(desk, realtime=True) as server, Live(desk, '--in', 'system:1', '--out', 'system:1', '--record',
                                                     'take.wav', '--force') as live:
        before = live.next_state()
        got = server.play(recording, paced=True)
        state = live.next_state()
        code = live.end()
    same(check, 'in real time', got, want[:, :got.shape[1]], 64)
    check(code == 0 and state['recording']['lost'] == 0 and state['recording']['error'] is None, 'recording', state)
    check(got.shape[1] == sound.shape[1] + TAIL, 'complete', got.shape)
    check_take(desk, check, 'in real time', sound, want, 0)
    print(f'{REAL_SECONDS} s in real time: {state["xruns"] - before["xruns"]} xruns of the server, {state["own_xruns"]} of ours, '
          f'load {state["load"]}')
    return state


def test_in_real_time(desk, check):
    """No xrun is ours; those of a busy machine, which this server waits for, are told. A system that does not know what its host
    takes from it, or counts the work of its interrupts as that of the thread in whose place they come, makes some look like ours,
    about one in five minutes beside compilers and copies: so one minute of three must be without."""
    sound = guitar(1, REAL_SECONDS)
    recording = desk.recording('in.wav', sound)
    want = desk.render(recording)
    states = []
    while len(states) < 3 and (not states or states[-1]['own_xruns']):
        states.append(play_in_real_time(desk, check, recording, sound, want))
    check(states[-1]['own_xruns'] == 0, 'no xrun is ours', states)


def heavy_network(channels=64, layers=96):
    """Eight times oversampled, six hundred thousand million operations a second: more than any processor does in real time."""
    random, weights, before = np.random.default_rng(1), [], 1
    for _ in range(layers):
        weights += list(random.normal(0, (2 * before) ** -0.5, channels * before * 2).round(3)) + [0.0] * channels
        before = channels
    return json.dumps({'version': '0.5.4', 'architecture': 'ConvNet', 'sample_rate': RATE, 'weights': weights + [0.1] * channels + [0.0],
                       'config': {'channels': channels, 'dilations': [1] * layers, 'batchnorm': False, 'activation': 'ReLU'}})


def test_overload_is_ours(desk, check):
    """What the test above asks for can fail."""
    desk.write('heavy.nam', heavy_network())
    with Server(desk, 32) as _, Live(desk, '-m', 'heavy.nam', '--oversample=8', '--in', 'system:1', '--out', 'system:1') as live:
        wait_for(lambda: live.next_state()['own_xruns'] > 20, 30)
        state = live.next_state()
        check(live.end() == 0, 'it ends well', live.log())
    check(state['load']['p50'] > 1, 'the network is too large', state['load'])
    check(20 < state['own_xruns'] <= state['xruns'], 'xruns are ours', state)
    check(2 * state['own_xruns'] > state['xruns'], 'most are', state)
    print(f'overload: {state["xruns"]} xruns, {state["own_xruns"]} of ours')


# ---- devices that come and go ----

def test_server_killed_and_restarted(desk, check):
    rig = ['--treble=4']
    recording = desk.recording('in.wav', guitar(1))
    want = desk.render(recording, *rig)
    with Server(desk) as server, Live(desk, *rig, '--in', 'system:1', '--out', 'system:1') as live:
        for turn in range(2):
            server.kill()
            check(wait_for(lambda: not live.next_state()['running']), 'the loss is noticed', live.log())
            check(live.log().count('The device has gone.') == turn + 1, 'and told once', live.log())
            server.begin()
            check(wait_for(lambda: live.next_state()['running']), 'it comes back', live.log())
            check(live.log().count('The device is back.') == turn + 1, 'and says so', live.log())
            got = server.play(recording)
            same(check, 'with the same sound', got, want[:, :got.shape[1]], 64)
        check(live.end() == 0, 'and ends well', live.log())


def test_server_comes_back_with_another_rate(desk, check):
    with Server(desk) as server, Live(desk, '--in', 'system:1', '--out', 'system:1', '--record', 'take.wav') as live:
        server.kill()
        server.rate = 44100
        server.begin()
        check(wait_for(lambda: live.told('The device is back')), 'it comes back', live.log())
        state = live.next_state()
        check(state['rate_hz'] == 44100 and state['running'], 'with another rate', state)
        check(live.told('44100 Hz') and live.told('the recording ends here'), 'and says so', live.log())
        frames = state['frames']
        check(live.next_state()['frames'] > frames, 'it plays', live.log())
        server.kill()
        check(live.end() == 0, 'it ends while the server is away', live.log())
        server.begin()


# ---- signals ----

def test_hangup_reads_the_rig_again(desk, check):
    def write_rig(bass):
        desk.write('a.rig.json', json.dumps({'backline_rig': 1, 'models': [{'path': CRUNCH}], 'cabinets':
                                             [{'path': CABINET}], 'settings': {'bass': bass}}))

    write_rig(0)
    recording = desk.recording('in.wav', guitar(1))
    with Server(desk) as server, Live(desk, '--rig', 'a.rig.json', '--in', 'system:1', '--out', 'system:1') as live:
        write_rig(6)
        live.process.send_signal(signal.SIGHUP)
        check(wait_for(lambda: live.told('a.rig.json: the rig is loaded')), 'it is read', live.log())
        want = desk.render(recording, '--rig', 'a.rig.json')
        got = server.play(recording)
        same(check, 'the new rig plays', got, want[:, :got.shape[1]], 64)
        desk.write('a.rig.json', '{"backline_rig": 1, "models": [{"path": "gone.nam"}]}')
        live.process.send_signal(signal.SIGHUP)
        check(wait_for(lambda: live.told('gone.nam.*The rig stays as it is')), 'a bad one is refused', live.log())
        got = server.play(recording)
        same(check, 'and the sound goes on', got, want[:, :got.shape[1]], 64)
        check(live.end() == 0, 'it ends well', live.log())


def test_signals_fade_out(desk, check):
    """An amplifier that hums: without a fade, the recording would end with a step."""
    for number in (signal.SIGINT, signal.SIGTERM):
        with Server(desk), Live(desk, '--in', 'system:1', '--out', 'system:1', '--record', 'hum.wav', '--force',
                                '--input-gain=40') as live:
            live.next_state()
            code = live.end(number)
        check(code == 0, f'signal {number} ends it well', code, live.log())
        check(live.told('hum.wav holds 0:0'), 'and tells what was recorded', live.log())
        check(np.all(read(desk.path('hum.wav'))[1][-64:] == 0), 'the end is silent')


def test_a_killed_program_leaves_a_good_recording(desk, check):
    with Server(desk) as server, Live(desk, '--in', 'system:1', '--out', 'system:1', '--record', 'take.wav') as live:
        wait_for(lambda: live.next_state()['recording']['frames'] > 3 * RATE)
        live.end(signal.SIGKILL)
        frames = read(desk.path('take.wav')).shape
        check(frames[0] == 2 and frames[1] > RATE, 'all but the last second', frames)
        server.close()


# ---- what is remembered ----

def test_the_devices_are_remembered(desk, check):
    with Server(desk):
        with Live(desk, '--in', 'system:2', '--out', 'jack:1,2') as live:
            check(not live.told('as last time'), 'nothing is remembered at first', live.log())
        with open(desk.path('config/backline/live.json'), encoding='utf-8') as file:
            kept = json.load(file)
        check(kept['in'] == {'host_api': 'JACK', 'device': 'system', 'channels': [2]} and
              kept['out']['channels'] == [1, 2], 'the file', kept)
        with Live(desk) as live:
            check(live.told(r'From system, channel 2 to system, channels 1 and 2 \(JACK, as last time\)'), 'it is used',
                  live.log())
        check(os.listdir(desk.path('config/backline')) == ['live.json'], 'nothing else is left')
    code, _, said = desk.program('live', '--no-ui')
    check(code == 1 and 'server is not running' in said and 'last time' in said, 'it is away', code, said)
    desk.write('config/backline/live.json', 'rubbish')
    with Server(desk), Live(desk) as live:
        check(live.told('From system, channel 1 to system, channels 1 and 2'), 'rubbish is forgotten', live.log())


# ---- ALSA ----

def test_alsa(desk, check):
    """The null device takes sound as fast as it comes, so this is short."""
    with Live(desk, '--in', 'default:2', '--out', 'ALSA: default:1,2', '--block', '64', '--rate', '44100') as live:
        check(live.told('From default, channel 2 to default, channels 1 and 2 .ALSA.*44100 Hz, blocks of 64'),
              'it opens', live.log())
        state = live.next_state()
        check(state['running'] and state['block'] == 64 and state['frames'] > 0, 'it plays', state)
        check(live.end() == 0, 'it ends', live.log())


def test_alsa_device_that_goes_away(desk, check):
    """ALSA's file device fails where it cannot write: the stream ends each time it has begun."""
    desk.write('asound.conf', NULL_DEVICE + 'pcm.broken { type file slave.pcm null file "/nowhere/x" format raw }\n')
    with Live(desk, '--in', 'default:1', '--out', 'broken:1') as live:
        check(wait_for(lambda: live.told('The device has gone')), 'the loss is told', live.log())
        time.sleep(2.5)
        state = live.next_state()
        check(not state['running'], 'it does not run', state)
        check(live.end() == 0, 'it ends', live.log())
        check(live.log().count('has gone') == 1 and not live.told('is back'), 'once', live.log())
        check(all(line.startswith('backline live: ') for line in live.log().splitlines()), 'no noise', live.log())


def test_alsa_device_that_does_not_open(desk, check):
    desk.write('asound.conf', NULL_DEVICE + 'pcm.absent { type hw card 7 }\n')
    code, _, said = desk.program('live', '--no-ui', '--in', 'absent', '--out', 'absent')
    check(code == 1 and said.count('\n') == 1, 'one sentence', code, said)


def test_recording_on_a_full_disk(desk, check):
    """The largest file that the program may write stands for it."""
    with Live(desk, '--in', 'default:1', '--out', 'default:1', '--record', 'take.wav') as live:
        resource.prlimit(live.process.pid, resource.RLIMIT_FSIZE, (400000, 400000))
        check(wait_for(lambda: live.told('take.wav: .*recording ends here, the sound goes on')), 'it is told at once', live.log())
        frames = live.next_state()['frames']
        state = live.next_state()
        check(state['frames'] > frames and 'recording ends here' in state['recording']['error'], 'the sound goes on', state)
        check(live.end() == 0, 'it ends', live.log())
    check(live.log().count('the recording ends here') == 1 and live.told('take.wav holds'), 'it is told once', live.log())
    take = read(desk.path('take.wav'))
    check(take.shape[0] == 2 and take.shape[1] > 10000, 'what there was room for', take.shape)


def test_a_path_that_is_not_utf8(desk, check):
    name = os.fsdecode(b'caf\xe9.nam')
    shutil.copyfile(CRUNCH, desk.path(name))
    with Live(desk, '-m', name, '-c', CABINET, '--in', 'default:1', '--out', 'default:1') as live:
        state = live.next_state()
        check(state['running'] and state['rig']['model'] is None and state['rig']['cabinet'], 'there is a state', state)
        check(live.end() == 0, 'it ends', live.log())


def test_alsa_device_that_is_busy(desk, check):
    """Before the program begins, and when it has just found the device."""
    desk.write('asound.conf', NULL_DEVICE + 'pcm.busy { type null }\n')
    if busy_library == 'none':
        return  # a sanitizer allows no other library before its own
    for after, sentence in {0: 'no input device "busy".*another program', 5: 'cannot be opened.*another program'}.items():
        desk.environment.update(LD_PRELOAD=busy_library, BUSY_AFTER=str(after))
        code, _, said = desk.program('live', '--no-ui', '--in', 'busy', '--out', 'busy')
        check(code == 1 and re.search(sentence, said) and said.count('\n') == 1, 'one sentence', after, code, said)


# ---- latency ----

def test_latency(desk, check):
    with Server(desk) as server:
        words = [desk.backline, 'live', '--measure-latency', '--in', 'system:1', '--out', 'system:1']
        with open(desk.path('cable.txt'), 'w+', encoding='utf-8') as out, \
                open(desk.path('none.txt'), 'w+', encoding='utf-8') as error:
            cable = desk.start(*words, stdout=out, stderr=subprocess.DEVNULL)
            wait_for(lambda: 'backline:in_1' in desk.run('jack_lsp')[1])
            none = desk.start(*words, stderr=error)
            code = wait_for(lambda: desk.run('jack_connect', 'backline:out_1', 'backline:in_1')[0] == 0)
            check(code, 'a cable is put in')
            codes = [process.wait(60) for process in (cable, none)]
            out.seek(0)
            error.seek(0)
            check(codes[0] == 0 and out.read().startswith(f'Round trip: {server.period} samples, 1.33 ms'),
                  'one block through a cable', codes, open(out.name).read())
            check(codes[1] == 1 and 'by a cable' in error.read(), 'nothing without one', codes, open(error.name).read())


# ---- mistakes ----

def test_mistakes(desk, check):
    desk.write('exists.wav', 'mine')
    desk.write('bad.nam', '{"architecture": 7}')
    desk.write('gone.rig.json', '{"backline_rig": 1, "models": [{"path": "nowhere.nam"}]}')
    usual = ['--in', 'system:1', '--out', 'system:1']
    cases = {
        'no such device': (1, ['--in', 'guitar'], 'no input device "guitar"; there are: 0 "JACK: system"'),
        'ambiguous': (1, ['--in', 's'], 'could be several input devices'),
        'no such channel': (1, ['--in', 'system:3'], 'no input channel 3; it has 2'),
        'no such channels': (1, ['--out', 'system:2,3'], 'no output channel 3'),
        'two host APIs': (1, ['--in', 'default', '--out', 'system'], 'belong to the same'),
        'two into one': (2, ['--in', 'system:1,2', '--out', 'system:1'], 'two output channels'),
        'unwritable': (1, [*usual, '--record', '/nowhere/take.wav'], '/nowhere/take.wav'),
        'not a recording': (1, [*usual, '--record', 'take.mp3'], 'take.mp3'),
        'exists': (1, [*usual, '--record', 'exists.wav'], '--force replaces it'),
        'missing model': (1, [*usual, '-m', 'nowhere.nam'], 'nowhere.nam'),
        'bad model': (1, [*usual, '-m', 'bad.nam'], 'bad.nam'),
        'missing cabinet': (1, [*usual, '-c', 'nowhere.wav'], 'nowhere.wav'),
        'rig with missing files': (1, [*usual, '--rig', 'gone.rig.json'], 'nowhere.nam'),
        'no rig': (1, [*usual, '--rig', 'none.rig.json'], 'none.rig.json'),
        'no knob': (2, [*usual, '--param', 'gain=1'], 'no knobs'),
        'bad guard': (2, ['--guard', '2'], '0.05 to 1'),
        'bad block': (2, ['--block', '0'], '1 to 8192'),
        'bad rate': (2, ['--rate', '1'], '8000 to 768000'),
        'bad target': (2, ['--midi-learn', 'x'], '--midi-learn'),
        'record what?': (2, ['--measure-latency', '--record', 'x.wav'], 'nothing to --record'),
    }
    with Server(desk):
        for name, (wanted, words, sentence) in cases.items():
            code, out, said = desk.program('live', '--no-ui', *words)
            check(code == wanted and sentence in said and not out, name, code, said)
            check(said.count('\n') <= 2, f'{name}: one sentence', said)
        check(open(desk.path('exists.wav'), encoding='utf-8').read() == 'mine', 'what exists stays')
        with Live(desk, *usual, '--rate', '44100', '--block', '128') as live:
            check(live.told('cannot play at 44100 Hz; it plays at 48000 Hz') and live.told('64 frames, not 128'),
                  'what cannot be is told', live.log())


def main():
    global busy_library
    busy_library, words = sys.argv[3], sys.argv[4:]
    for program, package in {'jackd': 'jackd2', 'jack_lsp': 'jackd2'}.items():
        if not shutil.which(program):
            print(f'Skipped: the program {program} is not installed; it is in the Debian package {package}.')
            sys.exit(77)
    chosen = words or sorted(n for n in globals() if n.startswith('test_') and n != 'test_in_real_time')
    results, lock, desks = Results(), threading.Lock(), set()

    def check(*result):
        with lock:
            results.check(*result)

    def run(name):
        """One case, with a desk and servers of its own."""
        desk, began = Desk(*sys.argv[1:3]), time.monotonic()
        desks.add(desk)
        try:
            globals()[name](desk, check)
        except Exception as problem:  # a broken case is a failed one, the others still run
            check(False, name, repr(problem))
        finally:
            desk.close()
            desks.discard(desk)
        print(f'{name}: {time.monotonic() - began:.1f} s', flush=True)

    def leave(*_):
        for desk in list(desks):
            desk.close()
        os._exit(1)

    signal.signal(signal.SIGTERM, leave)  # so that nothing is left behind then either
    # Two servers at a time would not do: JACK's library names a client's socket only after the client, so that clients of the
    # same name that begin together can be told of each other's server.
    with ThreadPoolExecutor(1) as beside:
        others = beside.map(run, [name for name in chosen if name in WITHOUT_JACK])
        for name in chosen:
            if name not in WITHOUT_JACK:
                run(name)
        list(others)
    print(f'{results.passed} passed, {results.failed} failed')
    sys.exit(bool(results.failed) or not results.passed)


if __name__ == '__main__':
    main()
