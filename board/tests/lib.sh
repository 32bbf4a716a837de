# Helpers for the end-to-end cases, which source this as /tests/lib.sh. A case prints a line for each
# of its checks: "ok - NAME" or "not ok - NAME: what was seen".

# shellcheck disable=SC2034 # The cases use them.
DEVICE=/dev/syscall-record
# shellcheck disable=SC2034
TRACING=/sys/kernel/tracing

ok() { echo "ok - $*"; }
fail() { echo "not ok - $*"; }

# check NAME CMD…: CMD succeeds; shows its output if it does not.
check() {
    local what=$1
    shift
    if "$@" >/tmp/check 2>&1; then ok "$what"; else fail "$what: $(tail -n 5 /tmp/check | tr '\n' '|')"; fi
}

# equal NAME SEEN EXPECTED
equal() {
    if [ "$2" = "$3" ]; then ok "$1"; else fail "$1: '$2' instead of '$3'"; fi
}

# same NAME SEEN EXPECTED: two files hold the same, which is not nothing.
same() {
    if [ -s "$3" ] && cmp -s "$2" "$3"; then
        ok "$1 ($(wc -l <"$3") lines)"
    else
        fail "$1: $(wc -l <"$2") and $(wc -l <"$3") lines: $(diff "$2" "$3" | head -n 5 | tr '\n' '|')"
    fi
}

load() { insmod /syscall_record.ko "$@"; }
unload() { rmmod syscall_record; }

# eventually CMD…: waits until CMD succeeds, for half a minute at most; whether it did.
eventually() {
    local tries=0
    until "$@"; do
        [ $tries -lt 150 ] || return 1
        sleep 0.2
        tries=$((tries + 1))
    done
}

# read_all FILE: what was recorded, as lines.
read_all() { collect "$1" syscall-record "$DEVICE"; }
# collect FILE READER…: what READER writes of what was recorded.
collect() {
    local file=$1 reader
    shift
    "$@" >"$file" &
    reader=$!
    settle "$file"
    # What runs in the background of a shell does not hear SIGINT.
    kill -TERM $reader
    wait $reader
}

# settle FILE: waits until nothing more has come into FILE for a second and a half (if nothing came at all, for three), or
# for ten if something always comes.
settle() {
    local size=-1 before times=0 same=0
    while [ $times -lt 20 ] && { [ $same -lt 3 ] || { [ "$size" = 0 ] && [ $times -lt 6 ]; }; }; do
        sleep 0.5
        times=$((times + 1))
        before=$size
        size=$(wc -c <"$1")
        if [ "$size" = "$before" ]; then same=$((same + 1)); else same=0; fi
    done
}

# What the module wrote to the log since `mark`, without what the kernel says of any module that was
# built elsewhere. (busybox's insmod tries a second time, in the old way, when a load is refused.)
mark() { dmesg -c >/dev/null; }
logged() {
    dmesg | sed -n 's/^\[[^]]*\] syscall_record: //p' | grep -v -e 'taint' | uniq
}

# The number of getppid.
# shellcheck disable=SC2034 # The cases use it.
case $(uname -m) in
    aarch64) GETPPID=0xad ;;
    x86_64) GETPPID=0x6e ;;
    *) GETPPID=0x40 ;;
esac
# getppids FILE: how many calls of it there are.
getppids() { grep -c "^syscall $GETPPID," "$1"; }
