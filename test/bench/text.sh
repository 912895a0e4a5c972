#!/bin/bash
# SPDX-License-Identifier: MIT
#
# usage: bash test/bench/text.sh
#
# Compare assembler and disassembler with LLVM's, on the same million instructions: CPU time, peak
# memory, and the time of a single instruction from exec to exit. The results are compared, too.
# Prints ratios of the least value of each side. Our side is built with optimisation, as LLVM's
# packages are (buildtype release). Sizes: sizes.sh.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sh "$top/test/install.sh" build bench
. "$top/test/bench/cpu.sh"
meson setup "$work/build" "$top" --buildtype=release -Dtests=disabled >/dev/null
ninja -C "$work/build" >/dev/null
rawbpf=$work/build/examples/rawbpf
for version in 20 19; do
	! command -v llvm-mc-$version >/dev/null || break
done
mc="llvm-mc-$version -triple bpfel -mcpu=v4 -filetype=obj"
objdump="llvm-objdump-$version -d --no-show-raw-insn --no-leading-addr --mcpu=v4"
objcopy="llvm-objcopy-$version -O binary --only-section=.text"

awk 'function r() { return int(rand() * 10) }
     function imm() { return int((rand() - 0.5) * 2 ^ (rand() * 32)) }
     function off() { o = int((rand() - 0.5) * 65535); return o < 0 ? "- " (-o) : "+ " o }
     function jump() { o = int((rand() - 0.5) * 65535); return o < 0 ? o : "+" o }
     BEGIN {
	srand(9669)
	split("+= -= *= /= %= |= &= ^= <<= >>= s>>= s/= s%=", alu, " ")
	split("== != > >= < <= s> s>= s< s<= &", cmp, " ")
	split("u8 u16 u32", narrow, " ")
	for (i = 0; i < 1000000; i++) {
		kind = i % 16
		if (kind == 0) print "r" r() " " alu[1 + int(rand() * 11)] " r" r()
		else if (kind == 1) print "r" r() " += " imm()
		else if (kind == 2) print "w" r() " " alu[1 + int(rand() * 11)] " w" r()
		else if (kind == 3) print "w" r() " ^= " imm()
		else if (kind == 4) print "r" r() " = r" r()
		else if (kind == 5) print "r" r() " = " imm()
		else if (kind == 6) print "w" r() " = *(" narrow[1 + int(rand() * 3)] " *)(r" r() " " off() ")"
		else if (kind == 7) print "r" r() " = *(u64 *)(r" r() " " off() ")"
		else if (kind == 8) print "*(u64 *)(r" r() " " off() ") = r" r()
		else if (kind == 9) print "*(u32 *)(r" r() " " off() ") = w" r()
		else if (kind == 10) print "if r" r() " " cmp[1 + int(rand() * 11)] " r" r() " goto " jump()
		else if (kind == 11) print "if w" r() " " cmp[1 + int(rand() * 11)] " " imm() " goto " jump()
		else if (kind == 12) print "call " int(rand() * 200)
		else if (kind == 13) print "r" r() " = " imm() " ll"
		else if (kind == 14) print "lock *(u64 *)(r" r() " " off() ") += r" r()
		else print "r" r() " = (s16)r" r()
	}
     }' >"$work/million.s"

TIMEFORMAT='%U %S'
measured() { # NAME COMMAND...: print the command's CPU seconds, and its peak memory in KB
	name=$1
	shift
	{ time /usr/bin/time -f %M -o "$work/$name.memory" "$@"; } 2>"$work/$name.time"
}
cpu() {
	awk 'END { print $1 + $2 }' "$work/$1.time"
}
ratio() { # WHAT OVER UNDER AIM
	awk -v what="$1" -v over="$2" -v under="$3" -v aim="$4" \
		'BEGIN { printf "%-64s %8.1f times  (aim: %s)\n", what, over / under, aim }'
}

for round in 1 2 3 4 5; do
	measured llvm-asm $mc "$work/million.s" -o "$work/llvm.o"
	measured asm "$rawbpf" asm --little-endian -o "$work/rawbpf.bin" "$work/million.s"
	$objcopy "$work/llvm.o" "$work/llvm.bin"
	cmp "$work/llvm.bin" "$work/rawbpf.bin"
	measured llvm-disasm $objdump "$work/llvm.o" >"$work/llvm.txt"
	measured disasm "$rawbpf" disasm --little-endian "$work/llvm.bin" >"$work/rawbpf.txt"
	# Remove llvm-objdump's header, and its "<label>" behind jumps.
	sed -e '1,/^<\.text>:$/d' -e 's/^[[:space:]]*//' -e 's/ <[^<>]*>$//' "$work/llvm.txt" |
		cmp - "$work/rawbpf.txt"
	for name in llvm-asm asm llvm-disasm disasm; do
		cpu $name >>"$work/$name.all"
		cat "$work/$name.memory" >>"$work/$name.memories"
	done
done
# Take the least of several runs: other programs only slow a run down.
least() {
	sort -n "$1" | head -n 1
}

ratio "assembling: LLVM's CPU time, to ours" "$(least "$work/llvm-asm.all")" \
	"$(least "$work/asm.all")" "at least 8"
ratio "disassembling: LLVM's CPU time, to ours" "$(least "$work/llvm-disasm.all")" \
	"$(least "$work/disasm.all")" "at least 25"
ratio "assembling: LLVM's peak memory, to ours" "$(least "$work/llvm-asm.memories")" \
	"$(least "$work/asm.memories")" "at least 4"
ratio "disassembling: LLVM's peak memory, to ours" "$(least "$work/llvm-disasm.memories")" \
	"$(least "$work/disasm.memories")" "at least 4"

echo 'r1 = 1' >"$work/one.s"
hyperfine -N --warmup 10 --runs 200 --export-csv "$work/one" \
	"$mc $work/one.s -o $work/one.o" "$rawbpf asm -o $work/one.bin $work/one.s" >/dev/null 2>&1
ratio "one instruction, from exec to exit: LLVM's time, to ours" \
	"$(awk -F, 'NR == 2 { print $7 }' "$work/one")" "$(awk -F, 'NR == 3 { print $7 }' "$work/one")" \
	"at least 50"
