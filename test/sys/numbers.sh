#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: numbers.sh [-a] [HEADERS]
#
# Compare rawbpf/uapi.h and its includes with the kernel's headers in the folder HEADERS, or with
# the system's. Every name of ours that those headers know has their number, and every struct their
# layout. With -a they must know all names. Our headers are compiled without any kernel header.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
all=
[ "${1:-}" != -a ] || { all=yes; shift; }
headers=${1:-/usr/include}
triplet=$(cc -print-multiarch 2>/dev/null || gcc -dumpmachine)
ours=$top/include/rawbpf
theirs="$headers/linux/bpf.h $headers/linux/bpf_common.h $headers/linux/btf.h"

# Print the constants: macros without arguments, and enumerators.
sed 's|/\*.*\*/||' "$ours/uapi.h" "$ours/uapi_base.h" "$ours/uapi_func.h" |
	grep -oE '\b(BPF|BTF|SK|TCX|XDP)_[A-Za-z0-9_]+\(?' | grep -v '($' | sort -u >"$work/names"
# shellcheck disable=SC2086 # three files
cat $theirs | sed -E 's/FN\(([a-z0-9_]+)[^)]*\)/BPF_FUNC_\1/; s/(___BPF_FUNC_MAPPER|__BPF_FUNC_MAPPER)//' |
	grep -oE '\b(BPF|BTF|SK|TCX|XDP)_[A-Za-z0-9_]+' | sort -u >"$work/known"
comm -12 "$work/names" "$work/known" >"$work/compared"
comm -23 "$work/names" "$work/known" >"$work/unknown"

{
	sed 's/.*/number(&)/' "$work/compared"
	# Print the structs that we define. A BTF header's struct grows, and has its own length.
	awk '/^struct [a-z_0-9]+ \{/ { name = $2; if (name != "btf_header") print "size(" name ")" }
	     /^}/ { name = "" }
	     name && /^\t+[a-z0-9_]+ [a-z_, 0-9]+(: 4)?;/ && !/ : / {
		gsub(/;|,/, " ")
		for (i = 2; i <= NF && $i ~ /^[a-z_]+$/; i++)
			print "member(" name ", " $i ")"
	     }' "$ours/uapi_base.h"
} >"$work/table"

cat >"$work/values.c" <<-EOF
	struct value { const char *name; long long value; };
	#define number(NAME) { #NAME, (NAME) },
	#define size(TYPE) { "struct " #TYPE, sizeof(struct TYPE) },
	#define member(TYPE, NAME) { "size and offset of " #TYPE "." #NAME, \\
		sizeof(((struct TYPE *)0)->NAME) * 1000 + __builtin_offsetof(struct TYPE, NAME) },
	extern const struct value values[];
	const struct value values[] = {
	#include "table"
	{ 0, 0 } };
EOF
cat >"$work/print.c" <<-EOF
	#include <stdio.h>
	extern const struct { const char *name; long long value; } values[];
	int main(void)
	{
		for (int i = 0; values[i].name; i++)
			printf("%s %lld\n", values[i].name, values[i].value);
		return 0;
	}
EOF

values() { # OUTPUT COMPILER-FLAG...
	output=$1
	shift
	cc -std=gnu11 -ffreestanding -nostdinc -isystem "$(cc -print-file-name=include)" "$@" -I"$work" \
		-c "$work/values.c" -o "$work/values.o"
	cc "$work/print.c" "$work/values.o" -o "$work/print"
	"$work/print" >"$output"
}
values "$work/ours" -I"$top/include" -include rawbpf/uapi.h
values "$work/theirs" -isystem "$headers" -isystem "$headers/$triplet" -include linux/bpf.h \
	-include linux/btf.h
diff "$work/ours" "$work/theirs"
echo "$(wc -l <"$work/table") numbers and members compared, $(wc -l <"$work/unknown") newer than the headers"
# Two numbers belong to instructions inside the kernel, so no header for others has them.
[ -z "$all" ] || ! grep -vx -e BPF_ADDR_PERCPU -e BPF_NOSPEC "$work/unknown"
