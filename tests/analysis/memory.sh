#!/bin/sh
# memory.sh BUILD_FOLDER: the tests that are worth it under clang's memory sanitizer. The folder is set up so:
#   CC=clang meson setup BUILD_FOLDER --buildtype=plain -Doptimization=1 -Ddebug=true -Db_sanitize=memory \
#       -Db_lundef=false -Dtools=false -Dui=false -Dinstruction_sets=
# Left out: what measures time or copies, and what takes minutes with the scalar kernels, the only ones in this build.
set -eu
engine="affine layer activations conv1d recurrent stream-oracle stream-time stream-knobs seek lanes limits"
formats="containers pickles tensors networks nam nam-wavenet keras graph-json npz microtcn load-memory save save-nam"
rig="biquad effects cabinet impulse amp network resampler rig-file stage rig-reset"
lv2="files floods held message-fuzz messages notify state state-settings text-box tuner-tap"
# 77, the sanitizer's own exit code, would count as skipped.
MSAN_OPTIONS=exitcode=99 BACKLINE_TEST_EFFORT=25 meson test -C "$1" --print-errorlogs --timeout-multiplier 4 \
    $engine $formats $(printf 'plugins-%s ' $rig) $(printf 'lv2-%s ' $lv2)
