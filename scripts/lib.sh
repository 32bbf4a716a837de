# shellcheck shell=bash
# Shared by the scripts in this folder: paths, messages, architecture names, privileges.

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Everything that is downloaded or built is in this folder.
BUILD=${BUILD:-$TOP/build}
# A kernel of scripts/debug-kernel-test has a build folder of its own inside of this one, which has the build root and
# what cargo builds for all of them.
SHARED_BUILD=${SHARED_BUILD:-$BUILD}
# shellcheck disable=SC2034 # The scripts use it.
ROOT=$SHARED_BUILD/root
# The keys that Debian signs its archives with, here and in the build root.
# shellcheck disable=SC2034 # The scripts use it.
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# Lines of a guest kernel's log that mean a fault.
# shellcheck disable=SC2034
KERNEL_TROUBLE='BUG[: ]|Oops|WARNING:|UBSAN:|CFI failure|INFO: (trying|possible|task)|kmemleak: [0-9]+ new|DEBUG_LOCKS_WARN_ON|Unable to handle|Kernel panic|rcu: INFO|blocked for more than|soft lockup|hard LOCKUP|general protection|scheduling while atomic'

# find_trouble PATTERN: the lines of a kernel's log that mean a fault, but for those that match PATTERN.
find_trouble() { grep -E "$KERNEL_TROUBLE" | grep -vE "${1:-^\$}"; }

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# attempt CMD…: runs a command that fetches something, up to three times: mirrors and networks fail now and then.
attempt() {
    local seconds
    for seconds in 5 20; do
        if "$@"; then return; fi
        say "this failed, and is tried again in $seconds seconds"
        sleep "$seconds"
    done
    "$@"
}

# remove_tree FOLDER: deletes what lies in build/, unless the machine's own files are mounted there, as they are in a
# build root whose making was killed.
remove_tree() {
    if grep -qF " $1/" /proc/self/mountinfo; then
        die "something is mounted below $1: unmount it first (grep $1/ /proc/mounts)"
    fi
    as_root rm -rf "$1"
}

# arch_of NAME: our name for an architecture, from any of the names people use.
arch_of() {
    case $1 in
        aarch64 | arm64) echo aarch64 ;;
        armv7 | armv7l | arm | armhf) echo armv7 ;;
        x86_64 | amd64 | x86) echo x86_64 ;;
        *) die "unknown architecture '$1': say aarch64, armv7 or x86_64" ;;
    esac
}

# load_board NAME: the machine's description from board/, as shell variables.
load_board() {
    ARCH=$(arch_of "$1")
    # shellcheck source=/dev/null
    . "$TOP/board/$ARCH.conf"
}

# as_root CMD…: run a command as root, by sudo where we are not.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null || die "'$1' needs root: run as root or install sudo"
        sudo -- "$@"
    fi
}
