#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sh test/bench/vm.sh UBPF
#
# Compare the machine with uBPF's interpreter: three loops, both sides in one run, gcc -O2, bounds
# checks and a limit of instructions on. UBPF is a clone of https://github.com/iovisor/ubpf.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
ubpf=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

. "$top/test/bench/cpu.sh"
echo "gcc $(gcc -dumpversion) -O2, uBPF $(git -C "$ubpf" rev-parse HEAD)"
# CMake would make this header; all that it configures is off.
: >"$work/ubpf_config.h"
for source in ubpf_instruction_valid ubpf_jit ubpf_jit_arm64 ubpf_jit_support ubpf_jit_x86_64 ubpf_loader \
	ubpf_safe ubpf_vm; do
	gcc -O2 -w -I"$work" -I"$ubpf/vm" -I"$ubpf/vm/inc" -c "$ubpf/vm/$source.c" -o "$work/$source.o"
done
gcc -std=gnu11 -O2 -I"$top/include" -c "$top/lib/rawbpf.c" -o "$work/rawbpf.o"
gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -I"$top/include" -I"$work" -isystem "$ubpf/vm/inc" \
	"$top/test/bench/vm.c" "$work"/*.o -lm -o "$work/vm"
"$work/vm"
