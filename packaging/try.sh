#!/usr/bin/env bash
# try.sh [FOLDER]: makes what users install, from what is committed, and tries it where nothing else is installed:
#   1. meson dist's tarball, built and tested by
#   2. dpkg-buildpackage, judged by lintian and appstreamcli
#   3. the Debian packages, tried by debian/tests in a Debian 12 with nothing else in it (debootstrap; needs root)
#   4. the relocatable tarball, tried in another one without any library
#   5. two builds in different places, compared
# Works in FOLDER (build-check/packages). Takes some 15 minutes of CPU time, and about 1.5 GB there.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/packages.sh
source=$PWD
work=$(realpath -m "${1-build-check/packages}")
suite=bookworm
mirror=http://deb.debian.org/debian

step() { echo "== packages: $1"; }

# in_root ROOT COMMAND...: in that system, with its own /proc
in_root() {
    local root=$1
    shift
    $as_root unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" env LC_ALL=C.UTF-8 HOME=/root "$@"' "$root" "$@"
}

# new_root NAME: a fresh copy of a Debian with nothing in it but what installs packages
new_root() {
    [ -e "$work/root/complete" ] || {
        $as_root rm -rf "$work/root"
        $as_root debootstrap --variant=minbase "$suite" "$work/root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
            { tail -5 "$work/debootstrap.log"; exit 1; }
        $as_root touch "$work/root/complete"
    }
    $as_root rm -rf "${work:?}/$1"
    $as_root cp -a "$work/root" "$work/$1"
}

make_dist() {
    step "meson dist"
    [ -z "$(git status --porcelain)" ] || echo "What is not committed is not tried."
    rm -rf "$work/dist"
    meson setup "$work/dist" "$source" -Dtests=false >/dev/null
    meson dist -C "$work/dist" --no-tests --allow-dirty >/dev/null
    version=$(meson introspect --projectinfo "$work/dist" | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])')
    rm -rf "$work/deb"
    mkdir "$work/deb"
    cp "$work/dist/meson-dist/backline-$version.tar.xz" "$work/deb/backline_$version.orig.tar.xz"
    tar -C "$work/deb" -xf "$work/deb/backline_$version.orig.tar.xz"
}

make_packages() {
    step "dpkg-buildpackage"
    (cd "$work/deb/backline-$version" && DEB_BUILD_OPTIONS="parallel=$(nproc)" dpkg-buildpackage -us -uc >"$work/dpkg.log" 2>&1) ||
        { tail -40 "$work/dpkg.log"; exit 1; }
    grep -A8 '^Ok: ' "$work/dpkg.log" || true
    step "lintian"
    lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$work"/deb/*.changes
    appstreamcli validate --no-net "$work/deb/backline-$version"/obj-*/packaging/*.metainfo.xml
    desktop-file-validate packaging/*.desktop
}

# Program and plugin first: they must not lean on what the library's test brings.
try_packages() {
    local root=$work/root-packages tests=/srv/tests
    new_root root-packages
    $as_root mkdir -p "$root/srv/debs" "$root$tests"
    $as_root cp "$work"/deb/*.deb "$root/srv/debs"
    $as_root cp "$work/deb/backline-$version/debian/tests"/* "$root$tests"
    in_root "$root" apt-get update -qq
    # Patterns are meant for that folder: the inner shell, not this one, makes names of them.
    apt_install() {
        in_root "$root" sh -c 'cd /srv/debs && DEBIAN_FRONTEND=noninteractive exec apt-get install -y -qq --no-install-recommends $*' \
            sh "$@" >"$work/apt.log" 2>&1 || { tail "$work/apt.log"; exit 1; }
    }
    step "the program's package, in a system with nothing else"
    apt_install "./backline_$version*.deb" python3-minimal
    in_root "$root" "$tests/program"
    step "the plugin's"
    apt_install "./backline-lv2_$version*.deb" lilv-utils lv2file
    in_root "$root" "$tests/plugin"
    step "the library's"
    apt_install "./libbackline*.deb" gcc libc6-dev pkg-config
    in_root "$root" "$tests/library"
    step "removal leaves nothing"
    in_root "$root" apt-get purge -y -qq backline backline-lv2 'libbackline*' >"$work/apt.log" 2>&1
    ! in_root "$root" find /usr /etc /var/lib/systemd -name '*backline*' | grep . ||
        { echo "FAIL these files stay behind"; exit 1; }
}

# The same sound from the tarball, in systems with no library at all and with those of a desktop.
try_tarball() {
    local root=$work/root-tarball name
    step "the relocatable tarball, in a system with nothing else"
    packaging/tarball.py "$work" "$work/build-tarball"
    new_root root-tarball
    name=$(basename "$work"/backline-"$version"-linux-*.tar.xz .tar.xz)
    $as_root tar -C "$root/opt" -xf "$work/$name.tar.xz"
    $as_root mv "$root/opt/$name" "$root/opt/moved here"
    $as_root cp assets/guitar-di.flac "$root/srv"
    in_root "$root" ln -s "/opt/moved here/bin/backline" /usr/local/bin/backline
    in_root "$root" backline --version
    in_root "$root" backline render /srv/guitar-di.flac /srv/out.wav
    in_root "$root" backline plot-wav -o /srv/out.png /srv/guitar-di.flac /srv/out.wav
    "$work/build-tarball/tools/backline" render --force assets/guitar-di.flac "$work/expected.wav"
    cmp "$work/expected.wav" "$root/srv/out.wav"
    in_root "$root" sh -c 'ldd "/opt/moved here/lv2/backline.lv2/backline.so"; ldd "/opt/moved here/libexec/backline"' >"$work/ldd.txt"
    in_root "$root" apt-get update -qq
    in_root "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-minimal lilv-utils lv2file \
        libpangocairo-1.0-0 libxcb-shm0 libxcb-xkb1 libxkbcommon-x11-0 >"$work/apt.log" 2>&1
    $as_root cp -r debian/tests "$root/srv/tests"
    in_root "$root" env PREFIX="/opt/moved here" /srv/tests/program
    in_root "$root" env PREFIX="/opt/moved here" LV2_PATH="/opt/moved here/lv2" /srv/tests/plugin
    ! in_root "$root" ldd "/opt/moved here/lv2/backline.lv2/backline_ui.so" | grep 'not found' ||
        { echo "FAIL the plugin's window lacks these"; exit 1; }
}

need_packages $packages_to_build libcmocka-dev liblilv-dev lv2-dev git debhelper lintian appstream desktop-file-utils fakeroot \
    debootstrap patchelf python3
mkdir -p "$work"
make_dist
make_packages
try_packages
try_tarball
step "two builds in different places"
/usr/bin/python3 tests/packaging/reproducible.py "$source" "$work/reproducible"
$as_root rm -rf "$work/root-packages" "$work/root-tarball"
echo "The packages are in $work/deb, the tarball in $work."
