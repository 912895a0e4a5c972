#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sh test/bench/run.sh
#
# Install missing tools and print the library's figures: sizes, system calls and time at start-up,
# map calls, walks, names of the kernel, device filters, texts of programs, tools beside those of
# others, replacement, ring and perf buffers, compile time. text.sh prints those of assembler and disassembler. Each contest measures
# both sides in one run. Needs root, for bpf(2). Other suites
# test two of these figures: builds the sizes, vm the system calls.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/test/bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sh "$top/test/install.sh" build bench

heading() {
	printf '\n== %s\n' "$1"
}

build() { # OUTPUT ARGUMENT...
	output=$1
	shift
	gcc -std=gnu11 -D_GNU_SOURCE -Os -Wall -Wextra -I"$top/include" "$@" -o "$work/$output"
}

alone="-DNO_LIBC -DRAW_TRACEPOINT -ffreestanding -fno-stack-protector -nostdlib -static"

. "$here/cpu.sh"

heading "Sizes"
sh "$here/sizes.sh"

# The minimal program runs here on a raw tracepoint. Kprobes need the vm: test/vm/vm.c compares
# their system calls.
heading "Start-up of the minimal program, without libc, on a raw tracepoint"
# shellcheck disable=SC2086 # several words
build minimal $alone "$here/minimal.c" "$top/lib/rawbpf.c" "$top/lib/sys/mem.c"
# shellcheck disable=SC2086
build bare $alone "$here/minimal_bare.c" "$top/lib/sys/mem.c"
for program in minimal bare; do
	strace -o "$work/trace" "$work/$program"
	printf '%-64s %s\n' "system calls of $program" \
		"$(sed -n 's/^\([a-z_]*\)(.*/\1/p' "$work/trace" | grep -v '^execve$' | tr '\n' ' ')"
done
hyperfine -N --warmup 20 --runs 300 --export-csv "$work/times" "$work/minimal" "$work/bare" >/dev/null 2>&1
awk -F, 'NR > 1 { cpu[NR] = $5 + $6; wall[NR] = $4 }
	END { printf "%-64s %8.3f times\n", "elapsed time (median), to the bare program", wall[2] / wall[3]
	      printf "%-64s %8.3f times\n", "CPU time (mean), to the bare program", cpu[2] / cpu[3] }' "$work/times"

heading "Map calls and walks"
build bench "$here/bench.c" "$top/lib/rawbpf.c" -lbpf
"$work/bench"

heading "Names of the kernel"
build symbol "$here/symbol.c" "$top/lib/rawbpf.c"
"$work/symbol"

heading "Device filters"
build device "$here/device.c" "$top/lib/rawbpf.c"
"$work/device"

heading "Texts of programs: parsed, and resolved with this kernel's BTF"
build collection "$here/collection.c" "$top/lib/rawbpf.c"
"$work/collection" "$top"/examples/tools/*.bpf

# Five tracepoints. Only a mount namespace of this script's has tracefs.
heading "CPU time from exec to attached: five programs"
build cpu "$here/cpu.c"
rawbpf=${RAWBPF_BUILD:-$top/build}/examples/rawbpf
if [ -x "$rawbpf" ]; then
	unshare -m sh -c 'mount -t tracefs tracefs /sys/kernel/tracing
		printf "%-64s %8.3f ms\n" "rawbpf run, a text that names nothing of the kernel         (aim: 3)" \
			"$("$1" attached "$2" run --way tracepoint "$3.bpf")"
		printf "%-64s %8.3f ms\n" "rawbpf run, the same by raw tracepoints, which opens BTF  (aim: 3)" \
			"$("$1" attached "$2" run --way raw_tp "$3.bpf")"
		printf "%-64s %8.3f ms\n" "rawbpf run opensnoop: eight programs, BTF" \
			"$("$1" attached "$2" run opensnoop)"
		printf "%-64s %8.3f ms\n" "bpftrace" "$("$1" attached bpftrace -B none "$3.bt")"' \
		- "$work/cpu" "$rawbpf" "$here/five"
else
	echo "not measured: $rawbpf is not built"
fi

# The README's lines for the smallest rawbpf. ply is measured if PLY names it.
heading "Tools beside those of bcc, bpftrace and ply"
build peers "$here/peers.c" -lutil
(
	sed -n '/^export CFLAGS=/,/^```/p' "$top/README.md" | sed -e '/^```/d' -e "s, small, $work/small,g" >"$work/lines"
	cd "$top"
	. "$work/lines" >/dev/null
)
sh "$here/peers.sh" "$work/small/examples/rawbpf" "$work/peers"

heading "Replacing a program on a cgroup's hook: bpf(2) calls"
build replace "$here/replace.c" "$top/lib/rawbpf.c"
for others in 0 8 62; do
	for found in descriptor name; do
		strace -o "$work/trace" -e trace=bpf,getppid "$work/replace" $others $found
		printf '%-64s %8d\n' "beside $others others, the old one found by its $found" \
			"$(sed '1,/^getppid/d; /^getppid/,$d' "$work/trace" | grep -c '^bpf')"
	done
done

heading "Perf buffers"
build perfbuf "$here/perfbuf.c" "$top/lib/rawbpf.c" -lbpf -lpthread
"$work/perfbuf"

heading "Ring buffers"
build ring "$here/ring.c" "$top/test/event/ring_programs.c" "$top/lib/rawbpf.c" -lbpf -lpthread
"$work/ring"

heading "Compiling the library as one file"
bash -c 'TIMEFORMAT="%U %S"; time "$@"' - \
	gcc -Os -I"$top/include" -c "$top/lib/rawbpf.c" -o "$work/rawbpf.o" 2>"$work/time"
awk '{ printf "%-64s %8.2f s  (aim: under 2)\n", "CPU time of gcc -Os", $1 + $2 }' "$work/time"
