#!/usr/bin/python3
"""turtle.py LV2_VALIDATE BUNDLE: validates all Turtle of the bundle, and shows that broken copies of it would be found."""
import glob
import os
import shutil
import subprocess
import sys
import tempfile

# MOD's words, for which no specification is installed.
VOCABULARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'mod.ttl')

# file, what to replace, by what; each makes another mistake
BROKEN = {
    'a statement without its end': ('manifest.ttl', 'lv2:binary <backline.so> ;', 'lv2:binary <backline.so>'),
    'a prefix that is not declared': ('presets.ttl', 'pset:value 1.0 ]', 'preset:value 1.0 ]'),
    'an index that is no number': ('backline.ttl', 'lv2:index 4 ;', 'lv2:index "four" ;'),
    'a port without a symbol': ('backline.ttl', 'lv2:symbol "input_gain" ;', ''),
    'a port property that does not exist': ('backline.ttl', 'lv2:toggled', 'lv2:togled'),
    'a unit that does not exist': ('backline.ttl', 'units:unit units:db', 'units:unit units:decibel'),
    'a preset of nothing': ('presets.ttl', 'lv2:appliesTo', 'lv2:appliesFor'),
    'a parameter without a label': ('backline.ttl', 'rdfs:label "Cabinet 1" ;', ''),
}


def complaints(validate, folder):
    """lv2_validate returns 0 where it could not even read a file: what it says counts as well."""
    files = sorted(glob.glob(os.path.join(folder, '*.ttl')))
    run = subprocess.run([validate, VOCABULARY, *files], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = run.stdout.splitlines()
    found = [' '.join(lines[i:i + 4]) for i, line in enumerate(lines) if line.startswith('error')]
    if run.returncode and not found:
        found = [f'lv2_validate returned {run.returncode}']
    return found if 'Found ' in run.stdout else found + ['lv2_validate did not finish']


def broken_copy(bundle, folder, name, before, after):
    for path in glob.glob(os.path.join(bundle, '*.ttl')):
        shutil.copy(path, folder)
    path = os.path.join(folder, name)
    with open(path, encoding='utf-8') as file:
        text = file.read()
    if before not in text:
        sys.exit(f'{name} has no "{before}" to be broken')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text.replace(before, after, 1))


def main():
    validate, bundle = sys.argv[1:]
    names = {os.path.basename(path) for path in glob.glob(os.path.join(bundle, '*.ttl'))}
    if names - {'ui.ttl'} != {'manifest.ttl', 'backline.ttl', 'presets.ttl', 'modgui.ttl'}:
        sys.exit(f'the bundle holds {sorted(names)}')
    found = complaints(validate, bundle)
    print('\n'.join(found) or 'nothing is wrong with the bundle')
    failed = bool(found)
    for mistake, (name, before, after) in BROKEN.items():
        with tempfile.TemporaryDirectory(prefix='backline-turtle-') as folder:
            broken_copy(bundle, folder, name, before, after)
            found = complaints(validate, folder)
            print(f'{mistake}: {found[0] if found else "NOT FOUND"}')
            failed |= not found
    sys.exit(failed)


main()
