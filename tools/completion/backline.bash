# bash completion for backline. tests/tools/test_docs.py compares the options here with the program's.

_backline_options()
{
    case $1 in
        render)
            echo "--model -m --cabinet -c --no-cab --rig --save-rig --param --mono --stereo --raw --output -o --force -f"
            echo "--manifest --jobs -j --shard"
            echo "--bits --tail --verbose -v --input-gain --output-gain --output-mode --calibrate-input"
            echo "--interface-level --dc-blocker --gate --gate-hysteresis --gate-attack --gate-hold --gate-release"
            echo "--quality --oversample --slot --amp --bass --mid --treble --presence --depth --low-cut --high-cut"
            echo "--tone-place --cab --cab-blend --cab-pan-1 --cab-pan-2 --cab-delay --cab-invert --cab-low-cut"
            echo "--cab-high-cut --enabled --fade --describe --prewarm --threads --block --cpu --help -h"
            ;;
        stream)
            echo "--model -m --cabinet -c --no-cab --rig --param --mono --stereo --raw --container --rate --channels"
            echo "--format --out-format --block --tail --verbose -v --input-gain --output-gain --output-mode"
            echo "--calibrate-input --interface-level --dc-blocker --gate --gate-hysteresis --gate-attack --gate-hold"
            echo "--gate-release --quality --oversample --slot --amp --bass --mid --treble --presence --depth --low-cut"
            echo "--high-cut --tone-place --cab --cab-blend --cab-pan-1 --cab-pan-2 --cab-delay --cab-invert"
            echo "--cab-low-cut --cab-high-cut --enabled --fade --describe --prewarm --cpu --help -h"
            ;;
        live)
            echo "--model -m --cabinet -c --no-cab --rig --param --in --out --rate --block --measure-latency --record"
            echo "--force -f --guard --midi-learn --no-ui --status --input-gain --output-gain --output-mode"
            echo "--calibrate-input --interface-level --dc-blocker --gate --gate-hysteresis --gate-attack --gate-hold"
            echo "--gate-release --quality --oversample --slot --amp --bass --mid --treble --presence --depth --low-cut"
            echo "--high-cut --tone-place --cab --cab-blend --cab-pan-1 --cab-pan-2 --cab-delay --cab-invert"
            echo "--cab-low-cut --cab-high-cut --enabled --fade --describe --cpu --help -h"
            ;;
        devices) echo "--json --help -h" ;;
        info) echo "--layers --tensors --json --dot --describe --quality --help -h" ;;
        bench)
            echo "--block --seconds --cpu --builtin --kernels --alias --describe --quality --json --plot --force -f --help -h"
            ;;
        convert) echo "--describe --quality --prewarm --force -f --help -h" ;;
        compare) echo "--align --max-esr --json --plot --force -f --help -h" ;;
        plot) echo "--output -o --describe --quality --param --json --force -f --help -h" ;;
        plot-wav) echo "--output -o --force -f --help -h" ;;
        "") echo "--help -h --version" ;;
    esac
}

# Fills COMPREPLY with folders, and with files whose ending is in the pattern.
_backline_files()
{
    local word=$1 pattern=$2 file
    COMPREPLY=()
    compopt -o filenames 2>/dev/null
    while IFS= read -r file; do
        [[ -d $file || ${file,,} =~ \.($pattern)$ ]] && COMPREPLY+=("$file")
    done < <(compgen -f -- "$word")
    return 0 # also where the last one does not match
}

# A value for the option before the word; false if that option takes none.
_backline_value()
{
    local option=$1 word=$2
    case $option in
        --model | -m) _backline_files "$word" "$models" ;;
        --describe | --rig | --save-rig) _backline_files "$word" "json" ;;
        --cabinet | -c) _backline_files "$word" "$audio" ;;
        --calibrate-input | --dc-blocker | --amp | --cab | --cab-invert | --enabled)
            mapfile -t COMPREPLY < <(compgen -W "on off" -- "$word")
            ;;
        --gate) mapfile -t COMPREPLY < <(compgen -W "on off -40 -50 -60 -70" -- "$word") ;;
        --output-mode) mapfile -t COMPREPLY < <(compgen -W "raw normalised calibrated" -- "$word") ;;
        --oversample) mapfile -t COMPREPLY < <(compgen -W "1 2 4 8" -- "$word") ;;
        --tone-place) mapfile -t COMPREPLY < <(compgen -W "behind before" -- "$word") ;;
        --interface-level | --gate-* | --slot | --bass | --mid | --treble | --presence | --depth | --low-cut | --high-cut | \
            --cab-* | --fade | --tail)
            COMPREPLY=()
            ;;
        --output | -o | --plot) _backline_files "$word" "$results" ;;
        --manifest) _backline_files "$word" "csv" ;;
        --record) _backline_files "$word" "$audio" ;;
        --in | --out | --guard | --midi-learn) COMPREPLY=() ;;
        --bits) mapfile -t COMPREPLY < <(compgen -W "16 24 32f" -- "$word") ;;
        --container) mapfile -t COMPREPLY < <(compgen -W "raw wav" -- "$word") ;;
        --format | --out-format) mapfile -t COMPREPLY < <(compgen -W "s16 s24 s32 f32 f64" -- "$word") ;;
        --rate) mapfile -t COMPREPLY < <(compgen -W "44100 48000 96000" -- "$word") ;;
        --channels) mapfile -t COMPREPLY < <(compgen -W "1 2" -- "$word") ;;
        --cpu) mapfile -t COMPREPLY < <(compgen -W "auto scalar sse2 avx2 avx512 neon" -- "$word") ;;
        --block) mapfile -t COMPREPLY < <(compgen -W "16 32 64 128 256 512 1024" -- "$word") ;;
        --quality) mapfile -t COMPREPLY < <(compgen -W "0 0.25 0.5 0.75 1" -- "$word") ;;
        --input-gain | --output-gain | --seconds | --prewarm | --param | --threads | --jobs | -j | --shard | --max-esr) COMPREPLY=() ;;
        *) return 1 ;;
    esac
}

_backline()
{
    local commands="render stream live devices info bench convert compare plot plot-wav help"
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
    local models="nam|pt|pth|ckpt|bin|json|aidax|aidadspmodel|safetensors|npz"
    local audio="wav|wave|aif|aiff|w64|rf64|caf|au|flac|ogg|opus|mp3"
    local results="png"
    [[ $command == render ]] && results="/" # no name ends so: folders only
    # "--bits=16" arrives as three words
    [[ $before == "=" ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
    [[ $word == "=" ]] && word=""
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$commands $(_backline_options "")" -- "$word")
    elif [[ $command == help ]]; then
        mapfile -t COMPREPLY < <(compgen -W "${commands% help}" -- "$word")
    elif _backline_value "$before" "$word"; then
        :
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_backline_options "$command")" -- "$word")
    elif [[ $command == info || $command == bench || $command == convert || $command == plot ]]; then
        _backline_files "$word" "$models"
    elif [[ $command == live || $command == devices ]]; then
        COMPREPLY=()
    else
        _backline_files "$word" "$audio"
    fi
}

complete -F _backline backline
