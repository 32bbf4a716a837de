# shellcheck shell=bash disable=SC2154 # Some variables are those of scripts/test.
# Runs cases of board/tests in guests. Cases that need the same guest share a boot.
#
# An instance is one run of a case: its name is the case's, and for repeated runs `~` and a number. A case's head says what
# it needs, by lines `#: NAME VALUE`:
#
#     smp, memory            CPUs (as many as the board's TEST_CPUS at most), and MiB
#     packages, packages32   Debian packages; those of 32-bit ARM lie in /armhf of a 64-bit ARM guest
#     folder                 a folder of board/, in the guest's root folder
#     hibernate              the guest has a disk to hibernate to, and is turned on again
#     only                   the one architecture that it is for
#     kernel debug           it is for the kernels of scripts/debug-kernel-test, and runs elsewhere only where it is named
#     tolerates              a pattern: complaints of the kernel that the case provokes, and that are not this module's
#     takes, timeout         seconds that it takes on a machine that does nothing else, and that it may take
#     keep, compare, sessions   what is done with its output here, see verdicts.sh

# A boot is shared by cases that take so many seconds in all.
GROUP_SECONDS=150

# case_of INSTANCE: the file of its case.
case_of() { printf '%s/board/tests/%s' "$TOP" "${1%%~*}"; }

# header NAME DEFAULT FILE
header() {
    local value
    value=$(sed -n "s/^#: $1 *//p" "$3")
    printf '%s' "${value:-$2}"
}
# seconds_of FILE: how long a case may run.
seconds_of() { echo $(($(header timeout 600 "$1") * slow)); }
has_header() { grep -q "^#: $1\\b" "$2"; }

# cpus_of ARCH FILE: how many CPUs a case gets there. (The board is loaded in a subshell.)
cpus_of() (
    load_board "$1"
    smp=$(header smp 1 "$2")
    echo $((smp < TEST_CPUS ? smp : TEST_CPUS))
)

# guest_of ARCH FILE: what kind of guest a case needs, as a word to compare.
guest_of() {
    local name words
    words=smp=$(cpus_of "$1" "$2")
    for name in memory packages packages32 folder tolerates; do
        words+="/$(header $name '' "$2")"
    done
    if has_header hibernate "$2"; then words+=/hibernate; fi
    echo "${words// /+}"
}

# plan_guests ARCH INSTANCE…: declares a job for each group.
plan_guests() {
    local arch=$1 instance kind takes group
    shift
    # By kind of guest: the group that is being filled. By group: its instances, and how long they take.
    local -A filling=() members=() seconds=()
    for instance; do
        kind=$(guest_of "$arch" "$(case_of "$instance")")
        takes=$(header takes 30 "$(case_of "$instance")")
        group=${filling[$kind]-}
        if [ -z "$group" ] || [ $((seconds[$group] + takes)) -gt $GROUP_SECONDS ]; then
            group=${#members[@]}
            filling[$kind]=$group
        fi
        members[$group]+=" $instance"
        seconds[$group]=$((${seconds[$group]-0} + takes))
    done
    for group in "${!members[@]}"; do
        declare_group "$arch" "${seconds[$group]}" "${members[$group]# }"
    done
}

# declare_group ARCH SECONDS 'INSTANCE…'
declare_group() {
    local arch=$1 instances instance limit=0 needs="module-$1 reader-$1 busybox-$1" file
    read -ra instances <<<"$3"
    for instance in "${instances[@]}"; do
        file=$(case_of "$instance")
        limit=$((limit + $(seconds_of "$file") + 300 * slow))
        if has_header packages "$file"; then needs+=" packages-$arch"; fi
        if has_header compare "$file"; then needs+=" compare-traces reader-x86_64"; fi
        if has_header keep "$file"; then needs+=" reader-x86_64"; fi
    done
    # 64-bit ARM runs 32-bit programs.
    [ "$arch" != aarch64 ] || needs+=" reader-armv7 busybox-armv7"
    job "$arch:$(IFS=+ && echo "${instances[*]}")" guest $((1000 + $2)) "$limit" "$needs" run_group "$arch" "${instances[@]}"
}

# add_packages ARCH FILE: appends to `options` what a case needs from Debian and from board/.
add_packages() {
    local packages packages32 folder tree
    read -ra packages <<<"$(header packages '' "$2")"
    read -ra packages32 <<<"$(header packages32 '' "$2")"
    folder=$(header folder '' "$2")
    if [ -n "$folder" ]; then options+=(--add "$TOP/board/$folder:/$folder/"); fi
    if [ ${#packages[@]} -gt 0 ]; then
        options+=(--add "$("$TOP/scripts/guest-packages" "$1" "${packages[@]}")")
    fi
    if [ ${#packages32[@]} -gt 0 ] && [ "$1" = aarch64 ]; then
        tree=$("$TOP/scripts/guest-packages" armv7 "${packages32[@]}")
        options+=(--add "$tree/lib:/lib/" --add "$tree/usr/lib/ld-linux-armhf.so.3:/usr/lib/")
        options+=(--add "$tree/usr/lib/arm-linux-gnueabihf:/usr/lib/arm-linux-gnueabihf/" --add "$tree/usr/bin:/armhf/")
    fi
}

# fetch_packages ARCH FILE…: downloads the packages of cases before their guests need them.
fetch_packages() {
    local arch=$1 file options=()
    shift
    for file; do add_packages "$arch" "$file"; done
}

# run_group ARCH INSTANCE…: boots a guest, runs the cases in it, and judges each. If a case breaks the guest, that case
# fails, and the cases that have not begun get another guest.
run_group() {
    local arch=$1 work left instance status before
    shift
    left=("$@")
    work=$(mktemp -d "$results/group.XXXXXX")
    while [ ${#left[@]} -gt 0 ]; do
        boot_group "$arch" "$work" "${left[@]}"
        before=$failed
        set --
        for instance in "${left[@]}"; do
            if [ -e "$work/$instance.output" ]; then
                judge "$arch" "$instance" "$work"
            else
                set -- "$@" "$instance"
            fi
        done
        if [ $# = ${#left[@]} ]; then
            show_end "$work"
            for instance; do miss "$arch $instance: the guest ended before it began"; done
            break
        elif [ "$status" != 0 ] && [ "$failed" = "$before" ]; then
            show_end "$work"
            miss "$arch ${left[*]}: the guest ended with status $status"
        fi
        left=("$@")
    done
    rm -rf "$work"
}

# boot_group ARCH FOLDER INSTANCE…: leaves in FOLDER what the guest printed of each that has begun, INSTANCE.output, how it
# ended, INSTANCE.end, and the kernel's log, `kernel`.
boot_group() {
    local arch=$1 work=$2 instance file seconds all=0 longest=0 options
    shift 2
    rm -rf "${work:?}"/*
    mkdir "$work/cases"
    for instance; do
        file=$(case_of "$instance")
        seconds=$(seconds_of "$file")
        all=$((all + seconds + 60 * slow)) longest=$((seconds > longest ? seconds : longest))
        cp "$file" "$work/cases/"
        echo "$instance ${file##*/} $seconds" >>"$work/cases/list"
    done
    # All need the same.
    options=(--arch "$arch" --smp "$(cpus_of "$arch" "$file")" --memory "$(header memory 512 "$file")")
    options+=(--timeout $((all + 120 * slow)) --silence $((longest + 120 * slow)) --log "$work/kernel")
    options+=(--add "$work/cases:/cases/" --add "$TOP/board/tests/lib.sh:/tests/" --add "$BUILD/$arch/exercise:/bin/")
    options+=(--add "$BUILD/$arch/syscall_record.ko.xz:/tests/")
    if [ "$arch" = aarch64 ]; then
        options+=(--add "$BUILD/armv7/exercise:/tests/exercise32" --add "$BUILD/guest/armv7.busybox:/tests/busybox32")
    fi
    if has_header hibernate "$file"; then options+=(--hibernate); fi
    if has_header tolerates "$file"; then options+=(--tolerate "$(header tolerates '' "$file")"); fi
    add_packages "$arch" "$file"
    status=0
    "$TOP/scripts/guest" "${options[@]}" "$TOP/board/group" >"$work/all" 2>"$work/log" || status=$?
    grep '^guest: .* booted again' "$work/log" || true
    # Programs show their progress on a terminal, and wipe it out again.
    sed 's/.*\x1b\[K//; s/\r$//' "$work/all" | awk -v folder="$work" '
        /^case [^ ]+ begins$/ { file = folder "/" $2 ".output"; printf "" >file; next }
        /^case [^ ]+ ends after [0-9]+ s with status [0-9]+$/ { print $5, $NF >(folder "/" $2 ".end"); file = ""; next }
        file != "" { print >file }
        file == "" && /^# / { print }'
}

# show_end FOLDER: the end of what the guest said.
show_end() { tail -n 40 "$1/all" "$1/log" 2>/dev/null || true; }

# complaints CASE FOLDER: the kernel's complaints about it: what the log has between its beginning and that of the next.
complaints() {
    local log
    log=$(tr -d '\r' <"$2/kernel" 2>/dev/null | sed -n "/guest: case $1 begins/,/guest: case /p")
    if find_trouble "$(header tolerates '' "$(case_of "$1")")" <<<"$log" >/dev/null; then
        grep -E -A 20 "$KERNEL_TROUBLE" <<<"$log"
    fi
}

# judge ARCH INSTANCE FOLDER: counts its checks, and handles its output as the case's head says.
judge() {
    local arch=$1 instance=$2 case=${2%%~*} work=$3 seconds='' end='' file before=$failed
    local output=$results/$arch.$instance
    file=$(case_of "$instance")
    mv "$work/$instance.output" "$output"
    count "$arch $instance" "$output"
    if [ -e "$work/$instance.end" ]; then
        read -r seconds end <"$work/$instance.end"
        if [ "$end" != 0 ]; then
            tail -n 40 "$output"
            miss "$arch $instance: ended with status $end"
        elif ! grep -qE '^(not )?ok - ' "$output"; then
            miss "$arch $instance: checked nothing"
        fi
    else
        show_end "$work"
        miss "$arch $instance: the guest ended with status $status while it ran"
    fi
    complaints "$instance" "$work" >"$output.kernel"
    if [ -s "$output.kernel" ]; then
        cat "$output.kernel"
        miss "$arch $instance: the kernel complained"
    fi
    grep '^# ' "$output" || true
    if has_header keep "$file"; then decode_here "$arch" "$instance" "$output"; fi
    if has_header compare "$file"; then compare_traces "$arch" "$instance" "$output"; fi
    if has_header sessions "$file"; then compare_sessions "$arch" "$instance" "$output"; fi
    printf '%s %s %d %s\n' "$arch" "$case" $((failed > before)) "${seconds:-0}" >>"$results/runs"
    printf '%s %s: %s, %s s\n' "$arch" "$instance" "$( ((failed > before)) && echo failed || echo passed)" "${seconds:-?}"
}

# show_cases: the slowest cases, and for repeated ones runs, failures and the slowest run.
show_cases() {
    [ -s "$results/runs" ] || return 0
    printf '\nThe slowest cases: '
    sort -k 4,4nr "$results/runs" | awk 'NR <= 12 { printf "%s%s %s %d s", (NR > 1 ? ", " : ""), $1, $2, $4 } END { print "" }'
    [ "$repeat" -gt 1 ] || return 0
    printf '\n%-32s %6s %9s %9s\n' case runs failures slowest
    awk '{ key = $1 " " $2; runs[key]++; bad[key] += $3; if ($4 > slow[key]) slow[key] = $4 }
        END { for (key in runs) printf "%-32s %6d %9d %7d s\n", key, runs[key], bad[key], slow[key] }' "$results/runs" | sort
}
