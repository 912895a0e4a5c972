#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sh examples/demo.sh
#
# Install missing packages, build, and show fchownat-count counting a small workload on this kernel.
# If this kernel has no kprobes, the same program counts by kprobe in an emulated machine with a
# Debian kernel. The demo takes some seconds after the build, and ends by itself. It needs root, or
# sudo.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=${RAWBPF_BUILD:-$top/build}
counter=$build/examples/fchownat-count
workload=$build/test/vm/workload
kprobe_pmu=/sys/bus/event_source/devices/kprobe

case ${1-} in
'') ;;
-h | --help) sed -n '/^# usage/,/^set/s/^#\( \|$\)//p' "$0"; exit ;;
*) echo "demo.sh: takes no arguments" >&2; exit 2 ;;
esac

# Print the command's output only if it fails.
quietly() { # COMMAND...
	output=$("$@" 2>&1) || { printf '%s\n' "$output" >&2; exit 1; }
}

parts=build
[ -e $kprobe_pmu ] || parts="build vm"
# shellcheck disable=SC2086 # two words
sh "$top/test/install.sh" $parts
[ -f "$build/build.ninja" ] || quietly meson setup "$build" "$top"
quietly ninja -C "$build" tools test/vm/workload

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo

on_this_kernel() {
	echo "== fchownat-count on this kernel, Linux $(uname -r), while 8 calls of fchownat(2) are made"
	"$workload" 8 300 &
	$as_root "$counter" -n 4
	wait
}

in_a_virtual_machine() {
	case $(uname -m) in
	x86_64) kernel=amd64-6.12 arch=amd64 ;;
	aarch64) kernel=arm64-6.1 arch=arm64 ;;
	*) echo "== (no virtual machine is set up for $(uname -m))"; return ;;
	esac
	echo
	echo "== the same program on a Debian kernel with kprobes, in an emulated machine"
	quietly sh "$top/test/vm/guests.sh" "$build" $arch
	"$top/test/vm/boot.sh" $kernel "$build/guests/$arch" -- \
		/bin/workload 8 300 '&' /bin/fchownat-count -a kprobe -n 4 || {
		[ $? -eq 77 ] || return 1
		echo "== (the kernel could not be had, so there is no more to see)"
	}
}

on_this_kernel
[ -e $kprobe_pmu ] || in_a_virtual_machine
