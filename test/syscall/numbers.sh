#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Compare insn/syscall/'s numbers of system calls with <asm/unistd.h>: with this machine's headers,
# and for all four architectures with the newest ones of test/vm/headers. The table has no name that
# the newest ones lack. Print a line for each check, and a count.
set -u

. "$(dirname "$0")/../checks.sh"

cc -std=gnu11 -Wall -Wextra -Werror -I"$top/include" "$top/test/syscall/numbers.c" \
	"$top/insn/syscall/syscall.c" "$top/insn/base/arch.c" "$top/insn/base/string.c" -o "$work/numbers" || exit 1

calls() { # CC-ARGUMENT... : "NAME NUMBER" a line
	echo '#include <asm/unistd.h>' | cc -E -dD "$@" -x c - |
		sed -n 's/^#define __NR_\([a-z0-9_]*\) /\1 /p' |
		while read -r name number; do
			case $name in
			syscalls | arch_specific_syscall) ;;
			*) echo "$name $number" ;;
			esac
		done | grep ' [0-9][0-9]*$'
}

numbers() { # ARCH [all] -- CC-ARGUMENT...
	arguments=
	while [ "$1" != -- ]; do
		arguments="$arguments $1"
		shift
	done
	shift
	# shellcheck disable=SC2086 # several words
	calls "$@" | "$work/numbers" $arguments
}

case $(uname -m) in
x86_64 | aarch64 | riscv64 | s390x) check "this machine's headers" numbers native -- ;;
esac

if headers=$(sh "$top/test/vm/fetch.sh" headers-newest 2>"$work/why"); then
	for arch in x86_64:x86 arm64:arm64 riscv64:riscv s390x:s390; do
		# Name the architecture's own part: <asm/unistd.h> would take the compiler's.
		part=$headers/../lib/linux/uapi/${arch#*:}/asm/unistd_64.h
		mkdir -p "$work/$arch/asm"
		cp "$part" "$work/$arch/asm/unistd.h"
		check "newest headers: ${arch%:*}" numbers "${arch%:*}" all -- -nostdinc -I"$work/$arch"
	done
else
	echo "skip: numbers: headers-newest: $(tail -n 1 "$work/why")"
fi
checks_end
