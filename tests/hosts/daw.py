"""Ardour without a window or a sound card: making sessions, putting recordings into them, exporting them."""
import os
import re
import xml.etree.ElementTree as XML

import numpy as np

from hosts import HERE
from sound import RATE, read

SUPERCLOCK = 282240000  # units of Ardour's time in a second
PRESET = '11111111-2222-3333-4444-555555555555'  # of the export, to 32-bit float
FORMAT = '20b4ab09-6452-4cb3-bd66-b921cdbd2942'  # Ardour's own number for WAV, 32-bit float, at the session's rate
# Ardour 7.3's AVX-512 routines write beyond their buffers; this names the instruction sets that it may use, up to AVX.
SAFE_INSTRUCTIONS = '31'


def lua(value):
    """A value as Lua writes it."""
    if isinstance(value, dict):
        return '{' + ', '.join(f'[{lua(k)}]={lua(v)}' for k, v in value.items() if v is not None) + '}'
    if isinstance(value, (list, tuple)):
        return '{' + ', '.join(map(lua, value)) + '}'
    if isinstance(value, str):
        return '"' + value.replace('\\', '\\\\').replace('"', '\\"') + '"'
    return repr(value)


def labels(bundle):
    """{symbol: name} of the plugins' ports, out of the bundle's Turtle: Ardour's Lua knows ports by their names."""
    text = ''
    for name in os.listdir(bundle):
        if name.endswith('.ttl'):
            with open(os.path.join(bundle, name), encoding='utf-8') as file:
                text += file.read()
    return dict(re.findall(r'lv2:symbol "(\w+)"[^\[\]]*?lv2:name "([^"]*)"', text))


class Daw:
    def __init__(self, place, block=64):
        self.place, self.block = place, block
        self.labels = labels(place.bundle)
        place.environment['ARDOUR_FPU_FLAGS'] = SAFE_INSTRUCTIONS
        place.write(f'''<?xml version="1.0" encoding="UTF-8"?>
<ExportPreset id="{PRESET}" name="float"><ExportFormat id="{FORMAT}"/>
  <ExportFilename><Folder relative="1" path="export"/><Field name="timespan" enabled="1"/></ExportFilename>
</ExportPreset>''', 'config', 'ardour7', 'export', 'float.preset')

    def do(self, environment=None, **job):
        """Runs a job; what was said, less what Ardour always says."""
        path = self.place.write('return ' + lua(dict(job, block=self.block)), 'job.lua')
        code, said = self.place.run('ardour7-lua', os.path.join(HERE, 'ardour_session.lua'), timeout=180,
                                    BACKLINE_JOB=path, **(environment or {}))
        said = '\n'.join(line for line in said.splitlines()
                         if not re.search('MP3|Butler|midi-audition|lua/unknown', line))
        if code or not re.search(r'\bDONE$', said, re.M):  # threads of Ardour's may have begun the line
            raise RuntimeError(f'Ardour, {job["action"]}, code {code}: {said}')
        return said

    def create(self, name, recording, plugins):
        """Makes a session whose one track plays the recording through the plugins: dicts of uri, preset (its label),
        ports and automation ({symbol: ((frame, value), ...)}). Returns its folder."""
        folder, sound = self.place.path(name), read(recording)
        for plugin in plugins:
            for key in ('ports', 'automation'):
                plugin[key] = {self.labels[symbol]: value for symbol, value in plugin.get(key, {}).items()}
        self.do(action='create', folder=folder, name=name, rate=RATE, channels=len(sound), plugins=plugins)
        self.put_recording(folder, name, sound)
        return folder

    def put_recording(self, folder, name, sound):
        """Ardour's Lua cannot import: the session's XML gets sources, a region with them, and a range."""
        session = os.path.join(folder, name + '.ardour')
        tree = XML.parse(session)
        root = tree.getroot()
        first, length = int(root.get('id-counter')) + 100, f'a{sound.shape[1] * SUPERCLOCK // RATE}'
        files = ['guitar.wav'] if len(sound) == 1 else ['guitar%L.wav', 'guitar%R.wav']
        region = {'name': 'guitar', 'type': 'audio', 'start': 'a0', 'length': f'{length}@a0', 'sync-position': 'a0',
                  'opaque': '1', 'muted': '0', 'channels': str(len(sound)), 'scale-amplitude': '1', 'stretch': '1',
                  'shift': '1', 'ancestral-start': 'a0', 'ancestral-length': f'{length}@a0', 'first-edit': 'nothing',
                  'default-fade-in': '0', 'default-fade-out': '0', 'fade-in-active': '0', 'fade-out-active': '0'}
        for channel, file in enumerate(files):
            number = str(first + channel)
            path = self.place.recording('source.wav', sound[channel])
            os.rename(path, os.path.join(folder, 'interchange', name, 'audiofiles', file))
            XML.SubElement(root.find('Sources'), 'Source', {
                'name': file, 'type': 'audio', 'id': number, 'flags': '', 'channel': '0', 'origin': '', 'gain': '1',
                'natural-position': '0', 'take-id': ''})
            region.update({f'source-{channel}': number, f'master-source-{channel}': number})
        XML.SubElement(root.find('Regions'), 'Region', dict(region, **{'whole-file': '1', 'id': str(first + 10)}))
        playlist = next(p for p in root.find('Playlists') if p.get('type') == 'audio')
        XML.SubElement(playlist, 'Region', dict(region, **{'whole-file': '0', 'id': str(first + 11)}))
        XML.SubElement(root.find('Locations'), 'Location', {
            'id': str(first + 12), 'name': 'session', 'start': 'a0', 'end': length, 'flags': 'IsSessionRange',
            'locked': '0', 'timestamp': '0', 'cue': '0'})
        root.set('id-counter', str(first + 50))
        tree.write(session, encoding='UTF-8', xml_declaration=True)

    def export(self, folder, name, frames, **environment):
        """Opens, saves and exports a session; two channels of sound, and what was said."""
        said = self.do(environment, action='export', folder=folder, name=name, frames=frames, format=PRESET,
                       out_folder=self.place.path('home'), out_name='exported')
        path = self.place.path('home', 'exported.wav')
        sound = read(path)
        os.remove(path)
        return sound, said
