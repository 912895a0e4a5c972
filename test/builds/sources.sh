#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sources.sh SOURCE...
#
# Three lists of the library's sources must be equal: meson's, which are the arguments, the #include
# lines of lib/rawbpf.c, and the files in the tree.
set -u

listed=$(realpath "$@")
. "$(dirname "$0")/../checks.sh"
cd "$top" || exit 1

# Leave out mem.c, which only programs without a libc link.
without_mem() {
	grep -vx lib/sys/mem.c | sort
}

files() {
	find insn lib -name '*.c' ! -path lib/rawbpf.c | without_mem
}

files_are() { # WHO-LISTS-THEM
	files >"$work/files"
	"$1" >"$work/list"
	echo "< is a file, > is listed:"
	diff "$work/files" "$work/list"
}

by_meson() {
	echo "$listed" | sed "s|^$top/||" | without_mem
}

# Print names from the top: "sys/sys.c" is in lib/, "../insn/base/put.c" in insn/.
by_one_file() {
	sed -n 's|^#include "\(.*\.c\)"$|lib/\1|p' lib/rawbpf.c | sed 's|^lib/\.\./||' | sort
}

# Make lists without the last file, and with a file twice.
lists_too_few() { files | sed '$d'; }
lists_twice() { { files && files | sed 1q; } | sort; }
differs() { ! files_are "$@"; }

# Every test starts through test/unit.h, which sets what programs inherit, and time limits for slow
# machines. vm forks no tests.
run_by_unit() {
	grep -rl --include='*.[ch]' srunner_create test | grep -vx -e test/unit.h -e test/vm/vm.c >"$work/runners"
	cat "$work/runners"
	[ ! -s "$work/runners" ]
}

check "a file that is not listed is found" differs lists_too_few
check "a file that is listed twice is found" differs lists_twice
check "meson lists all sources" files_are by_meson
check "lib/rawbpf.c includes all sources" files_are by_one_file
check "test/unit.h runs the tests of Check" run_by_unit
checks_end
