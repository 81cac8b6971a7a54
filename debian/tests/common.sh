# Sourced by the tests: a folder of our own, and a sound in it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
: "${BACKLINE:=backline}" "${PREFIX:=/usr}"

# A second of a decaying tone with overtones, 48 kHz, mono, 16 bits.
python3 - "$folder/in.wav" <<'PYTHON'
import array, math, struct, sys
tone = array.array('h', (int(9000 * math.exp(-i / 20000) * math.sin(i * 0.0144 + math.sin(i * 0.0288)))
                         for i in range(48000)))
data = tone.tobytes()
with open(sys.argv[1], 'wb') as file:
    file.write(struct.pack('<4sI4s4sIHHIIHH4sI', b'RIFF', 36 + len(data), b'WAVE', b'fmt ', 16, 1, 1, 48000, 96000, 2, 16,
                           b'data', len(data)) + data)
PYTHON

die() { echo "FAIL $1" >&2; exit 1; }
