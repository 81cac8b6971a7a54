#!/usr/bin/python3
"""program_memory.py BACKLINE SCARCE.SO: the program, while memory runs out. Allocations fail in turn, one alone or all that
follow as well: every one with BACKLINE_TEST_EFFORT=10000, else some that are evenly spread. What has failed says so in a
sentence, and leaves no output; what comes through without some memory has the same output. Needs NumPy.

Writing FLAC is left out: libFLAC (1.4.2) crashes. popt (1.19) ends the program itself where it lacks memory, or takes words for options: what it asked for is only watched for
crashes and half files."""
import os

from faults import COMMANDS, EFFORT, Place, Results, finish, judge, preload_or_skip, sys

MOST = {'render': 30, 'a rig': 20, 'stream': 20}  # failures that are tried, of each kind
MOST_OF_OTHERS = 10


def report(place):
    """Who was hit, how many allocations there were, and how many were not freed."""
    with open(place.file('report'), encoding='ascii', errors='replace') as file:
        lines = [line.split() for line in file]
    ends = [line for line in lines if line[0] == 'end']
    return ([line[1] for line in lines if line[0] == 'hit'], *(map(int, ends[-1][1:]) if ends else (None, None)))


def run(place, command, library, n, lasting):
    place.clear()
    if os.path.exists(place.file('report')):
        os.remove(place.file('report'))
    more = {'SCARCE_LASTING': '1'} if lasting else {}
    return place.try_command(command, LD_PRELOAD=library, SCARCE_NTH=str(n), SCARCE_REPORT=place.file('report'), **more)


def try_all(place, check, command, library):
    good = run(place, command, library, 0, False)
    check(good[0] == 0, f'{command.name} undisturbed', good)
    wanted, (_, count, kept) = place.everything(), report(place)
    tried = failed = 0
    for lasting in (False, True):
        step = max(1, count * 100 // (MOST.get(command.name, MOST_OF_OTHERS) * EFFORT * (1 if not lasting else 2)))
        for n in range(1 + lasting, count + step, step):
            done = run(place, command, library, n, lasting)
            hit, _, left = report(place)
            what = f'allocation {n} of {count}{" and all later ones" if lasting else ""}'
            if not hit:
                check(done[0] == 0, f'{command.name}: {what}: fails, but nothing did', done)
                continue
            tried += 1
            if hit[0].startswith('libpopt.'):
                found = place.everything()
                check(done[0] in (0, 1, 2, *command.codes) and all(found.get(name, wanted[name]) == wanted[name] for name in command.outputs),
                      f'{command.name}: {what}, of popt', done, list(found))
                continue
            failed += judge(place, check, command, what, done, good, wanted)
            if done[0]:
                codec = hit[0].startswith(('libsndfile.', 'libFLAC.'))  # which do not say what they lack
                check('emory' in done[2] or codec or 'No thread could be started' in done[2], f'{command.name}: {what}: says why',
                      hit, done[2])
                check(left is None or left <= kept, f'{command.name}: {what}: {left} pieces of memory were not freed, not {kept}',
                      done[2])
            elif len(command.outputs) > 1 and tried % 5 == 0:  # and goes on where it has ended
                again = place.try_command(command)
                check(again[0] == 0 and place.everything() == wanted, f'{command.name}: {what}: goes on', again[2])
    print(f'{command.name}: {count} allocations, {tried} failures tried, {failed} ended it')


def main():
    preload_or_skip(sys.argv[2])
    place, results = Place(sys.argv[1]), Results()
    for command in (c for c in COMMANDS if c.name != 'FLAC'):
        try_all(place, results.check, command, os.path.abspath(sys.argv[2]))
    finish(place, results)


main()
