#!/usr/bin/python3
"""test_docs.py BACKLINE: the man page and the completion script know exactly the commands and options that
the program's own help lists."""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MAN_PAGE = os.path.join(ROOT, 'docs', 'backline.1')
COMPLETION = os.path.join(ROOT, 'tools', 'completion', 'backline.bash')
OPTION = re.compile(r'(?<![\w-])--?[a-z][a-z0-9-]*')


def program_help(program, *words):
    run = subprocess.run([program, *words, '--help'], capture_output=True, text=True)
    assert run.returncode == 0, f'{words} --help ended with {run.returncode}: {run.stderr}'
    return run.stdout


def options_in_help(text):
    """Lines such as "  -m, --model=MODEL   Model file"; the words after two blanks are prose."""
    options = set()
    for line in text.splitlines():
        match = re.match(r'\s+(-\w, )?(--[a-z0-9-]+)(?=[=\s])', line)
        if match:
            options.update(filter(None, ((match[1] or '').rstrip(', '), match[2])))
    return options


def commands_in_help(text):
    listed = text.split('Commands:\n')[1].split('\n\n')[0]
    return {line.split()[0] for line in listed.splitlines()}


def man_sections():
    """{command, or '' for the program: options in the headings of its section}."""
    sections, where = {}, None
    for line in open(MAN_PAGE, encoding='utf-8').read().replace('\\-', '-').splitlines():
        if line.startswith('.SH'):
            where = '' if line == '.SH OPTIONS' else None
        match = re.match(r'\.SS "backline ([\w-]+)', line)
        where = match[1] if match else where
        if where is not None:
            sections.setdefault(where, set())
            if line.startswith('\\fB-'):
                sections[where].update(OPTION.findall(re.sub(r'\\f.', ' ', line)))
    return sections


def complete(*words):
    """What bash offers after these words, the last of which is being typed."""
    script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _backline; '
              'printf "%s\\n" "${COMPREPLY[@]}"')
    run = subprocess.run(['bash', '-c', script, 'bash', COMPLETION, 'backline', *words], capture_output=True,
                         text=True, check=True)
    assert not run.stderr, run.stderr
    return set(run.stdout.split())


def main():
    program = sys.argv[1]
    overview = program_help(program)
    commands = commands_in_help(overview)
    manual = man_sections()
    failures = []
    passed = 0

    def same(what, expected, found):
        nonlocal passed
        if expected == found:
            passed += 1
        else:
            failures.append(f'{what}: missing {sorted(expected - found)}, not in the program '
                            f'{sorted(found - expected)}')

    same('commands in the man page', commands, set(manual) - {''})
    same('commands in the completion', commands, {w for w in complete('') if not w.startswith('-')})
    same('options of the program in the man page', options_in_help(overview), manual[''])
    same('options of the program in the completion', options_in_help(overview), complete('-'))
    for command in sorted(commands - {'help'}):
        options = options_in_help(program_help(program, command))
        assert options, f'{command} --help lists no options'
        same(f'options of {command} in the man page', options, manual.get(command, set()))
        same(f'options of {command} in the completion', options, complete(command, '-'))
    same('completion of help', commands - {'help'}, complete('help', ''))
    same('completion of --bits=', {'16', '24', '32f'}, complete('render', '--bits', '=', ''))
    for failure in failures:
        print('FAIL', failure)
    print(f'{passed} passed, {len(failures)} failed')
    sys.exit(bool(failures))


main()
