# shellcheck shell=bash disable=SC2154 # Some variables are those of scripts/test.
# Runs jobs side by side, each as soon as all jobs that it needs have passed, and says in the end where the time went.
#
#     job NAME KIND WEIGHT SECONDS 'NEEDED…' COMMAND…
#
# declares one. KIND is build or guest. Of the jobs that could start, the one with the largest WEIGHT does. A job that
# runs for more than SECONDS is ended. COMMAND is a function or a program. What it prints to standard output is the
# job's report, which is shown as one piece when the job ends. What it prints to standard error is the job's log, whose
# end is shown if it fails. A function counts its checks by `pass` and `miss`.

job_names=()
declare -A job_kind job_weight job_limit job_needs job_command job_state job_pid job_began job_took job_cpu
passed=0 failed=0

pass() { passed=$((passed + 1)); }
miss() {
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$*"
}

job() {
    local name=$1
    job_names+=("$name")
    job_kind[$name]=$2 job_weight[$name]=$3 job_limit[$name]=$4 job_needs[$name]=$5
    shift 5
    job_command[$name]=$(printf '%q ' "$@")
    job_state[$name]=waits
}

# job_file NAME SUFFIX: where a job's report, log, result or part of a result is.
job_file() { printf '%s/jobs/%s.%s' "$results" "$1" "$2"; }

start_job() {
    local name=$1
    rm -f "$(job_file "$name" result)"
    # With job control each job has a process group of its own, and SIGINT ends it as it ends programs in a terminal.
    set -m
    (
        exec >"$(job_file "$name" report)" 2>"$(job_file "$name" log)" </dev/null
        # The lock of scripts/test is not held by what a job may leave behind.
        exec 7>&-
        passed=0 failed=0
        trap 'end_job "$name" $?' EXIT
        eval "${job_command[$name]}"
    ) &
    job_pid[$name]=$!
    set +m
    job_state[$name]=runs job_began[$name]=$SECONDS
}

# Runs in the job: leaves its result. CPU time is that of all programs that it has waited for.
end_job() {
    local cpu
    times >"$(job_file "$1" part)"
    cpu=$(awk -F '[ms ]+' 'NR == 2 { print int($1 * 60 + $2 + $3 * 60 + $4 + 0.5) }' "$(job_file "$1" part)")
    printf '%d %d %d %d\n' "$2" "$passed" "$failed" "$cpu" >"$(job_file "$1" part)"
    mv "$(job_file "$1" part)" "$(job_file "$1" result)"
}

# reap_job NAME [WHY]: takes the result of a job that has ended, or was ended, for which WHY is the reason.
reap_job() {
    local name=$1 why=${2-} status=0 job_passed=0 job_failed=0 cpu='' result
    wait "${job_pid[$name]}" 2>/dev/null || status=$?
    result=$(job_file "$name" result)
    if [ -e "$result" ]; then read -r status job_passed job_failed cpu <"$result"; fi
    job_took[$name]=$((SECONDS - job_began[$name])) job_cpu[$name]=$cpu
    passed=$((passed + job_passed)) failed=$((failed + job_failed))
    job_state[$name]=passed
    cat "$(job_file "$name" report)"
    if [ "$status" != 0 ] || [ -n "$why" ]; then
        job_state[$name]=failed
        tail -n 60 "$(job_file "$name" log)"
        # A job may have said already what is wrong.
        [ "$job_failed" -gt 0 ] || miss "$name: ${why:-ended with status $status}"
    fi
    [ "$job_failed" = 0 ] || why="$job_failed failed"
    say "$(clock $SECONDS) $name: ${why:-${job_state[$name]}} after ${job_took[$name]} s"
}

# Ends a job's processes.
kill_job() {
    kill -TERM -- "-${job_pid[$1]}" 2>/dev/null || return 0
    sleep 3
    kill -KILL -- "-${job_pid[$1]}" 2>/dev/null || true
}

kill_all_jobs() {
    local name
    for name in "${job_names[@]}"; do
        [ "${job_state[$name]}" != runs ] || kill_job "$name"
    done
}

# Whether a job can start. Says so if it never can.
is_ready() {
    local needed
    for needed in ${job_needs[$1]}; do
        case ${job_state[$needed]-} in
            passed) ;;
            failed | skipped)
                job_state[$1]=skipped
                miss "$1: not run, because $needed failed"
                return 1
                ;;
            '') die "the job $1 needs $needed, which nobody has declared" ;;
            *) return 1 ;;
        esac
    done
}

# Leaves in `chosen` the job to start next, of a kind of which fewer run than may; nothing if there is none.
choose_job() {
    local name kind
    chosen=
    for name in "${job_names[@]}"; do
        kind=${job_kind[$name]}
        if [ "${job_state[$name]}" = waits ] && is_ready "$name" && [ "${running[$kind]}" -lt "${limit[$kind]}" ] &&
            { [ -z "$chosen" ] || [ "${job_weight[$name]}" -gt "${job_weight[$chosen]}" ]; }; then
            chosen=$name
        fi
    done
}

# run_jobs BUILDS GUESTS: so many of each kind at once, and in all one more than the larger of both: guests often sleep.
# With `stop_at_failure` set, the first failure ends it.
run_jobs() {
    local name chosen
    local -A running limit=([build]=$1 [guest]=$2)
    local all=$((($1 > $2 ? $1 : $2) + 1))
    mkdir -p "$results/jobs"
    while :; do
        running=([build]=0 [guest]=0)
        for name in "${job_names[@]}"; do
            [ "${job_state[$name]}" = runs ] || continue
            if [ -e "$(job_file "$name" result)" ] || ! kill -0 "${job_pid[$name]}" 2>/dev/null; then
                reap_job "$name"
            elif [ $((SECONDS - job_began[$name])) -gt "${job_limit[$name]}" ]; then
                kill_job "$name"
                reap_job "$name" "no end after ${job_limit[$name]} seconds; its log says where it was"
            else
                running[${job_kind[$name]}]=$((running[${job_kind[$name]}] + 1))
            fi
            if [ -n "${stop_at_failure-}" ] && [ "$failed" -gt 0 ]; then
                kill_all_jobs
                return
            fi
        done
        while [ $((running[build] + running[guest])) -lt $all ]; do
            choose_job
            [ -n "$chosen" ] || break
            start_job "$chosen"
            running[${job_kind[$chosen]}]=$((running[${job_kind[$chosen]}] + 1))
        done
        # Nothing runs, and nothing could be started: all have ended, or need something that failed.
        [ $((running[build] + running[guest])) -gt 0 ] || break
        sleep 0.3
    done
}

# clock SECONDS: minutes and seconds.
clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# A table of all jobs in the order in which they began. CPU time is in seconds.
show_jobs() {
    local name
    printf '\n%-60s  began   took  CPU s\n' "Where the time went, $(clock $SECONDS) in all"
    for name in "${job_names[@]}"; do
        [ -n "${job_took[$name]-}" ] || continue
        printf '%d %-60s %6s %6s %6s\n' "${job_began[$name]}" "${name:0:60}" "$(clock "${job_began[$name]}")" \
            "$(clock "${job_took[$name]}")" "${job_cpu[$name]}"
    done | sort -s -n -k 1,1 | sed 's/^[0-9]* //'
}
