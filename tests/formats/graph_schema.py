#!/usr/bin/python3
"""graph_schema.py BACKLINE: docs/graph.md, docs/graph.schema.json and the loader say the same about graph
descriptions. Needs Debian's python3-jsonschema; without it the test is skipped."""
import copy
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCUMENT = os.path.join(ROOT, 'docs', 'graph.md')
SCHEMA = os.path.join(ROOT, 'docs', 'graph.schema.json')
SKIPPED = 77

# Shapes of the tensors that the descriptions below name.
SHAPES = {'net.0.weight': [4, 1, 3], 'net.0.bias': [4], 'net.2.weight': [1, 4, 1], 'v': [1], 'w': [1, 1, 4],
          'lstm': [4, 1], 'gru': [3, 1]}


def node(kind, *inputs, **more):
    """A node called x behind the input; the output follows."""
    return dict({'name': 'x', 'kind': kind, 'inputs': list(inputs or ['in'])}, **more)


def around(*nodes, **more):
    return dict({'backline': 'graph', 'version': 1,
                 'nodes': [{'name': 'in', 'kind': 'input'}, *nodes, {'name': 'out', 'kind': 'output', 'inputs': ['x']}]},
                **more)


RNN = {'weight_ih': 'lstm', 'weight_hh': 'lstm'}
GOOD = [
    around({'name': 'k', 'kind': 'param', 'minimum': -1, 'maximum': 2.5, 'initial': 0}, node('mul', 'in', 'k')),
    around(node('conv1d', weight='w')),
    around(node('conv1d', weight='w', bias='v', dilation=3, groups=1, padding='same')),
    around(node('conv1d', weight='w', padding=[1, 2])),
    around(dict(node('conv1d', weight='w', stride=2), name='y'),
           node('conv_transpose1d', 'y', weight='w', stride=2, padding=1)),
    around(dict(node('conv1d', weight='w', stride=2), name='y'),
           node('conv_transpose1d', 'y', weight='w', bias='v', stride=2, padding=[0, 2])),
    around(dict(node('conv1d', weight='w', stride=2), name='y'), node('upsample', 'y', factor=2)),
    around(node('activation', activation='gelu')),
    around(node('activation', activation={'type': 'leaky_hardtanh', 'a': -2, 'd': 0.5})),
    around(node('activation', activation={'type': 'elu', 'a': 0.5})),
    around(node('activation', activation={'type': 'tanh'})),
    around(node('prelu', slope='v')),
    around(node('softmax')),
    around(node('gate', 'in', 'in', activations=['tanh', {'type': 'sigmoid'}])),
    around(node('blend', 'in', 'in', activations=['relu', 'sigmoid'])),
    around(node('add', 'in', 'in'), sample_rate=44100, prewarm=64, name='x', loudness_db=-18.5),
    around(node('scale', factor=-0.5)),
    around(node('affine', scale='v')),
    around(node('affine', shift='v')),
    around(node('batch_norm', mean='v', variance='v', weight='v', bias='v', epsilon=1e-3)),
    around(node('concat', 'in', 'in', 'in')),
    around(node('slice', first=0, channels=1)),
    around(node('pad', left=2, right=-2)),
    around(node('delay', frames=100)),
    around(node('lstm', bias_ih='lstm4', h0='v', c0='v', **RNN)),
    around(node('gru', weight_ih='gru', weight_hh='gru', h0='v')),
]
SHAPES['lstm4'] = [4]

# What both refuse.
BAD = [
    [], 'graph', {},
    dict(around(node('softmax')), backline='grahp'),
    dict(around(node('softmax')), version=2),
    dict(around(node('softmax')), nodes=[]),
    around(node('softmax'), prewarm=-1),
    around(node('softmax'), rate=48000),
    around(node('softmax'), loudness_db='loud'),
    around(dict(node('softmax'), name='')),
    around({'kind': 'softmax', 'inputs': ['in']}),
    around({'name': 'x', 'inputs': ['in']}),
    around({'name': 'x', 'kind': 'softmax'}),
    around({'name': 'x', 'kind': 'softmax', 'inputs': 'in'}),
    around({'name': 'x', 'kind': 'param', 'inputs': []}),
    around({'name': 'x', 'kind': 'param', 'minimum': '0'}),
    around(node('soft_max')),
    around(node('softmax', 'in', 'in')),
    around(node('add')),
    around(node('concat', inputs=[])),
    around(node('conv1d')),
    around(node('conv1d', weight=1)),
    around(node('conv1d', weight='w', kernel=4)),
    around(node('conv1d', weight='w', padding='full')),
    around(node('conv1d', weight='w', padding=-1)),
    around(node('conv1d', weight='w', padding=[1])),
    around(node('conv1d', weight='w', padding=[1, -1])),
    around(node('conv1d', weight='w', dilation=0)),
    around(node('conv1d', weight='w', dilation=1.5)),
    around(node('conv1d', weight='w', stride=65)),
    around(node('conv_transpose1d', weight='w', padding='same')),
    around(node('activation')),
    around(node('activation', activation='Tanh')),
    around(node('activation', activation={'type': 'tanh', 'a': 1})),
    around(node('activation', activation={'a': 1})),
    around(node('activation', activation={'type': 'elu', 'b': 1})),
    around(node('gate', 'in', 'in', activations=['tanh'])),
    around(node('prelu')),
    around(node('scale')),
    around(node('scale', factor='2')),
    around(node('affine')),
    around(node('batch_norm', mean='v')),
    around(node('batch_norm', mean='v', variance='v', epsilon=-1)),
    around(node('slice')),
    around(node('slice', channels=0)),
    around(node('pad', left=0.5)),
    around(node('delay')),
    around(node('delay', frames=-1)),
    around(node('upsample', factor=0)),
    around(node('lstm', weight_ih='lstm')),
    around(node('gru', weight_ih='gru', weight_hh='gru', c0='v')),
]

# What only the loader can see: names, shapes, order.
BEYOND = [
    around(node('conv1d', weight='missing')),
    around(node('conv1d', weight='v')),
    around(node('softmax', 'later')),
    around(node('softmax'), node('softmax')),
    around(node('slice', first=1, channels=1)),
    around(node('conv1d', weight='w', stride=2)),
    around({'name': 'x', 'kind': 'param', 'minimum': 1}),
    {'backline': 'graph', 'version': 1, 'nodes': [{'name': 'in', 'kind': 'input'}, node('softmax')]},
]


def write_model(path, description):
    """A safetensors file with all tensors, each value 0.5, and the description inside."""
    header, at = {'__metadata__': {'backline': json.dumps(description)}}, 0
    for name, shape in SHAPES.items():
        count = 1
        for size in shape:
            count *= size
        header[name] = {'dtype': 'F32', 'shape': shape, 'data_offsets': [at, at + 4 * count]}
        at += 4 * count
    text = json.dumps(header).encode()
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + struct.pack('<f', 0.5) * (at // 4))


class Judges:
    """The schema and the program."""

    def __init__(self, program, schema, jsonschema, folder):
        self.program = program
        self.validator = jsonschema.Draft202012Validator(schema)
        self.path = os.path.join(folder, 'model.safetensors')
        self.wrong = 0

    def expect(self, description, by_schema, by_program):
        errors = [error.message for error in self.validator.iter_errors(description)]
        write_model(self.path, description)
        run = subprocess.run([self.program, 'info', self.path], capture_output=True, text=True)
        for who, verdict, wanted, why in (('the schema', not errors, by_schema, errors[:1]),
                                          ('backline', run.returncode == 0, by_program, run.stderr.strip())):
            if verdict != wanted:
                print(f'{who} {"accepts" if verdict else "refuses"} {json.dumps(description)} {why}')
                self.wrong += 1
        if not by_program and not run.stderr.strip():
            print(f'backline refuses without a sentence: {json.dumps(description)}')
            self.wrong += 1


def documented_kinds(document):
    """{kind: keys} of the table of nodes."""
    kinds = {}
    for line in document.split('## Nodes')[1].split('## Time')[0].splitlines():
        cells = [cell.strip() for cell in line.split('|')]
        if len(cells) < 5 or not cells[1].startswith('`'):
            continue
        outside_brackets = re.sub(r'`\[[^`]*\]`|\([^)]*\)', '', cells[3])
        for kind in re.findall(r'`(\w+)`', cells[1]):
            kinds[kind] = set(re.findall(r'`([a-z]\w*)`', outside_brackets))
    return kinds


def compare_tables(document, schema):
    """The document's table and the schema know the same kinds and keys."""
    documented, wrong = documented_kinds(document), 0
    known = {kind: set(schema['$defs'][kind]['properties']) - {'name', 'kind', 'inputs'}
             for kind in schema['$defs']['node']['properties']['kind']['enum']}
    for kind in sorted(set(documented) | set(known)):
        if documented.get(kind) != known.get(kind):
            print(f'{kind}: the document has {documented.get(kind)}, the schema {known.get(kind)}')
            wrong += 1
    return wrong


def main():
    try:
        import jsonschema
    except ImportError:
        print('skipped: there is no module jsonschema (Debian: python3-jsonschema)')
        return SKIPPED
    with open(SCHEMA, encoding='utf-8') as file:
        schema = json.load(file)
    with open(DOCUMENT, encoding='utf-8') as file:
        document = file.read()
    jsonschema.Draft202012Validator.check_schema(schema)
    examples = [json.loads(text) for text in re.findall(r'```json\n(.*?)```', document, re.S)]
    examples = [example for example in examples if example['backline'] == 'graph']
    wrong = compare_tables(document, schema) + (not examples)
    with tempfile.TemporaryDirectory() as folder:
        judges = Judges(sys.argv[1], schema, jsonschema, folder)
        for description in examples + GOOD:
            judges.expect(copy.deepcopy(description), True, True)
        for description in BAD:
            judges.expect(description, False, False)
        for description in BEYOND:
            judges.expect(description, True, False)
    wrong += judges.wrong
    print(f'{len(examples)} examples, {len(GOOD)} good and {len(BAD) + len(BEYOND)} bad descriptions, {wrong} wrong')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
