#!/usr/bin/python3
"""lv2bench: a host that gives no worker, no options, and small atom ports. It times plugins; that
it does is the test."""
import re

from hosts import MONO, STEREO, Test, need


def test_lv2bench(place, test):
    for plugin in (MONO, STEREO):
        for block in (1, 64, 4096):
            code, said = place.run('lv2bench', '-b', block, '-n', 48000, plugin)
            times = re.findall(rf'^([0-9.]+) {re.escape(plugin)}$', said, re.M)
            test.check(code == 0 and len(times) == 1 and float(times[0]) > 0,
                       f'lv2bench runs {plugin} in blocks of {block}', code, said)


if __name__ == '__main__':
    need({'lv2bench': 'lilv-utils'})
    Test(globals())
