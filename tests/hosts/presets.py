"""Presets and saved states as LV2 keeps them: Turtle."""
PROPERTY = 'urn:backline:rig#'


def turtle(text):
    prefixes = {'atom': 'http://lv2plug.in/ns/ext/atom#', 'lv2': 'http://lv2plug.in/ns/lv2core#',
                'pset': 'http://lv2plug.in/ns/ext/presets#', 'rdfs': 'http://www.w3.org/2000/01/rdf-schema#',
                'state': 'http://lv2plug.in/ns/ext/state#', 'xsd': 'http://www.w3.org/2001/XMLSchema#'}
    return ''.join(f'@prefix {name}: <{uri}> .\n' for name, uri in prefixes.items()) + '\n' + text + '\n'


def literal(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


def described(plugin, label, ports, properties):
    """A preset's Turtle. Paths that begin with '<' are relative to the bundle."""
    lines = [f'<> a pset:Preset ; lv2:appliesTo <{plugin}> ; rdfs:label {literal(label)}']
    lines += [f'; lv2:port [ lv2:symbol "{symbol}" ; pset:value {float(value)} ]' for symbol, value in ports.items()]
    if properties:
        values = [path if path.startswith('<') else literal(path) + '^^atom:Path' for path in properties.values()]
        lines.append('; state:state [ ' + ' ; '.join(f'<{PROPERTY}{symbol}> {value}' for symbol, value in
                                                     zip(properties, values)) + ' ]')
    return '\n'.join(lines + ['.'])
