#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Compare the constants of insn/symbol/uapi.def with the kernel's headers: with this machine's, and
# with the newest ones of test/vm/headers for all four architectures. The newest ones have all names.
# Constants that only a libc declares are compared with this machine's. Print a line for each check,
# and a count.
set -u

. "$(dirname "$0")/../checks.sh"

table=$top/insn/symbol/uapi.def
compiler=$(cc -print-file-name=include)
triplet=$(cc -print-multiarch 2>/dev/null || gcc -dumpmachine)

cat >"$work/uapi.h" <<-EOF
	#include <linux/bpf.h>
	#include <linux/btf.h>
	#include <linux/capability.h>
	#include <linux/errno.h>
	#include <linux/fcntl.h>
	#include <linux/fs.h>
	#include <linux/if_ether.h>
	#include <linux/in.h>
	#include <linux/mman.h>
	#include <linux/mount.h>
	#include <linux/netfilter.h>
	#include <linux/perf_event.h>
	#include <linux/pkt_cls.h>
	#include <linux/ptrace.h>
	#include <linux/reboot.h>
	#include <linux/resource.h>
	#include <linux/sched.h>
	#include <linux/signal.h>
	#include <asm/socket.h>
EOF
cat >"$work/libc.h" <<-EOF
	#include <net/if.h>
	#include <netinet/ip_icmp.h>
	#include <netinet/tcp.h>
	#include <sys/mount.h>
	#include <sys/socket.h>
	#include <sys/stat.h>
EOF

# Print "NAME VALUE" for an architecture.
rows() { # ARCH
	grep -o 'CONSTANT([A-Z0-9a-z_]*, [-0-9a-fx]*)' "$table" | tr '(),' '   ' |
		awk -v arch="$1" '
			NR == FNR { if ($2 == arch) own[$3] = $4; next }
			{ print $2, $2 in own ? own[$2] : $3 }' "$work/exceptions" -
}

# Split the rows into those of the kernel's headers and those of a libc.
libc_names='^(AF|ICMP|IFF|MNT|MSG|SHUT|SOCK|S|TCP|UMOUNT)_'

# Fail if a name that the headers have stands for another number there. With "all" they have each.
same() { # ROWS HEADER all|known CC-ARGUMENT...
	rows=$1 header=$2 which=$3
	shift 3
	cc "$@" -E -dD "$header" | grep -o '[A-Za-z_][A-Za-z0-9_]*' | sort -u >"$work/known" || return 1
	sort "$rows" | join - "$work/known" >"$work/compared"
	if [ "$which" = all ] && [ "$(wc -l <"$work/compared")" -ne "$(wc -l <"$rows")" ]; then
		echo "the headers lack:"
		sort "$rows" | join -v 1 - "$work/known"
		return 1
	fi
	[ "$(wc -l <"$work/compared")" -gt 100 ] || { echo "too few names are compared"; return 1; }
	{
		cat "$header"
		sed 's/\(.*\) \(.*\)/_Static_assert((long long)(\1) == \2, "\1 is not \2");/' "$work/compared"
	} >"$work/test.c"
	cc -std=gnu11 -w "$@" -fsyntax-only "$work/test.c"
}

finds_wrong_value() {
	echo 'O_CREAT 0101' >"$work/wrong"
	sed 's/^O_CREAT .*/O_CREAT 0101/' "$work/kernel" >"$work/wrong"
	! same "$work/wrong" "$work/uapi.h" known -nostdinc -isystem "$compiler" \
		-isystem /usr/include -isystem "/usr/include/$triplet" 2>"$work/said" &&
		grep -q 'O_CREAT is not 0101' "$work/said"
}

# A binary search needs this order.
names_are_in_order() {
	rows none | cut -d ' ' -f 1 >"$work/names"
	LC_ALL=C sort -c -u "$work/names"
}

sed -n 's/^CONSTANT_OF(\([A-Z0-9_]*\), \([A-Z_]*\), \([0-9a-fx]*\))/of \1 \2 \3/p' "$table" \
	>"$work/exceptions"
native=none
case $(uname -m) in aarch64) native=ARM64 ;; esac
rows $native >"$work/all"
grep -Ev "$libc_names" "$work/all" >"$work/kernel"
grep -E "$libc_names" "$work/all" >"$work/libc"

check "names are in order" names_are_in_order
check "a wrong value is found" finds_wrong_value
check "this machine's headers" same "$work/kernel" "$work/uapi.h" known -nostdinc \
	-isystem "$compiler" -isystem /usr/include -isystem "/usr/include/$triplet"
check "this machine's libc" same "$work/libc" "$work/libc.h" known -D_GNU_SOURCE

if headers=$(sh "$top/test/vm/fetch.sh" headers-newest 2>"$work/why"); then
	for arch in X86_64:x86 ARM64:arm64 RISCV64:riscv S390X:s390; do
		rows "${arch%:*}" | grep -Ev "$libc_names" >"$work/rows"
		check "newest headers: ${arch%:*}" same "$work/rows" "$work/uapi.h" all -nostdinc \
			-isystem "$compiler" -isystem "$headers/../lib/linux/uapi/${arch#*:}" \
			-isystem "$headers"
	done
else
	echo "skip: uapi: headers-newest: $(tail -n 1 "$work/why")"
fi
checks_end
