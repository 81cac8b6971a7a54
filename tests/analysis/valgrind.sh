#!/bin/sh
# valgrind.sh BUILD_FOLDER: reading of files under valgrind, for leaks and what is not initialised in the libraries as well.
# The plugin has a test of its own, lv2-valgrind. valgrind 3.19 has no AVX-512 and tells programs so.
set -eu
tests="networks nam nam-wavenet keras graph-json npz microtcn load-memory plugins/test-plugins-rig-file plugins/test-plugins-stage"
for name in $tests; do
    program=tests/test-$name
    [ "$name" = "${name#*/}" ] || program=tests/$name
    ninja -C "$1" --quiet "$program"
    BACKLINE_TEST_EFFORT=5 valgrind -q --error-exitcode=9 --leak-check=full \
        --errors-for-leak-kinds=definite,indirect,possible "$1/$program" >"$1/valgrind.log" 2>&1 ||
        { cat "$1/valgrind.log"; echo "$program fails under valgrind." >&2; exit 1; }
done
echo "valgrind: no leak and nothing uninitialised in: $tests"
