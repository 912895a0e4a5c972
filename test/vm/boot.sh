#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: boot.sh [-s CPUS] [-t SECONDS] [-m MEGABYTES] [-k MODULES] NAME DIR -- COMMAND [ARG...]
#
# Boot the kernel called NAME in the file `kernels`, in an emulated machine, and run COMMAND there.
# The root file system is a copy of DIR, where DIR/init is built from init.c. A lone '&' separates
# several commands: the last one runs in the foreground. The console goes to stdout, live.
#
# init loads MODULES, names of kernel modules separated by blanks, before COMMAND. It loads what they
# depend on first. A line names each module that the kernel has built in. A name that the kernel does
# not know is a usage error.
#
# Status: that of COMMAND (128 + N after signal N). 1, with a word on stderr: the machine died
# before that, or reached the time limit (900 seconds, or -t). 2: a usage error. 77, with a reason
# on stderr: the kernel or the emulator is not available. A machine in which no program prints a
# line for 5 minutes is ended and booted once more.
#
# RAWBPF_MIRROR and RAWBPF_CACHE are as in fetch.sh.

set -eu
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin

here=$(cd "$(dirname "$0")" && pwd)
cpus=1
modules=
seconds=900
megabytes=512
work=
child=
reader=
watcher=

usage() {
	sed -n '/^# usage/,/^$/s/^#\( \|$\)//p' "$0"
}

usage_error() {
	echo "boot.sh: $1" >&2
	exit 2
}

say() {
	echo "boot: $name: $1"
}

# A shell answers a signal only after its foreground command, so wait for a background one.
run() {
	"$@" &
	child=$!
	wait "$child" && status=0 || status=$?
	child=
	return "$status"
}

# shellcheck disable=SC2317 # called by a trap
cleanup() {
	[ -z "$child" ] || { kill "$child" && wait "$child"; } 2>/dev/null || :
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null || :
	[ -z "$reader" ] || kill "$reader" 2>/dev/null || :
	[ -z "$work" ] || rm -rf "$work"
}

# Check the kernel's command line. The kernel splits it at blanks, honours double quotes, stops at a
# second `--`, and takes 31 words for init.
kernel_words() {
	[ $# -le 31 ] || usage_error "more than 31 words of command"
	for word; do
		case $word in
		-- | *\"*) usage_error "the kernel cannot hand over the word: $word" ;;
		*[[:space:]]* | '') printf ' "%s"' "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
}

# The archive has no device nodes, so this needs no privilege: the kernel has its own /dev/console.
pack() {
	(cd "$1" && find . | cpio -o -H newc -R 0:0 --quiet) | gzip -1
}

# Write the steps of modprobe to $work/steps, one a line: `insmod FILE` or `builtin NAME`.
plan_modules() { # LIB/MODULES
	release=$(ls "$1")
	for module in $modules; do
		modprobe -C /dev/null -d "${1%/lib/modules}" -S "$release" \
			--show-depends "$module" >>"$work/plan" 2>"$work/reason" ||
			usage_error "module '$module': $(cat "$work/reason")"
	done
	awk '!seen[$0]++' "$work/plan" >"$work/steps"
}

uncompressed() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -dc "$1" ;;
	*.gz) gzip -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

# Put the modules, as files /modules/NUMBER-NAME, into a folder. init loads them in that order.
carry_modules() { # FOLDER
	run "$here/fetch.sh" -m "$name" >"$work/path" || exit "$status"
	plan_modules "$(cat "$work/path")"
	mkdir -p "$1/modules"
	number=100
	while read -r step what; do
		if [ "$step" = builtin ]; then
			say "$what is built into this kernel"
			continue
		fi
		file=${what##*/}
		uncompressed "$what" >"$1/modules/$number-${file%.ko*}"
		number=$((number + 1))
	done <"$work/steps"
}

# Set the architecture's options. With cx16, some amd64 kernels up to at least 6.12 crash at boot.
# Without it, some kernel after 6.12 gives no memory to storage maps and arenas.
#
# A busy host delivers timer interrupts late. An x86 kernel counts them early in the boot, and
# panics at too few: no_timer_check skips that check. The kernel also measures the rate of the TSC.
# A busy host falsifies the result, and the machine's clock has run 50 times too fast. With
# tsc=unstable the kernel reads the HPET instead.
#
# QEMU 7.2 computes the instruction VECTOR CHECKSUM of s390x wrongly. s390x-6.12 uses it: it sends
# TCP resets with a wrong checksum, which it then drops. The machine has no vector instructions.
choose_machine() {
	serial='-serial chardev:console'
	options=
	case $1 in
	amd64)
		options='no_timer_check tsc=unstable'
		cpu=max,-cx16
		[ "$name" != amd64-newest ] || cpu=max
		qemu="qemu-system-x86_64 -machine pc -cpu $cpu $serial"
		console=ttyS0
		;;
	arm64)
		qemu="qemu-system-aarch64 -machine virt -cpu cortex-a57 $serial"
		console=ttyAMA0
		;;
	riscv64)
		qemu="qemu-system-riscv64 -machine virt $serial"
		console=ttyS0
		;;
	s390x)
		serial='-device sclpconsole,chardev=console'
		qemu="qemu-system-s390x -machine s390-ccw-virtio -cpu max,vx=off,vxeh=off $serial"
		console=ttysclp0
		;;
	*) usage_error "no kernel is called '$name'" ;;
	esac
}

# End the machine if no program in it prints a line for 5 minutes. A kernel that hangs may go on to
# print its own lines, which begin with `[`. Now and then riscv64 stops: after the last line of its
# firmware, or later.
watch() {
	lines=0
	waited=0
	while sleep 5; do
		waited=$((waited + 5))
		now=$(grep -vc '^\[' "$work/log") || :
		if [ "$now" != "$lines" ]; then
			lines=$now
			waited=0
		elif [ "$waited" -ge 300 ]; then
			tail -n 1 "$work/log" >"$work/silent"
			kill -KILL "$(cat "$work/process")"
		fi
	done
}

# thread=single runs all CPUs of the machine in one host thread. With a thread for each CPU, QEMU can
# keep a stale translation of code that the kernel patches. QEMU drops the old translation before it
# writes the new bytes. Another thread may translate the old bytes in between, and nothing drops that
# translation. An x86 kernel patches by way of a breakpoint: a stale one is `Oops: int3`.
boot() {
	mkfifo "$work/serial"
	sed -u -e 's/\r//g' -e "w $work/log" <"$work/serial" &
	reader=$!
	watch >/dev/null 2>&1 &
	watcher=$!
	# shellcheck disable=SC2086 # its words are arguments
	run timeout -k 5 "$seconds" $qemu -accel tcg,thread=single -smp "$cpus" -m "$megabytes" \
		-pidfile "$work/process" -nodefaults -display none -no-reboot -chardev stdio,id=console,signal=off \
		-kernel "$kernel" -initrd "$work/initrd" \
		-append "console=$console quiet panic=-1 $options --$words" \
		</dev/null >"$work/serial" 2>&1 && ended=0 || ended=$?
	kill "$watcher" 2>/dev/null || :
	watcher=
	wait "$reader"
	reader=
	rm "$work/serial"
}

while getopts s:t:m:k:h option; do
	case $option in
	s) cpus=$OPTARG ;;
	t) seconds=$OPTARG ;;
	m) megabytes=$OPTARG ;;
	k) modules=$OPTARG ;;
	h) usage; exit ;;
	*) usage >&2; exit 2 ;;
	esac
done
shift $((OPTIND - 1))
{ [ $# -ge 4 ] && [ "$3" = -- ]; } || { usage >&2; exit 2; }

name=$1
dir=$2
shift 3
choose_machine "${name%%-*}"
[ -x "$dir/init" ] || usage_error "no program $dir/init"
words=$(kernel_words "$@")

for tool in "${qemu%% *}" cpio ${modules:+modprobe xz}; do
	command -v "$tool" >/dev/null || { echo "$tool is not installed" >&2; exit 77; }
done

trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

work=$(mktemp -d)
run "$here/fetch.sh" "$name" >"$work/kernel" || exit "$status"
kernel=$(cat "$work/kernel")
say "$(cat "${kernel%/*}/origin")"
pack "$dir" >"$work/initrd"
if [ -n "$modules" ]; then
	carry_modules "$work/root"
	pack "$work/root" >>"$work/initrd"
fi

boot
if [ -e "$work/silent" ]; then
	say "no line for 5 minutes after '$(cat "$work/silent")': once more"
	rm "$work/silent"
	boot
fi

# The kernel may print a line about the reboot.
last=$(sed -nE '/^init: (exit|signal) [0-9]+$/p' "$work/log" | tail -n 1)
case $last in
"init: exit "*) exit "${last##* }" ;;
"init: signal "*) exit $((128 + ${last##* })) ;;
esac
if [ "$ended" -eq 124 ]; then
	say "ended by the time limit of $seconds seconds" >&2
else
	say "the machine died (its emulator returned $ended)" >&2
fi
exit 1
