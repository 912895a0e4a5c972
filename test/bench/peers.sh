#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: peers.sh RAWBPF PEERS [EVENT]...
#
# Compare tools of rawbpf with those of bcc (Debian's libbpf-tools), of bpftrace and of ply that show
# the same events. RAWBPF and PEERS are the compiled programs `rawbpf` and peers.c. Needs root. ply is no
# package of Debian: PLY=PATH names it.
#
# With EVENTs, measure only these. Without, measure `here` on this kernel, and `there`, which need kprobes
# or modules, on Debian's amd64-6.12 in an emulated machine. Only ratios of its times mean something.
#
# RAWBPF is the smallest build, as README has it. Columns:
#
#   START  CPU time from exec until the tool shows an event, in milliseconds
#   PEAK   peak memory, in KB
#   SIZE   of the program, without symbols, in KB
#   LIBS   of the libraries that it needs, in KB
#   LOST   events of a flood of two seconds that the tool did not show
#   RATE   events a second of the flood: at most 100,000, and less if the tool slows it down
set -eu
PATH=$PATH:/usr/bin:/usr/sbin:/sbin

rawbpf=$(realpath "$(command -v "$1")")
peers=$(realpath "$(command -v "$2")")
ply=${PLY:-ply}
here='open signal exec exit mount disk sample'
there='capability connect oom module'

# Go on in a mount namespace with the file systems that the tools want. ply has the old path.
if [ "${PEERS_MOUNTED:-}" != yes ]; then
	PEERS_MOUNTED=yes exec unshare -m sh "$0" "$@"
fi
shift 2
self=$(realpath "$0")
top=$(dirname "$self")/../..
work=$(mktemp -d)
trap 'rm -rf "$work"; [ ! -b "${device:-}" ] || losetup -d "$device"' EXIT
cd "$work"
cp /bin/true rbpf_provoke	# peers.c starts this

mount_all() { # what is mounted already stays
	mount -t tracefs tracefs /sys/kernel/tracing
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/debug/tracing
	mkdir /dev/pts && mount -t devpts devpts /dev/pts
} 2>/dev/null

prepare() { # EVENT: what peers.c needs to provoke it
	case $1 in
	disk)
		dd if=/dev/zero of=image bs=4096 count=16 2>/dev/null
		device=$(losetup -f)
		losetup "$device" image
		ln -s "$device" disk
		;;
	connect) ifconfig lo up ;;
	oom)
		echo +memory >/sys/fs/cgroup/cgroup.subtree_control
		mkdir /sys/fs/cgroup/rbpf_provoke
		echo 4M >/sys/fs/cgroup/rbpf_provoke/memory.max
		;;
	esac
}

libraries_of() { # PROGRAM
	ldd "$1" 2>/dev/null | grep -o '/[^ ]*' || :
}

kilobytes() { # [FILE]...: their size without symbols
	for file; do
		strip -o "$work/stripped" "$file"
		stat -c %s "$work/stripped"
	done | awk '{ sum += $1 } END { printf "%.0f", sum / 1024 }'
}

size_of() { # PROGRAM: SIZE and LIBS. The emulated machine has them in a file.
	[ ! -f /sizes ] || { sed -n "s/^${1##*/} //p" /sizes; return; }
	# shellcheck disable=SC2046 # several files
	echo "$(kilobytes "$1") $(kilobytes $(libraries_of "$1"))"
}

mark_of() { # TOOL EVENT: what is in its lines of this event. A histogram has bars.
	case $2-$1 in
	disk-rawbpf) echo '##' ;;
	disk-bcc) echo '**' ;;
	disk-bpftrace) echo '@@' ;;
	*) echo rbpf_provoke ;;
	esac
}

measured() { # MEASURE EVENT MARK COMMAND...: what peers prints
	"$peers" "$@" </dev/null
}

row() { # TOOL PROGRAM ARGUMENT...: of the event $event
	tool=$1
	if ! program=$(command -v "$2"); then
		echo "$event $tool: not measured: there is no $2"
		return
	fi
	shift 2
	mark=$(mark_of "$tool" "$event")
	start=$(measured start "$event" "$mark" "$program" "$@") || start='- -'
	lost='- - -'
	case $event in
	open | signal | mount | capability | connect)
		lost=$(measured flood "$event" "$mark" "$program" "$@") || lost='- - -' ;;
	esac
	# shellcheck disable=SC2046,SC2086 # several words
	printf '%-10s %-8s %8s %8s %8s %8s %8s %8s\n' "$event" "$tool" $start $(size_of "$program") ${lost% *}
}

rows_open() {
	row rawbpf "$rawbpf" run opensnoop
	row bcc /usr/sbin/opensnoop
	row bpftrace bpftrace /usr/sbin/opensnoop.bt
	row ply "$ply" 'tracepoint:syscalls/sys_exit_openat { printf("%d %v %d\n", pid, comm, data->ret); }'
}

rows_signal() {
	row rawbpf "$rawbpf" run sigsnoop
	row bcc /usr/sbin/sigsnoop
	row bpftrace bpftrace -e 'tracepoint:signal:signal_generate {
		printf("%d %s %d %d %d\n", pid, comm, args->sig, args->pid, args->result); }'
	row ply "$ply" 'tracepoint:signal/signal_generate {
		printf("%d %v %d %d\n", pid, comm, data->sig, data->pid); }'
}

rows_exec() {
	row rawbpf "$rawbpf" run execsnoop
	row bcc /usr/sbin/execsnoop
	row bpftrace bpftrace /usr/sbin/execsnoop.bt
	row ply "$ply" 'tracepoint:sched/sched_process_exec { printf("%d %v\n", pid, comm); }'
}

rows_exit() {
	row rawbpf "$rawbpf" run exitsnoop
	row bcc /usr/sbin/exitsnoop
	row bpftrace bpftrace -e 'tracepoint:sched:sched_process_exit { printf("%d %s\n", pid, comm); }'
	row ply "$ply" 'tracepoint:sched/sched_process_exit { printf("%d %v\n", pid, comm); }'
}

rows_mount() {
	row rawbpf "$rawbpf" run mountsnoop
	row bcc /usr/sbin/mountsnoop
	row bpftrace bpftrace -e 'tracepoint:syscalls:sys_enter_mount { @to[tid] = args->dir_name; }
		tracepoint:syscalls:sys_exit_mount {
			printf("%d %s %s %d\n", pid, comm, str(@to[tid]), args->ret); delete(@to[tid]); }'
	row ply "$ply" 'tracepoint:syscalls/sys_exit_mount { printf("%d %v %d\n", pid, comm, data->ret); }'
}

# They count, and print each second. ply prints each request: its intervals do not come beside tracepoints.
rows_disk() {
	row rawbpf "$rawbpf" run biolatency -i 1
	row bcc /usr/sbin/biolatency 1
	row bpftrace bpftrace -e 'tracepoint:block:block_rq_issue { @at[args->dev, args->sector] = nsecs; }
		tracepoint:block:block_rq_complete /@at[args->dev, args->sector]/ {
			@us = hist((nsecs - @at[args->dev, args->sector]) / 1000);
			delete(@at[args->dev, args->sector]); }
		interval:s:1 { print(@us); }'
	row ply "$ply" 'tracepoint:block/block_rq_issue { at[data->sector] = time; }
		tracepoint:block/block_rq_complete / at[data->sector] / {
			printf("rbpf_provoke %v\n", time - at[data->sector]); delete at[data->sector]; }'
}

rows_sample() {
	row rawbpf "$rawbpf" run profile -i 1
	row bpftrace bpftrace -e 'profile:hz:99 { @[pid, comm, kstack] = count(); } interval:s:1 { print(@); }'
	row ply "$ply" 'profile:99hz { @[pid, comm, stack] = count(); } interval:1 { print(@); }'
}

rows_module() {
	row rawbpf "$rawbpf" run modsnoop
	row bpftrace bpftrace -e 'tracepoint:syscalls:sys_enter_delete_module { @of[tid] = args->name_user; }
		tracepoint:syscalls:sys_exit_delete_module {
			printf("%d %s %s %d\n", pid, comm, str(@of[tid]), args->ret); delete(@of[tid]); }'
	row ply "$ply" 'tracepoint:syscalls/sys_exit_delete_module { printf("%d %v %d\n", pid, comm, data->ret); }'
}

rows_capability() {
	row rawbpf "$rawbpf" run capable
	row bcc /usr/sbin/capable
	row bpftrace bpftrace /usr/sbin/capable.bt
	row ply "$ply" 'kprobe:cap_capable { printf("%d %v %d\n", pid, comm, arg2); }'
}

rows_connect() {
	row rawbpf "$rawbpf" run tcpconnect
	row bcc /usr/sbin/tcpconnect
	row bpftrace bpftrace -e 'kprobe:tcp_v4_connect { printf("%d %s\n", pid, comm); }' # Debian's shows nothing here
	row ply "$ply" 'kprobe:tcp_v4_connect { printf("%d %v\n", pid, comm); }'
}

rows_oom() {
	row rawbpf "$rawbpf" run oomsnoop
	row bcc /usr/sbin/oomkill
	row bpftrace bpftrace /usr/sbin/oomkill.bt
	row ply "$ply" 'kprobe:oom_kill_process { printf("%d %v\n", pid, comm); }'
}

rows() { # EVENT...
	printf '%-10s %-8s %8s %8s %8s %8s %8s %8s\n' EVENT TOOL START PEAK SIZE LIBS LOST RATE
	mount_all || :
	for event; do
		prepare "$event"
		"rows_$event"
	done
}

# Copy programs with their libraries to the root file system of the emulated machine.
carry() { # PROGRAM...
	for program; do
		path=$(command -v "$program") || continue
		cp "$path" root/bin/
		for library in $(libraries_of "$path"); do
			cp -L --parents "$library" root/
		done
		echo "${path##*/} $(size_of "$path")" >>root/sizes
	done
}

rows_there() { # EVENT...
	mkdir -p root/bin root/usr/sbin root/tmp
	gcc -static -o root/init "$top/test/vm/init.c"
	for applet in $(busybox --list); do
		ln -s busybox "root/bin/$applet"
	done
	cp --remove-destination "$(command -v busybox)" root/bin/
	cp "$self" root/bin/peers.sh
	carry "$rawbpf" "$peers" /usr/sbin/capable /usr/sbin/tcpconnect /usr/sbin/oomkill bpftrace "$ply"
	cp /usr/sbin/capable /usr/sbin/tcpconnect /usr/sbin/oomkill /usr/sbin/*.bt root/usr/sbin/
	sh "$top/test/vm/boot.sh" -s 2 -m 2048 -t 3600 amd64-6.12 root -- \
		env PEERS_MOUNTED=yes sh /bin/peers.sh "${rawbpf##*/}" "${peers##*/}" "$@"
}

if [ $# -gt 0 ]; then
	rows "$@"
else
	# shellcheck disable=SC2086 # several events
	rows $here
	# shellcheck disable=SC2086
	rows_there $there
fi
