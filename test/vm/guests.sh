#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: guests.sh BUILD [ARCH...]
#
# Make BUILD/guests/ARCH, a root file system for the virtual machines, for each named Debian
# architecture (default: all). This machine's is built in BUILD, others in BUILD/ARCH.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
shift

cross_file() {
	case $1 in
	amd64) echo x86_64 ;;
	arm64) echo aarch64 ;;
	*) echo "$1" ;;
	esac
}

build_of() { # ARCH: build it, and print the build directory
	folder=$build
	if [ "$(cross_file "$1")" != "$(uname -m)" ]; then
		folder=$build/$1
		[ -f "$folder/build.ninja" ] ||
			meson setup "$folder" "$top" -Dtests=auto \
				--cross-file "$top/test/cross/$(cross_file "$1").ini" >&2
	fi
	ninja -C "$folder" guests >&2
	echo "$folder"
}

[ $# -gt 0 ] || set -- amd64 arm64 riscv64 s390x
for arch; do
	from=$(build_of "$arch")
	to=$build/guests/$arch
	mkdir -p "$to/bin" "$to/tools"
	cp "$top"/examples/tools/*.bpf "$top"/test/vm/*.off "$to/tools/"
	cp "$from/test/vm/init" "$to/"
	cp "$from/test/vm/api" "$from/test/vm/guest" "$from/test/vm/minimal" "$from/test/vm/workload" \
		"$from/examples/fchownat-count" "$from/examples/chrootsnoop" \
		"$from/examples/rawbpf" "$to/bin/"
	# Not for each architecture.
	for task in task32 workload32; do
		[ ! -f "$from/test/vm/$task" ] || cp "$from/test/vm/$task" "$to/bin/"
	done
	for test in "$from"/test/vm/*_static; do
		[ ! -f "$test" ] || cp "$test" "$to/bin/$(basename "$test" _static)"
	done
done
