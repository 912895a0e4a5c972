#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: examples.sh
#
# Every public function occurs in examples/. Every program of examples/api is short, builds, and has
# its output in test/examples/api_examples.h. A page names each program, and pages name no others.
set -eu

. "$(dirname "$0")/../checks.sh"

# Fail if the command prints anything.
none() { # COMMAND...
	"$@" >"$work/complaints"
	cat "$work/complaints"
	[ ! -s "$work/complaints" ]
}

# The functions that occur in no example, and why. X_at stands behind the macro X, which callers
# write.
exceptions=

unused() {
	declared | awk '$3 == "macro" { behind[$2 "_at"] = 1 } { seen[$2] = 1 }
		END { for (name in seen) if (!(name in behind)) print name }' | sort >"$work/functions"
	grep -rohE '\brawbpf_[a-z0-9_]+\(' "$top/examples" | tr -d '(' | sort -u >"$work/used"
	# shellcheck disable=SC2086 # a word each
	printf '%s\n' $exceptions | sort | comm -13 - "$work/functions" | comm -23 - "$work/used" |
		sed 's/$/: in no example/'
}

needless_exceptions() {
	# shellcheck disable=SC2086 # a word each
	printf '%s\n' $exceptions | sort | comm -12 - "$work/used" | sed 's/$/: an exception, and used/'
}

programs() {
	(cd "$top/examples/api" && ls -- *.c *.cpp)
}

long() {
	for program in $(programs); do
		lines=$(wc -l <"$top/examples/api/$program")
		[ "$lines" -le 60 ] || echo "$program: $lines lines"
	done
}

untested() {
	for program in $(programs); do
		stem=${program%.*}
		grep -qE "'$stem'|'$stem\." "$top/examples/api/meson.build" || echo "$program: not built"
		grep -q "\"$stem\"" "$top/test/examples/api_examples.h" "$top/test/examples/api.c" ||
			echo "$program: no test knows it"
	done
}

# Every program checks its arguments by api.h, and test_usage runs it with wrong ones.
careless() {
	(cd "$top/examples/api" && grep -L 'check_arguments(argc, argv' -- *.c *.cpp) |
		sed 's/$/: does not check its arguments/'
}

# Compile as a reader would, without flags of ours. musl declares less than glibc does.
compile() { # COMPILER FLAG...
	for program in "$top"/examples/api/*.c; do
		"$@" -std=gnu11 -Wall -Wextra -Werror -I"$top/include" -fsyntax-only "$program" || return
	done
}

with_musl() {
	compile musl-gcc -idirafter /usr/include -idirafter "/usr/include/$(gcc -print-multiarch)"
}

named() {
	grep -rhoE 'examples/api/[a-z_]+\.[a-z]+' "$top/man" | sed 's|.*/||' | sort -u
}

unnamed() {
	named >"$work/named"
	programs | sort | comm -23 - "$work/named" | sed 's/$/: no page names it/'
	programs | sort | comm -13 - "$work/named" | sed 's/$/: a page names it, and it is not there/'
}

enough() {
	[ "$(wc -l <"$work/functions")" -ge 140 ] && [ "$(programs | wc -l)" -ge 45 ]
}

check "every public function occurs in an example" none unused
check "exceptions are needed" none needless_exceptions
check "programs of at most 60 lines" none long
check "programs are built and tested" none untested
check "programs check their arguments" none careless
check "programs compile as they are, with gcc" compile gcc
check "... with clang" compile clang
check "... with musl" with_musl
check "pages name the programs" none unnamed
check "the list is complete" enough

checks_end
