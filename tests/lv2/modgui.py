#!/usr/bin/python3
"""modgui.py BUNDLE: MOD's face of the plugins: what its template names is there, what its Turtle lists is right, and its
pictures are of the right size.
modgui.py --draw BUNDLE: draws the pictures anew, by Chromium (package chromium), into lv2/modgui of the source tree."""
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'lv2', 'modgui')
SIZE = (560, 336)      # of the pedal, as the stylesheet says
THUMBNAIL = (256, 64)  # at most, as MOD's guide says

# What MOD knows of the parameters; sorted by URI, as it does.
FILES = [('cabinet_1', 'Cabinet 1', 'backline-cabinet.wav'), ('cabinet_2', 'Cabinet 2', 'choose a file'),
         ('model', 'Model', 'backline-crunch.nam'), ('rig', 'Rig File', 'choose a file')]
VALUES = {'input_gain': ('0.00 dB', 0.5), 'gate_threshold': ('-60.00 dB', 0.4), 'bass': ('2.00 dB', 0.55),
          'mid': ('0.00 dB', 0.5), 'treble': ('1.50 dB', 0.54), 'presence': ('0.00 dB', 0.5), 'depth': ('0.00 dB', 0.5),
          'output_gain': ('0.00 dB', 0.5), 'slot': ('1', 0)}


def read(name, folder=SOURCE):
    with open(os.path.join(folder, name), encoding='utf-8') as file:
        return file.read()


def ports(bundle, uri):
    """index -> symbol of a plugin's ports, from the Turtle as hosts read it."""
    body = read('backline.ttl', bundle).split(f'\n<{uri}>\n', 1)[1]
    body = body.split('\n] .', 1)[0].split(' .\n', 1)[0]
    found = dict(re.findall(r'lv2:index (\d+) ;\s+lv2:symbol "(\w+)"', body))
    return {int(index): symbol for index, symbol in found.items()}


def gui_ports(bundle, uri):
    body = read('modgui.ttl', bundle).split(f'\n<{uri}>\n', 1)[1].split(' .\n', 1)[0]
    return {int(index): symbol for index, symbol in re.findall(r'lv2:index (\d+) ;\s+lv2:symbol "(\w+)"', body)}


def png_size(path):
    with open(path, 'rb') as file:
        head = file.read(24)
    if head[:8] != b'\x89PNG\r\n\x1a\n':
        sys.exit(f'{path} is no PNG')
    return struct.unpack('>II', head[16:24])


def colours(path):
    """How many bytes of a PNG's pixels differ: a picture of nothing has few."""
    with open(path, 'rb') as file:
        data = file.read()
    pixels, at = b'', 8
    while at < len(data):
        size, kind = struct.unpack('>I4s', data[at:at + 8])
        pixels += data[at + 8:at + 8 + size] if kind == b'IDAT' else b''
        at += 12 + size
    return len(set(zlib.decompress(pixels)))


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f'{what}: {found} instead of {wanted}')


def check_pictures(folder):
    expect('the size of the screenshot', png_size(f'{folder}/screenshot.png'), SIZE)
    width, height = png_size(f'{folder}/thumbnail.png')
    if width > THUMBNAIL[0] or height > THUMBNAIL[1]:
        sys.exit(f'the thumbnail has {width} x {height} pixels')
    for name in 'screenshot', 'thumbnail':
        if colours(f'{folder}/{name}.png') < 30:
            sys.exit(f'{name}.png shows nothing')


def check_template(folder, bundle):
    html, css = read('icon-backline.html', folder), read('stylesheet-backline.css', folder)
    symbols = set(re.findall(r'mod-port-symbol="(\w+)"', html))
    for uri in 'urn:backline:rig', 'urn:backline:rig-stereo':
        missing = symbols - set(ports(bundle, uri).values())
        expect(f'symbols of the template that {uri} does not have', missing, set())
    for role in 'drag-handle', 'bypass', 'bypass-light', 'input-audio-port', 'output-audio-port', 'input-parameter':
        if f'mod-role="{role}"' not in html:
            sys.exit(f'the template has no {role}')
    named = set(re.findall(r'mod-parameter-uri\$="#(\w+)"', css))
    expect('files that the stylesheet gives a place', named, {name for name, _, _ in FILES})
    for name in set(re.findall(r'url\(/resources/([\w.-]+)\{\{\{ns\}\}\}\)', css)):
        if not os.path.exists(os.path.join(folder, name)):
            sys.exit(f'the stylesheet names {name}, which is not there')
    classes = set(re.findall(r'class="([^"{]+)', html))
    used = {c for group in classes for c in group.split() if c.startswith('backline-')}
    expect('classes without a rule', {c for c in used if f'.{c}' not in css} - {'backline-on'}, set())


def check(bundle):
    folder = os.path.join(bundle, 'modgui')
    check_template(folder, bundle)
    check_pictures(folder)
    for uri in 'urn:backline:rig', 'urn:backline:rig-stereo':
        listed, there = gui_ports(bundle, uri), ports(bundle, uri)
        expect(f'ports of {uri} in modgui.ttl', listed, there)
        if len(there) < 50:
            sys.exit(f'{uri} has only {len(there)} ports')
    print(f'{len(there)} ports, {len(FILES)} files and two pictures are right')


# ---- drawing ----

def page():
    """The template as MOD's page would fill it in."""
    html = read('icon-backline.html').replace('{{{cns}}}', '').replace('{{effect.label}}', 'Rig')
    parameter = re.search(r'\{\{#effect.parameters\}\}\{\{#path\}\}(.*?)\{\{/path\}\}\{\{/effect.parameters\}\}', html, re.S)
    options = re.compile(r'\{\{#files\}\}.*?\{\{/files\}\}', re.S)
    files = ''.join(options.sub('', parameter.group(1)).replace('{{uri}}', f'urn:backline:rig#{name}')
                    .replace('{{label}}', label).replace('choose a file', value) for name, label, value in FILES)
    html = html[:parameter.start()] + files + html[parameter.end():]
    html = re.sub(r'\{\{#effect.ports.*?\{\{/effect.ports[^}]*\}\}', '', html, flags=re.S)
    for symbol, (value, position) in VALUES.items():
        html = html.replace(f'mod-role="input-control-value" mod-port-symbol="{symbol}">',
                            f'mod-role="input-control-value" mod-port-symbol="{symbol}">{value}')
        html = html.replace(f'mod-port-symbol="{symbol}" mod-widget-rotation="270"',
                            f'style="transform: rotate({270 * position - 135}deg)"')
    css = re.sub(r'/resources/([\w.-]+)\{\{\{ns\}\}\}', lambda m: f'file://{os.path.abspath(SOURCE)}/{m.group(1)}',
                 read('stylesheet-backline.css').replace('{{{cns}}}', ''))
    return f'<meta charset="utf-8"><style>* {{ box-sizing: border-box }} body {{ margin: 0 }} {css}</style>{html}'


def shoot(html, target, size, scale):
    with tempfile.TemporaryDirectory() as folder:
        with open(f'{folder}/page.html', 'w', encoding='utf-8') as file:
            file.write(html)
        subprocess.run(['chromium', '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars',
                        '--default-background-color=00000000', f'--force-device-scale-factor={scale}',
                        '--allow-file-access-from-files', f'--window-size={size[0]},{size[1]}',
                        f'--screenshot={target}', f'{folder}/page.html'], check=True, capture_output=True)


def draw():
    html = page()
    shoot(html, os.path.join(SOURCE, 'screenshot.png'), SIZE, 1)
    with tempfile.TemporaryDirectory() as folder:
        shoot(html, f'{folder}/large.png', SIZE, 2)
        # as wide as it comes out at the thumbnail's height
        subprocess.run(['convert', f'{folder}/large.png', '-resize', f'{THUMBNAIL[0]}x{THUMBNAIL[1]}', '-strip',
                        os.path.join(SOURCE, 'thumbnail.png')], check=True)
    subprocess.run(['convert', os.path.join(SOURCE, 'screenshot.png'), '-strip', os.path.join(SOURCE, 'screenshot.png')],
                   check=True)


if sys.argv[1] == '--draw':
    draw()
    check_pictures(SOURCE)
else:
    check(sys.argv[1])
