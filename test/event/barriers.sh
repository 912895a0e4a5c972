#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: barriers.sh
#
# Accesses to memory shared with the kernel need an order that no x86 shows to be needed. So look at
# the instructions that compilers make for machines with weaker order. Each function of the table
# below must have all of its barriers.
set -u
umask 022
export LC_ALL=C

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

# FILE FUNCTION NEEDS...: needs are `acquire` and `release`.
table='
perf_ring rawbpf__perf_ring_read acquire release
perf_ring rawbpf__perf_ring_copy acquire
'

# Print a pattern for the architecture's instructions that meet a need.
instruction() { # ARCH NEED
	case $1-$2 in
	aarch64-acquire) echo '	(ldar|ldapr)	' ;;
	aarch64-release) echo '	stlr	' ;;
	riscv64-acquire) echo '	fence($|	i?r,)' ;;
	riscv64-release) echo '	fence	(rw,w|iorw,ow)' ;;
	esac
}

check() { # ARCH OPTIMISATION FILE FUNCTION NEED...
	arch=$1 flag=$2 file=$3 function=$4
	shift 4
	name="$function, $arch $flag"
	code=$work/code
	if ! "$arch-linux-gnu-gcc" -std=gnu11 -ffreestanding "$flag" -I"$top/include" \
		-c "$top/lib/event/$file.c" -o "$work/object" ||
		! "$arch-linux-gnu-objdump" -d --no-show-raw-insn --disassemble="$function" \
			"$work/object" >"$code"; then
		echo "failed: $name: not built"
		failed=$((failed + 1))
		return
	fi
	for need; do
		if grep -Eq "$(instruction "$arch" "$need")" "$code"; then
			passed=$((passed + 1))
		else
			echo "failed: $name: no $need"
			failed=$((failed + 1))
		fi
	done
}

if ! command -v aarch64-linux-gnu-gcc >/dev/null || ! command -v riscv64-linux-gnu-gcc >/dev/null; then
	echo "skip: barriers: no compiler for aarch64 or riscv64"
	exit 77
fi
for arch in aarch64 riscv64; do
	for flag in -Os -O2; do
		while read -r file function needs; do
			# shellcheck disable=SC2086 # several words
			[ -z "$file" ] || check "$arch" "$flag" "$file" "$function" $needs
		done <<-END
			$table
		END
	done
done
echo "$passed passed, $failed failed"
test "$failed" -eq 0
