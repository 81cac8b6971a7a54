# Sourced by ./demo and ./check: installs what is missing, and says so first.

packages_to_build="gcc libc6-dev meson ninja-build pkg-config libjansson-dev libzip-dev libsndfile1-dev libpopt-dev
    libcairo2-dev libkissfft-dev libmd-dev libebur128-dev libsamplerate0-dev lv2-dev libpango1.0-dev
    libxkbcommon-x11-dev portaudio19-dev libjack-jackd2-dev libasound2-dev libncurses-dev libglib2.0-dev"

as_root=$([ "$(id -u)" = 0 ] || echo sudo)

# is_installed PACKAGE[:ARCHITECTURE]
is_installed() {
    local architecture
    architecture=$(dpkg --print-architecture)
    [ "${1#*:}" = "$1" ] || architecture=${1#*:}
    dpkg-query -W -f '${db:Status-Status} ${Architecture}\n' "$1" 2>/dev/null |
        grep -Eqx "installed ($architecture|all)"
}

# need_packages PACKAGE...: makes sure that the Debian packages are there.
need_packages() {
    local missing="" package
    if ! command -v apt-get >/dev/null; then
        command -v meson >/dev/null && pkg-config --exists jansson libzip sndfile popt cairo libebur128 lv2 pangocairo xcb-shm xcb-xkb xkbcommon-x11 \
            portaudio-2.0 jack alsa ncursesw && return 0
        echo "This system has no apt-get. Please install the equivalents of these Debian packages yourself:" >&2
        echo "    $*" >&2
        exit 1
    fi
    for package in "$@"; do
        is_installed "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    echo "These Debian packages are missing and will be installed:$missing"
    if [ -n "$as_root" ] && ! command -v sudo >/dev/null; then
        echo "Neither root nor sudo: please install them yourself." >&2
        exit 1
    fi
    $as_root apt-get update -qq || true
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
