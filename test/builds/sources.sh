#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sources.sh SOURCE...
#
# Three lists of the library's sources have to be the same: meson's, which are the arguments, what
# lib/rawbpf.c includes, and the files there are.
set -u

listed=$(realpath "$@")
. "$(dirname "$0")/../checks.sh"
cd "$top" || exit 1

# Not of every build: mem.c is for programs without a libc.
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

# "sys/sys.c" is of lib/, "../insn/base/put.c" of insn/.
by_one_file() {
	sed -n 's|^#include "\(.*\.c\)"$|lib/\1|p' lib/rawbpf.c | sed 's|^lib/\.\./||' | sort
}

# A list without its last file, and one with a file twice.
lists_too_few() { files | sed '$d'; }
lists_twice() { { files && files | sed 1q; } | sort; }
differs() { ! files_are "$@"; }

# test/unit.h sets what programs inherit, and limits of time for a slow machine. vm forks no tests.
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
