#!/usr/bin/python3
"""program_kill.py BACKLINE: renderings that are interrupted (SIGINT) or killed (SIGKILL) at 50 random moments, seeded, each. No
half output is ever under its name; after SIGINT nothing else is left either, and after SIGKILL what is left is gone with the
next run in that folder. The same command again then leaves, to the bit, what an undisturbed one does. Needs NumPy."""
import os
import random
import signal
import subprocess
import time

from faults import Command, EFFORT, Place, Results, finish, sys, wav, sound

MOMENTS = max(4, 50 * min(EFFORT, 100) // 100)
SLOW = ['--cpu', 'scalar', '--threads', '2']  # so that there is something to interrupt

ONE = Command('render', ['render', '-m', 'tiny.nam', *SLOW, '--force', 'long.wav', 'out/a.wav'], ['a.wav'])
FOLDER = Command('a folder', ['render', '-m', 'tiny.nam', *SLOW, 'long.wav', 'in.wav', 'other.wav', '-o', 'out'],
                 ['long.wav', 'in.wav', 'other.wav'])
TABLE = Command('a manifest', ['render', '--manifest', 'long.csv', *SLOW, '--jobs', '2'], ['0.wav', '1.wav', '2.wav', '3.wav'])


def disturb(place, command, how, seconds):
    """Starts it, and sends the signal then. With SIGKILL to its children as well, as a machine that goes down does."""
    process = subprocess.Popen([place.path, *command.words], cwd=place.folder, env=place.environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    time.sleep(seconds)
    if process.poll() is None:
        if how == signal.SIGKILL:
            os.killpg(process.pid, how)
        else:
            process.send_signal(how)
    messages = process.communicate(timeout=60)[1].decode()
    return process.returncode, messages


def finished(place, wanted, names):
    found = place.everything()
    return {name: found[name] for name in found if name in names}, [n for n in found if '.backline-' in os.path.basename(n)], found


def try_moments(place, check, command, how):
    place.clear()
    begin = time.monotonic()
    check(place.try_command(command)[0] == 0, f'{command.name} undisturbed')
    length, wanted = time.monotonic() - begin, place.everything()
    dice, ended, left = random.Random(f'{command.name} {how}'), 0, 0
    place.clear()
    moments = MOMENTS if command is not FOLDER else (MOMENTS + 2) // 3
    for moment in range(moments):
        what = f'{command.name}, {how.name}, moment {moment}'
        if moment % 3 == 0:
            place.clear()  # else it goes on with what is there
        if command is ONE and moment % 2:
            place.write('out/a.wav', b'old')
        code, messages = disturb(place, command, how, dice.uniform(0, 1.1 * length))
        outputs, temporary, found = finished(place, wanted, command.outputs)
        wrong = [name for name, content in outputs.items() if content != wanted[name] and content != b'old']
        check(not wrong, f'{what}: half a file', wrong)
        check(code in (0, -how), f'{what}: exit code', code, messages)
        ended += code != 0
        left += bool(temporary)
        if how == signal.SIGINT:
            check(not temporary, f'{what}: temporary files', temporary)
        if moment % 5 == 4:
            again = place.try_command(command)
            now = place.everything()
            check(again[0] == 0 and {n: now.get(n) for n in wanted} == wanted, f'{what}: the same command again', again[2])
            check(now == wanted, f'{what}: nothing too much', sorted(set(now) - set(wanted)))
    print(f'{command.name}, {how.name}: {moments} moments in {length:.2f} s, {ended} of them ended it, {left} left something behind')


def main():
    place, results = Place(sys.argv[1]), Results()
    place.write('long.wav', wav(sound(60000)))
    rows = [f'{"long" if i % 2 else "in"}.wav,tiny.nam,out/{i}.wav,--bass {i}\n' for i in range(4)]
    place.write('long.csv', ('input,model,output,options\n' + ''.join(rows)).encode())
    for command in (ONE, FOLDER, TABLE):
        for how in (signal.SIGINT, signal.SIGKILL):
            try_moments(place, results.check, command, how)
    finish(place, results)


main()
