#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: llvm.sh DISASM DISASM: test/form/disasm.c, built
#
# Compare our disassembler with LLVM's: every form that LLVM 19 prints, with all registers and
# boundary numbers. Then compile test/programs/ for every version of the instruction set, by each
# installed clang, and compare those. The C dialect of every form must compile to its bytes.
set -eu

disasm=$1
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

first_of() {
	for command; do
		! command -v "$command" >/dev/null || { echo "$command"; return; }
	done
}

# Objects of older compilers do not record their version: -mcpu=v4 prints w registers for all.
objdump=$(first_of llvm-objdump-19 llvm-objdump-20 llvm-objdump-21 llvm-objdump-22)
objcopy=$(first_of llvm-objcopy-19 llvm-objcopy-20 llvm-objcopy-21 llvm-objcopy-22)

compare() { # NAME RAW-FILE
	"$disasm" elf "$2" >"$work/object"
	"$objdump" -d --mcpu=v4 --no-show-raw-insn --no-addresses "$work/object" |
		sed '1,/^<.text>:$/d; s/^[ \t]*//; s/ <[^ >]*>$//' >"$work/theirs"
	# LLVM prints calls of local functions like those of helpers, in a form that it does not
	# read.
	"$disasm" llvm "$2" | sed 's/^call pc+/call /; s/^call pc-/call -/' >"$work/ours"
	if ! cmp -s "$work/theirs" "$work/ours"; then
		echo "failed: $1: LLVM's (<) and ours (>) differ"
		diff "$work/theirs" "$work/ours" | head -20
		exit 1
	fi
	echo "ok: $1: $(wc -l <"$work/ours") instructions"
}

cc_accepts() {
	"$disasm" macros >"$work/macros.c"
	cc -Wall -Wextra -Werror -I"$top/include" "$work/macros.c" -o "$work/macros"
	"$work/macros"
	echo "ok: macros: $(grep -c '^	BPF_\|^	RAWBPF_' "$work/macros.c") make the bytes they stand for"
}

programs() { # COMPILER VERSION
	for source in "$top"/test/programs/*.c; do
		name=$(basename "$source" .c)
		"$1" -target bpf -mcpu="$2" -O2 -Wall -Wno-unused -Werror -c "$source" \
			-o "$work/$name.o"
		for section in $("$objdump" -h "$work/$name.o" | awk '$NF == "TEXT" { print $2 }'); do
			"$objcopy" -O binary --only-section="$section" "$work/$name.o" "$work/raw"
			[ ! -s "$work/raw" ] || cat "$work/raw" >>"$work/all"
		done
	done
}

cc_accepts
if [ -z "$objdump" ] || [ -z "$objcopy" ]; then
	echo "skip: llvm: no llvm-objdump of LLVM 19 or newer"
	exit 0
fi
"$disasm" forms >"$work/forms"
compare forms "$work/forms"
for compiler in clang-14 clang-19 clang; do
	command -v "$compiler" >/dev/null || { echo "skip: programs: no $compiler"; continue; }
	for version in v1 v2 v3 v4; do
		if ! "$compiler" -target bpf -mcpu=$version -c -x c /dev/null -o /dev/null 2>"$work/log" ||
		   grep -q "not a recognized processor" "$work/log"; then
			echo "skip: programs: $compiler has no -mcpu=$version"
			continue
		fi
		: >"$work/all"
		programs "$compiler" $version
		compare "$compiler -mcpu=$version" "$work/all"
	done
done
