#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: fuzz.sh [SECONDS]
#
# Fuzz the readers of BTF, program files, ELF files, answers of netlink, ring buffers, perf buffers,
# verifier logs, and of what symbols come from. Fuzz what shows records, the assembler, the
# disassembler, the explainer and the machine, alone and with maps, helpers and packets. Each takes
# SECONDS (default: 15), with address and undefined-behaviour sanitizers, and begins with its corpus in
# test/fuzz/corpus/. An input that takes 25 seconds fails, too. libFuzzer writes a failing input into the
# current folder.
set -u
umask 022
export LC_ALL=C

top=$(cd "$(dirname "$0")/.." && pwd)
seconds=${1-15}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

if ! echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
	clang -fsanitize=fuzzer -x c - -o "$work/probe" 2>/dev/null; then
	echo "skip: fuzz: no clang with libFuzzer"
	exit 77
fi

flags="-std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -I$top/include"
# shellcheck disable=SC2086 # several words
clang $flags -c "$top/lib/rawbpf.c" -o "$work/rawbpf.o" || exit 1
for target in btf collection resolve elf netlink parse disasm explain perf_ring rejection ring show symbol vm vm_world; do
	seeds=$target
	[ $target != resolve ] || seeds=collection
	corpus=$work/$target.corpus
	dictionary=$top/test/fuzz/$seeds.dict
	[ -f "$dictionary" ] || dictionary=
	time=$seconds
	case $target in
	vm*) time=$(((seconds + 1) / 2)) ;; # two targets for the machine
	esac
	mkdir "$corpus"
	# shellcheck disable=SC2086
	if clang $flags "$top/test/fuzz/$target.c" "$work/rawbpf.o" -o "$work/$target" &&
		"$work/$target" -max_total_time="$time" -timeout=25 -max_len=4096 -print_final_stats=1 \
			${dictionary:+-dict="$dictionary"} "$corpus" "$top/test/fuzz/corpus/$seeds" \
			>"$work/log" 2>&1; then
		echo "ok: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log") inputs"
		passed=$((passed + 1))
	else
		echo "failed: $target"
		tail -n 40 "$work/log"
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
test "$failed" -eq 0
