#!/bin/sh
# Starts backline from wherever it was unpacked. Libraries that belong to the system - JACK, ALSA, X, fonts - are the
# system's; of those that it lacks, the copies in lib/spare are used.
self=$(readlink -f "$0")
top=${self%/*/*}
program=$top/libexec/backline
# A library that was found may lack another one: look again until nothing changes.
while missing=$(LD_TRACE_LOADED_OBJECTS=1 "$program" 2>/dev/null | sed -n 's/^[[:space:]]*\([^ ]*\) => not found.*/\1/p'); do
    path=$LD_LIBRARY_PATH
    for name in $missing; do
        case :$path: in
        *":$top/lib/spare/$name:"*) ;;
        *) [ ! -d "$top/lib/spare/$name" ] || path=${path:+$path:}$top/lib/spare/$name ;;
        esac
    done
    [ "$path" != "$LD_LIBRARY_PATH" ] || break
    export LD_LIBRARY_PATH="$path"
done
exec "$program" "$@"
