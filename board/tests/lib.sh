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

# same NAME SEEN EXPECTED: two files have equal contents and are not empty.
same() {
    if [ -s "$3" ] && cmp -s "$2" "$3"; then
        ok "$1 ($(wc -l <"$3") lines)"
    else
        fail "$1: $(wc -l <"$2") and $(wc -l <"$3") lines: $(diff "$2" "$3" | head -n 5 | tr '\n' '|')"
    fi
}

load() { insmod /syscall_record.ko "$@"; }
unload() { rmmod syscall_record; }
# Tries again while another process is still closing the device.
unload_at_last() { eventually unload 2>/dev/null; }

# eventually CMD…: waits until CMD succeeds, for a minute at most. If it does not, prints CMD and fails.
eventually() {
    local tries=0
    until "$@"; do
        [ $tries -lt 600 ] || { echo "waited in vain for: $*" >&2; return 1; }
        sleep 0.1
        tries=$((tries + 1))
    done
}
# wait_for WHAT CMD…: waits as `eventually` does. If CMD never succeeds, the check WHAT fails.
wait_for() {
    local what=$1
    shift
    eventually "$@" || fail "waiting: $what"
}
# has_open PID FILE: whether the process has FILE open.
has_open() {
    local file
    for file in "/proc/$1/fd"/*; do
        if [ "$(readlink "$file")" = "$2" ]; then return; fi
    done
    return 1
}

# collect FILE: the packets of everything that was recorded until now. What was recorded afterwards may be lost. (The last
# packet shows how it knows that this is everything: it is the collector's own, see board/exercise/src/collect.rs.)
collect() {
    [ -e /bin/collector ] || ln -s exercise /bin/collector
    collector collect >"$1" || fail 'what was recorded cannot be read'
}
# decode FILE: its lines, without those of the collector.
decode() {
    syscall-record "$1" >/tmp/decoded || fail "the recording $1 is damaged"
    grep -v 'name=collector\(,\|$\)' /tmp/decoded
}
# read_all FILE: everything that was recorded until now, as lines.
read_all() {
    collect /tmp/collected
    decode /tmp/collected >"$1"
}
# has_ended NAME TIMES FILE: whether FILE, which a reader still writes, has so many ends of programs of that name. They are
# the last of their events.
has_ended() {
    [ "$(syscall-record "$3" 2>/dev/null | grep "name=$1\$" | grep -c "^syscall $EXIT_GROUP,")" -ge "$2" ]
}

# dropped_of FILE: how many events were dropped, by the lines of a recording.
dropped_of() { sum_of 's/^dropped \([0-9]*\) events on cpu [0-9]*$/\1/p' <"$1"; }
sum_of() { sed -n "$1" | awk '{ n += $1 } END { print n + 0 }'; }

# The kernel's own count of the system calls of programs of a name, entries and returns: independent of the module.
# start_counting NAME, counted Hits, counted Dropped (which the kernel could not count), stop_counting NAME
start_counting() { count_by "hist:keys=common_pid:size=4096 if comm == \"$1\""; }
stop_counting() { count_by "!hist:keys=common_pid:size=4096 if comm == \"$1\""; }
count_by() {
    local edge
    for edge in enter exit; do
        echo "$1" >$TRACING/events/raw_syscalls/sys_$edge/trigger
    done
}
counted() { cat $TRACING/events/raw_syscalls/sys_*/hist | sum_of "s/^ *$1: //p"; }

# What the module wrote to the log since `mark`, without what the kernel says of any module that was
# built elsewhere, and what the clock is. (busybox's insmod tries a second time, in the old way, when a load is refused.)
mark() { dmesg -c >/dev/null; }
logged() {
    dmesg | sed -n 's/^\[[^]]*\] syscall_record: //p' | grep -v -e 'taint' -e '^time stamps: ' | uniq
}

# The numbers of two calls.
# shellcheck disable=SC2034 # The cases use them.
case $(uname -m) in
    aarch64) GETPPID=0xad EXIT_GROUP=0x5e ;;
    x86_64) GETPPID=0x6e EXIT_GROUP=0xe7 ;;
    *) GETPPID=0x40 EXIT_GROUP=0xf8 ;;
esac
# getppids FILE: how many calls of it there are.
getppids() { grep -c "^syscall $GETPPID," "$1"; }

# Whether this is a kernel of scripts/debug-kernel-test.
is_debug_kernel() { [ -e /proc/lockdep_stats ]; }
