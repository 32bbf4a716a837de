# shellcheck shell=bash disable=SC2154 # Some variables are those of scripts/test.
# Checks on this machine of what a case has printed in its guest.

# count WHAT FILE: counts the lines of cases, of scripts/lint and of cargo's test harness.
count() {
    local line
    while IFS= read -r line; do
        case $line in
            "ok - "* | test\ *" ... ok") pass ;;
            "not ok - "* | test\ *" ... FAILED") miss "$1: $line" ;;
        esac
    done <"$2"
}

# decode_here ARCH INSTANCE OUTPUT: decodes a case's recording on this machine, and compares the text with the text of
# the guest's reader.
decode_here() {
    local raw=$3.raw sum options texts=0
    sed -n 's/^raw //p' "$3" | base64 -d | gzip -dc >"$raw" 2>/dev/null || true
    while read -r sum options; do
        texts=$((texts + 1))
        # shellcheck disable=SC2086 # An option and its value.
        if [ "$sum" = "$("$BUILD/x86_64/syscall-record" -r "$raw" $options | md5sum | cut -c 1-32)" ]; then
            pass
        else
            miss "$1 $2: the recording has another text here with $options"
        fi
    done < <(sed -n 's/^text-md5 //p' "$3")
    [ $texts -gt 0 ] || miss "$1 $2: it has printed no text"
}

# compare_traces ARCH INSTANCE OUTPUT: compares what strace and this tracer have shown of a case's programs.
compare_traces() {
    local folder=$3.traces status=0
    rm -rf "$folder"
    mkdir -p "$folder"
    sed -n 's/^compare //p' "$3" | base64 -d | tar -xzf - -C "$folder" || true
    "$BUILD/x86_64/syscall-record" --style strace -s 32 -r "$folder/recording" -o "$folder/ours" ||
        miss "$1 $2: the recording is damaged"
    "$TOP/scripts/inroot" "$SHARED_BUILD/target/compare/debug/compare-traces" \
        "$1" "$TOP/board/strace/differences" "$folder/ours" "$folder" >"$folder/verdict" || status=$?
    count "$1 $2" "$folder/verdict"
    if [ $status -ne 0 ]; then
        sed '/^ok - /d' "$folder/verdict" | head -n 100
        grep -q '^not ok - ' "$folder/verdict" || miss "$1 $2: nothing was compared"
    fi
    grep '^# ' "$folder/verdict" || true
}

# compare_sessions ARCH INSTANCE OUTPUT: compares the sessions in README with what the guest printed.
compare_sessions() {
    local status=0
    "$TOP/scripts/sessions" "$3" >"$3.sessions" || status=$?
    count "$1 $2" "$3.sessions"
    [ $status != 0 ] || return 0
    sed '/^ok - /d' "$3.sessions"
    miss "$1 $2: scripts/sessions --write ${3#"$TOP"/}, if README is to show what came back now"
}
