#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sizes.sh
#
# Build the smallest programs with and without the library, in the same way, and compare their
# sizes: static, stripped, -Os. Also measure the instruction tools, alone and together: all that the
# linker keeps for these functions. Print each figure with its limit, and fail if one exceeds it.
# The limits are for x86_64 code only. Sizes are file sizes. For fchownat-count the script counts
# bytes of code and data, because files grow by whole pages.
set -eu
umask 022
export LC_ALL=C

top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/test/bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The flags of a small program, the same for both sides.
small="-std=gnu11 -D_GNU_SOURCE -Os -flto -fno-pie -ffunction-sections -fdata-sections -static -s
	-fno-asynchronous-unwind-tables -Wl,--gc-sections -Wl,--build-id=none"
kernel_headers="-idirafter /usr/include -idirafter /usr/include/$(gcc -print-multiarch)"
alone="-DNO_LIBC -ffreestanding -fno-stack-protector -fno-pic -no-pie -nostdlib
	-Wl,-z,noseparate-code -Wl,-z,norelro"

with_musl() { # OUTPUT SOURCE...
	output=$1
	shift
	# shellcheck disable=SC2086 # several words
	musl-gcc $small $kernel_headers -I"$top/include" "$@" -o "$work/$output"
}

without_libc() {
	output=$1
	shift
	# shellcheck disable=SC2086
	gcc $small $alone -I"$top/include" "$@" -o "$work/$output"
	strip -R .comment "$work/$output"
}

file_size() {
	stat -c %s "$work/$1"
}

code_and_data() {
	size "$work/$1" | awk 'NR == 2 { print $1 + $2 }'
}

status=0
figure() { # WHAT VALUE LIMIT UNIT
	verdict=ok
	awk "BEGIN { exit !($2 <= $3) }" || { verdict='OVER THE LIMIT'; status=1; }
	printf '%-64s %8s %-6s (at most %s) %s\n' "$1" "$2" "$4" "$3" "$verdict"
}

library=$top/lib/rawbpf.c
with_musl minimal "$here/minimal.c" "$library"
with_musl minimal-bare "$here/minimal_bare.c"
without_libc minimal-alone "$here/minimal.c" "$library" "$top/lib/sys/mem.c"
without_libc minimal-alone-bare "$here/minimal_bare.c" "$top/lib/sys/mem.c"
with_musl fchownat-count "$top/examples/fchownat-count.c" "$library"
with_musl no-bpf "$top/examples/fchownat-count.c" "$here/no_bpf.c"

for program in minimal minimal-bare minimal-alone minimal-alone-bare fchownat-count no-bpf; do
	printf '%-64s %8s bytes\n' "$program" "$(file_size $program)"
done
figure "minimal program with musl, to one with bare system calls" \
	"$(awk "BEGIN { printf \"%.2f\", $(file_size minimal) / $(file_size minimal-bare) }")" 1.3 times
figure "minimal program without libc" "$(file_size minimal-alone)" 4096 bytes
figure "code and data of fchownat-count, over the same libc calls without BPF" \
	"$(($(code_and_data fchownat-count) - $(code_and_data no-bpf)))" 12288 bytes

for source in "$top"/insn/*/*.c "$top/lib/sys/mem.c"; do
	gcc -std=gnu11 -Os -ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables \
		-ffunction-sections -fdata-sections -I"$top/include" -c "$source" \
		-o "$work/$(basename "$(dirname "$source")")_$(basename "$source").o"
done

linked() { # WHAT FUNCTION...
	name=$1
	shift
	# shellcheck disable=SC2046
	ld --gc-sections -e 0 $(printf -- '--require-defined=%s ' "$@") "$work"/*.c.o -o "$work/linked"
	printf '%-64s %8s bytes\n' "$name, code and data" "$(code_and_data linked)"
}

# Print all public functions that these headers declare. Their comments may name others.
functions_of() {
	for header; do
		grep -v '^ \*' "$top/include/rawbpf/$header.h"
	done | grep -oE 'rawbpf_[a-z_]+\(' | tr -d '(' | sort -u >"$work/declared"
	nm -g --defined-only "$work"/*.c.o | awk '$2 == "T" { print $3 }' | sort | comm -12 - "$work/declared"
}

# The builder without the steps that name the kernel's symbols: these link the tables of names.
builder() {
	functions_of build | grep -Ev '^rawbpf_build_(imm|kfunc|off|symbol|variable)_'
}

# shellcheck disable=SC2046
{
	linked "builder" $(builder)
	linked "assembler" rawbpf_text_parse rawbpf_text_error_format
	linked "disassembler" rawbpf_insn_format
	linked "explainer" rawbpf_insn_explain
	linked "pages of helpers and contexts, with their tables" rawbpf_helper_explain rawbpf_context_explain
	linked "all of these" $(builder) $(functions_of text) rawbpf_insn_format rawbpf_insn_explain >/dev/null
}
figure "code and data of builder, assembler, disassembler, explainer" "$(code_and_data linked)" 65536 bytes

# shellcheck disable=SC2046
linked "symbols of the kernel, with the table of constants" $(functions_of symbol) >/dev/null
figure "code and data of symbols of the kernel, the table of constants" "$(code_and_data linked)" 65536 bytes

# The stages of a collection that know no kernel. Their sizes stand in rawbpf_collection(3).
linked "collections: parse, with the assembler and the prelude" rawbpf_collection_parse rawbpf_collection_error_find
linked "collections: resolve, with the symbols of the kernel" rawbpf_collection_resolve \
	rawbpf_collection_map_resolve rawbpf_collection_info_emit
linked "collections: both" rawbpf_collection_parse rawbpf_collection_error_find \
	rawbpf_collection_resolve rawbpf_collection_map_resolve rawbpf_collection_info_emit

linked "interpreter, with its memory and the table of instructions" rawbpf_vm_open rawbpf_vm_run rawbpf_vm_region_update \
	rawbpf_vm_handle_get rawbpf_vm_map_get rawbpf_vm_memory_get >/dev/null
figure "code and data of the interpreter, its memory, the table of instructions" "$(code_and_data linked)" 16384 bytes

# All of it but undo records, the check of registers, and the words for traps, whose tables of names
# are elsewhere.
# shellcheck disable=SC2046
linked "the machine" rawbpf_vm_open rawbpf_vm_run $(functions_of vm vm_map vm_helper vm_context | grep -Ev '_trap_explain|_unset_check') >/dev/null
figure "code and data of the interpreter with maps, helpers and contexts" "$(code_and_data linked)" 40960 bytes
exit $status
