#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Compile the library and the tools as if with the headers of Linux 5.4, which no Debian has any
# more. The script hides every name of the system's <linux/bpf.h> and <linux/btf.h> that 5.4 does
# not have. rawbpf/uapi_base.h has 5.4's names, and so has the list below. A name that is missing
# then belongs into rawbpf/uapi.h.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
triplet=$(cc -print-multiarch 2>/dev/null || gcc -dumpmachine)
include=/usr/include
headers="$include/linux/bpf.h $include/linux/btf.h"

# Names of 5.4 that only lib/ and the tools need: commands, their results, a context.
cat >"$work/more" <<-EOF
	BPF_MAP_CREATE BPF_MAP_LOOKUP_ELEM BPF_MAP_UPDATE_ELEM BPF_MAP_DELETE_ELEM BPF_MAP_GET_NEXT_KEY
	BPF_PROG_LOAD BPF_OBJ_PIN BPF_OBJ_GET BPF_PROG_ATTACH BPF_PROG_DETACH BPF_PROG_TEST_RUN
	BPF_PROG_GET_NEXT_ID BPF_MAP_GET_NEXT_ID BPF_PROG_GET_FD_BY_ID BPF_MAP_GET_FD_BY_ID
	BPF_OBJ_GET_INFO_BY_FD BPF_PROG_QUERY BPF_RAW_TRACEPOINT_OPEN BPF_BTF_LOAD BPF_BTF_GET_FD_BY_ID
	BPF_TASK_FD_QUERY BPF_MAP_LOOKUP_AND_DELETE_ELEM BPF_MAP_FREEZE BPF_BTF_GET_NEXT_ID
	BPF_OBJ_NAME_LEN BPF_TAG_SIZE
	BPF_FD_TYPE_RAW_TRACEPOINT BPF_FD_TYPE_TRACEPOINT BPF_FD_TYPE_KPROBE BPF_FD_TYPE_KRETPROBE
	BPF_FD_TYPE_UPROBE BPF_FD_TYPE_URETPROBE
EOF

# Print constants and structs. Macros with arguments are old.
constants() {
	sed -E 's|/\*.*\*/||; s/FN\(([a-z0-9_]+).*/BPF_FUNC_\1/' "$@" | grep -oE '\b(BPF|BTF|XDP|SK)_[A-Za-z0-9_]+\(?' | grep -v '($' | sort -u
}
structs() {
	sed -nE 's/^struct (b[pt]f_[a-z0-9_]+) \{/\1/p' "$@" | sort -u
}

{
	constants "$top/include/rawbpf/uapi_base.h" "$work/more"
	structs "$top/include/rawbpf/uapi_base.h"
	printf '%s\n' bpf_map_info bpf_prog_info
} | sort -u >"$work/old"
# shellcheck disable=SC2086 # two files
{ constants $headers; structs $headers; } | sort -u | comm -23 - "$work/old" >"$work/newer"
[ "$(wc -l <"$work/newer")" -gt 100 ]

mkdir "$work/linux"
for header in bpf btf; do
	{
		echo '#pragma once'
		echo '#pragma GCC system_header'
		sed 's/.*/#define & theirs_&/' "$work/newer"
		echo "#include_next <linux/$header.h>"
		sed 's/^/#undef /' "$work/newer"
	} >"$work/linux/$header.h"
done

# The library gets only the compiler's and the kernel's headers; the tools get libc's, too.
older="-std=gnu11 -Wall -Wextra -Werror -isystem $work -I$top/include"
# shellcheck disable=SC2086 # several words
cc $older -fsyntax-only -ffreestanding -nostdinc -isystem "$(cc -print-file-name=include)" \
	-isystem "$include" -isystem "$include/$triplet" "$top/lib/rawbpf.c"
for source in "$top"/examples/*.c "$top"/examples/*/*.c; do
	# shellcheck disable=SC2086
	cc $older -D_GNU_SOURCE -fsyntax-only "$source"
done
echo "compiled without $(wc -l <"$work/newer") names that are newer than Linux 5.4"
