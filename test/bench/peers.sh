#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: peers.sh RAWBPF PEERS
#
# Compare tools of rawbpf with those of bcc (Debian's libbpf-tools), of bpftrace and of ply that show
# the same events. RAWBPF and PEERS are the compiled programs `rawbpf` and peers.c. Needs root. ply is no
# package of Debian: PLY=PATH names it.
#
# All run at a real-time priority, so that a busy machine delays none. Columns:
#
#   START  CPU time from exec until the tool shows an event, in milliseconds
#   PEAK   peak memory, in KB
#   SIZE   of the program and the libraries that it needs, in KB
#   LOST   events that the tool did not show, of 200,000; no process starts or ends so often
#   RATE   events a second that came about: at most 100,000, and less if the tool slows them down
set -eu

rawbpf=$(realpath "$1")
peers=$(realpath "$2")
ply=${PLY:-ply}

# Go on in a mount namespace with the file systems that the tools want. ply has the old path.
if [ "${PEERS_MOUNTED:-}" != yes ]; then
	PEERS_MOUNTED=yes exec unshare -m sh "$0" "$@"
fi
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/debug/tracing

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp /bin/true rbpf_provoke	# peers.c starts this

size_of() { # PROGRAM: its size and that of its libraries, without symbols, in KB
	{ echo "$1"; ldd "$1" 2>/dev/null | grep -o '/[^ ]*'; } | while read -r file; do
		strip -o "$work/stripped" "$file"
		stat -c %s "$work/stripped"
	done | awk '{ sum += $1 } END { printf "%.0f", sum / 1024 }'
}

measured() { # MEASURE EVENT COMMAND...: what peers prints, or dashes
	chrt -r 1 "$peers" "$@" || echo - - -
}

row() { # TOOL EVENT PROGRAM ARGUMENT...
	tool=$1
	event=$2
	if ! program=$(command -v "$3"); then
		echo "$event $tool: not measured: there is no $3"
		return
	fi
	shift 3
	start=$(measured start "$event" "$program" "$@" </dev/null)
	lost='- -'
	case $event in
	open | signal) lost=$(measured flood "$event" "$program" "$@" </dev/null) ;;
	esac
	# shellcheck disable=SC2086 # several words
	printf '%-8s %-10s %8s %8s %8s %8s %8s\n' "$event" "$tool" $start "$(size_of "$program")" ${lost% *}
}

printf '%-8s %-10s %8s %8s %8s %8s %8s\n' EVENT TOOL START PEAK SIZE LOST RATE

row rawbpf open "$rawbpf" run opensnoop
row bcc open /usr/sbin/opensnoop
row bpftrace open bpftrace /usr/sbin/opensnoop.bt
row ply open "$ply" 'tracepoint:syscalls/sys_exit_openat { printf("%d %v %d\n", pid, comm, data->ret); }'

row rawbpf signal "$rawbpf" run sigsnoop
row bcc signal /usr/sbin/sigsnoop
row bpftrace signal bpftrace -e \
	'tracepoint:signal:signal_generate { printf("%d %s %d %d %d\n", pid, comm, args->sig, args->pid, args->result); }'
row ply signal "$ply" 'tracepoint:signal/signal_generate { printf("%d %v %d %d\n", pid, comm, data->sig, data->pid); }'

row rawbpf exec "$rawbpf" run execsnoop
row bcc exec /usr/sbin/execsnoop
row bpftrace exec bpftrace /usr/sbin/execsnoop.bt
row ply exec "$ply" 'tracepoint:sched/sched_process_exec { printf("%d %v\n", pid, comm); }'

row rawbpf exit "$rawbpf" run exitsnoop
row bcc exit /usr/sbin/exitsnoop
row bpftrace exit bpftrace -e 'tracepoint:sched:sched_process_exit { printf("%d %s\n", pid, comm); }'
row ply exit "$ply" 'tracepoint:sched/sched_process_exit { printf("%d %v\n", pid, comm); }'
