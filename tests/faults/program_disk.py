#!/usr/bin/python3
"""program_disk.py BACKLINE DISK.SO: the program on disks that fail: each write, read, ... in turn with the system's error, a full
disk, a folder that nobody may write to, inputs and outputs that are something else than files, and files that others take away
or cut meanwhile. It ends with a sentence and leaves no output, or its output is the undisturbed one. Needs NumPy."""
import errno
import os
import resource
import shutil
import socket
import stat
import struct
import subprocess
import time

from faults import COMMANDS, EFFORT, Command, Place, Results, finish, judge, sys, wav, sound

KINDS = {'write': errno.ENOSPC, 'fsync': errno.EIO, 'close': errno.EIO, 'rename': errno.EACCES, 'create': errno.EROFS,
         'read': errno.EIO}


def disturbed(place, command, library, kind, n, **more):
    place.clear()
    return place.try_command(command, LD_PRELOAD=library, DISK_CALL=kind, DISK_NTH=str(n), DISK_ERROR=str(KINDS[kind]),
                             DISK_REPORT=place.file('report'), **more)


def test_calls(place, check, library):
    """Every call of every kind, or some that are evenly spread."""
    tried = failed = 0
    for command in COMMANDS:
        for kind in KINDS:
            good = disturbed(place, command, library, kind, 0)
            check(good[0] == 0, f'{command.name} undisturbed', good)
            wanted = place.everything()
            with open(place.file('report'), encoding='ascii') as file:
                count = int(file.read())
            step = max(1, count * 100 // (5 * EFFORT))
            for n in range(1, count + 1, step):
                done = disturbed(place, command, library, kind, n)
                failed += judge(place, check, command, f'{kind} {n} of {count}', done, good, wanted)
                tried += 1
                if kind in ('write', 'create') and command.outputs:
                    check(done[0] != 0, f'{command.name}: {kind} {n} of {count} fails, and nothing says so', done)
    print(f'{tried} failing calls, {failed} ended the program')


def test_old_file_stays(place, check, library):
    """--force replaces a file only by one that is complete."""
    command = COMMANDS[0]
    force = Command('--force', [*command.words, '--force'], command.outputs)
    for kind in ('write', 'fsync', 'rename', 'create'):
        place.clear()
        place.write('out/a.wav', b'old')
        done = place.try_command(force, LD_PRELOAD=library, DISK_CALL=kind, DISK_NTH='1', DISK_ERROR=str(KINDS[kind]))
        check(done[0] == 1 and place.everything() == {'a.wav': b'old'}, f'{kind} fails: the old file stays', done)


def test_meanwhile(place, check, library):
    """What others do while a recording is read."""
    place.write('long.wav', wav(sound(200000)))
    command = Command('meanwhile', ['render', '-m', 'tiny.nam', '--threads', '1', '--block', '64', 'long.wav', 'out/a.wav'], ['a.wav'])
    place.clear()
    good = place.try_command(command)
    wanted = place.everything()
    for what, step, fails in (('its name goes', 'rm long.wav', False), ('it is cut', 'truncate -s 100000 long.wav', True),
                              ('it is emptied', ': > long.wav', True), ('it grows', 'cat in.wav >> long.wav', False),
                              ('the folder goes', 'rm -r out', True), ('another output comes', 'echo x > out/a.wav', True)):
        place.write('long.wav', wav(sound(200000)))
        place.clear()
        # the reads before half of the recording
        done = place.try_command(command, LD_PRELOAD=library, DISK_CALL='read', DISK_NTH='30', DISK_STEP=step)
        if what == 'another output comes':
            check(done[0] == 1 and place.everything() == {'a.wav': b'x\n'}, f'{what}: it stays', done)
            continue
        if what == 'the folder goes':
            check(done[0] == 1 and not os.path.exists(place.file('out')), what, done)
            os.mkdir(place.file('out'))
            continue
        judge(place, check, command, what, done, good, wanted)
        check((done[0] != 0) == fails, f'{what}: {"fails" if fails else "succeeds"}', done)


# ---- without a library before the program ----


def expect(place, check, what, words, *, codes=(1,), hint='', **more):
    """It ends soon, with one sentence, and no output."""
    place.clear()
    try:
        found, _, messages = place.run(*words, stdin=subprocess.DEVNULL, timeout=10, **more)
    except subprocess.TimeoutExpired:
        check(False, f'{what}: it hangs')
        return
    lines = len(messages.splitlines())
    check(found in codes and hint in messages and lines in ((1, 2) if found == 2 else (found != 0,)), what, found, messages)
    check(not place.everything(), f'{what}: leaves nothing', list(place.everything()))


def test_no_files(place, check, library):
    """Names of what is no file."""
    os.makedirs(place.file('folder'), exist_ok=True)
    os.mkfifo(place.file('fifo'))
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(place.file('socket'))
    os.symlink('nowhere', place.file('dangling'))
    os.symlink('loop', place.file('loop'))
    for name in ('folder', 'fifo', 'socket', '/dev/null', '/dev/zero', '/dev/tty', 'dangling', 'loop', 'missing', ''):
        short = os.path.basename(name) or 'no name'
        expect(place, check, f'{short} as a recording', ['render', '-m', 'tiny.nam', name, 'out/a.wav'])
        expect(place, check, f'{short} as a model', ['render', '-m', name, 'in.wav', 'out/a.wav'], codes=(1, 2))
        expect(place, check, f'{short} as an impulse response', ['render', '-m', 'tiny.nam', '-c', name, 'in.wav', 'out/a.wav'], codes=(1, 2))
        expect(place, check, f'{short} as a rig file', ['render', '--rig', name, 'in.wav', 'out/a.wav'])
        if name != 'fifo':  # a table may come through a pipe
            expect(place, check, f'{short} as a manifest', ['render', '--manifest', name])
        expect(place, check, f'{short} for info', ['info', name])
    for name in ('folder', 'fifo', 'socket'):
        os.rename(place.file(name), place.file(name + '.wav'))
        expect(place, check, f'{name} as an output', ['render', '-m', 'tiny.nam', '--force', 'in.wav', name + '.wav'])
        expect(place, check, f'{name} as a folder', ['render', '-m', 'tiny.nam', 'in.wav', '-o', name + '.wav'], codes=(0, 1, 11))
        check(os.path.lexists(place.file(name + '.wav')), f'{name} is still there')
        os.rename(place.file(name + '.wav'), place.file(name))
    for name in ('/dev/null', '/dev/full'):
        expect(place, check, f'{name} as a rig file to be written', ['render', '-m', 'tiny.nam', '--force', '--save-rig', name])


def test_same_file(place, check, library):
    """An output that is its own recording is that of the recording as it was; another file that is read stays."""
    place.clear()
    before = place.everything('.')
    check(place.run('render', '-m', 'tiny.nam', 'in.wav', 'out/a.wav')[0] == 0, 'undisturbed')
    wanted = place.everything()['a.wav']
    for how in ('name', 'symlink', 'hard link'):
        place.write('in.wav', before['in.wav'])
        name = 'in.wav' if how == 'name' else 'link.wav'
        if how == 'symlink':
            os.symlink('in.wav', place.file(name))
        elif how == 'hard link':
            os.link(place.file('in.wav'), place.file(name))
        code, _, messages = place.run('render', '-m', 'tiny.nam', '--force', 'in.wav', name)
        check(code == 0 and place.everything('.')[name] == wanted, f'the recording itself, by {how}', code, messages)
        if how != 'name':
            os.remove(place.file(name))
    place.write('in.wav', before['in.wav'])
    os.link(place.file('other.wav'), place.file('out/in.wav'))
    code, _, messages = place.run('render', '-m', 'tiny.nam', '--force', 'in.wav', 'other.wav', '-o', 'out')
    check(code == 1 and 'is read' in messages, "another's recording", code, messages)
    place.clear()
    for name, words in (('cab.wav', ['-m', 'tiny.nam', '-c', 'cab.wav']), ('./out/../cab.wav', ['--rig', 'a.rig.json'])):
        expect(place, check, f'the impulse response as {name}', ['render', *words, '--force', 'in.wav', name])
    check(place.everything('.') == before, 'all is as it was')


def test_links(place, check, library):
    """Through a link the file is replaced, not the link; one that leads nowhere is not followed."""
    place.clear()
    place.write('out/real.wav', b'old')
    os.symlink('real.wav', place.file('out/link.wav'))
    code, _, messages = place.run('render', '-m', 'tiny.nam', '--force', 'in.wav', 'out/link.wav')
    found = place.everything()
    check(code == 0 and os.path.islink(place.file('out/link.wav')) and found['real.wav'][:4] == b'RIFF', 'through a link', messages)
    place.clear()
    os.symlink('nowhere.wav', place.file('out/link.wav'))
    code, _, messages = place.run('render', '-m', 'tiny.nam', 'in.wav', 'out/link.wav')
    check(code == 0 and sorted(os.listdir(place.file('out'))) in (['link.wav'], ['link.wav', 'nowhere.wav']), 'a dangling link',
          code, messages, os.listdir(place.file('out')))


def test_full_disk(place, check, library):
    """A limit of the size of files, a small disk, and standard outputs that take nothing."""
    for limit in (0, 1, 44, 1000, 20000):
        expect(place, check, f'files of {limit} bytes', ['render', '-m', 'tiny.nam', 'in.wav', 'out/a.wav'], hint='riting failed' if
               limit else '', preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    with open('/dev/full', 'wb') as full:
        for words in (['info', 'tiny.nam'], ['info', '--json', 'tiny.nam'], ['--help'], ['render', '--help']):
            code, _, messages = place.run(*words, stdout=full)
            check(code == 1 and len(messages.splitlines()) == 1, f'{words}: a full standard output', code, messages)
        with open(place.file('in.raw'), 'rb') as recording:
            code, _, messages = place.run('stream', '-m', 'tiny.nam', '--format', 's16', '--rate', '48000', stdout=full, stdin=recording)
            check(code == 1 and 'No space' in messages, 'stream to a full disk', code, messages)
    small_disk(place, check)


def small_disk(place, check):
    """A file system of 64 KiB, where one may be mounted."""
    place.clear()
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place.file('out')], stderr=subprocess.DEVNULL,
                      check=False).returncode:
        print('No file system may be mounted here: a small disk and a read-only one are left out.')
        return
    try:
        place.write('long.wav', wav(sound(100000)))
        code, _, messages = place.run('render', '-m', 'tiny.nam', 'long.wav', 'out/a.wav')
        check(code == 1 and 'No space' in messages and not place.everything(), 'a small disk', code, messages)
        code, _, messages = place.run('render', '-m', 'tiny.nam', 'in.wav', 'out/a.wav')
        check(code == 0, 'and what fits', messages)
        subprocess.run(['mount', '-o', 'remount,ro', place.file('out')], check=True)
        for words in (['in.wav', 'out/b.wav'], ['--force', 'in.wav', 'out/a.wav'], ['in.wav', '-o', 'out/new'], ['in.wav', '-o', 'out']):
            code, _, messages = place.run('render', '-m', 'tiny.nam', *words)
            check(code in (1, 11) and 'ead-only' in messages and list(place.everything()) == ['a.wav'], 'a read-only disk', code, messages)
    finally:
        subprocess.run(['umount', place.file('out')], check=False)


def test_not_permitted(place, check, library):
    """As somebody who may not read or write; root may always."""
    user = {'user': 65534} if os.getuid() == 0 else {}
    os.chmod(place.folder, 0o755)
    os.chmod(place.file('in.wav'), 0)
    expect(place, check, 'a recording that may not be read', ['render', '-m', 'tiny.nam', 'in.wav', 'out/a.wav'], hint='ermission', **user)
    os.chmod(place.file('in.wav'), 0o644)
    os.chmod(place.file('tiny.nam'), 0)
    expect(place, check, 'a model that may not be read', ['render', '-m', 'tiny.nam', 'in.wav', 'out/a.wav'], hint='ermission', **user)
    os.chmod(place.file('tiny.nam'), 0o644)
    place.clear()
    os.chmod(place.file('out'), 0o555)
    for words in (['in.wav', 'out/a.wav'], ['in.wav', '-o', 'out/new'], ['in.wav', '-o', 'out']):
        code, _, messages = place.run('render', '-m', 'tiny.nam', *words, **user)
        check(code in (1, 11) and 'ermission' in messages and not place.everything(), 'a folder that may not be written to', code, messages)
    os.chmod(place.file('out'), 0o755)


def test_large(place, check, library):
    """Recordings and outputs beyond 4 GiB: files with holes, which cost no disk."""
    frames = (5 << 30) // 4
    fmt = struct.pack('<HHIIHH', 3, 1, 48000, 48000 * 4, 4, 32)
    ds64 = b'ds64' + struct.pack('<IQQQI', 28, (5 << 30) + 72, 5 << 30, frames, 0)
    rf64 = b'RF64\xff\xff\xff\xffWAVE' + ds64 + b'fmt ' + struct.pack('<I', 16) + fmt + b'data\xff\xff\xff\xff'
    riff = b'RIFF\xff\xff\xff\xffWAVEfmt ' + struct.pack('<I', 16) + fmt + b'data' + struct.pack('<I', 0xFFFFFFF0)
    for name, head in (('rf64.wav', rf64), ('riff.wav', riff)):
        place.write(name, head)
        try:
            os.truncate(place.file(name), 5 << 30)
        except OSError as problem:
            print(f'Large files are left out ({problem}).')
            return
        expect(place, check, f'{name}: a .wav output would be too large', ['render', '-m', 'tiny.nam', name, 'out/a.wav'], hint='4 GiB')
        expect(place, check, f'{name}: in 16 bits and two channels', ['render', '-m', 'tiny.nam', '--stereo', '--bits', '16', name, 'out/a.wav'],
               hint='4 GiB')
        os.remove(place.file(name))


def test_claims(place, check, library):
    """Headers that claim more than there is."""
    fmt = struct.pack('<HHIIHH', 3, 1, 48000, 48000 * 4, 4, 32)
    tiny = b'RIFF\xff\xff\xff\xffWAVEfmt ' + struct.pack('<I', 16) + fmt + b'data' + struct.pack('<I', 0xFFFFFFF0)
    place.write('claim.wav', tiny + sound(4).tobytes())
    limit = {'preexec_fn': lambda: resource.setrlimit(resource.RLIMIT_DATA, (512 << 20, 512 << 20))} if library != 'none' else {}
    place.clear()
    code, _, messages = place.run('render', '-m', 'tiny.nam', '-c', 'claim.wav', 'in.wav', 'out/a.wav', **limit)
    check(code in (0, 1), 'an impulse response of 60 bytes that claims 4 GiB', code, messages)
    place.clear()
    code, _, messages = place.run('render', '-m', 'tiny.nam', 'claim.wav', 'out/a.wav', **limit)
    check(code in (0, 1) and (code == 0) == ('a.wav' in place.everything()), 'and such a recording', code, messages)


def main():
    place, results = Place(sys.argv[1]), Results()
    library = 'none' if sys.argv[2] == 'none' else os.path.abspath(sys.argv[2])
    only = sys.argv[3:]
    for name, test in list(globals().items()):
        if not name.startswith('test_') or (only and name not in only):
            continue
        if library == 'none' and name in ('test_calls', 'test_old_file_stays', 'test_meanwhile'):
            print(f'{name} is left out: in a sanitized build no library can be put before the program.')
            continue
        before, clock = results.failed, time.monotonic()
        test(place, results.check, library)
        print(f'{name}: {results.failed - before} failures, {time.monotonic() - clock:.1f} s', flush=True)
    finish(place, results)


main()
