#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Run the linters over the sources: warnings of gcc and clang beyond -Wall -Wextra, cppcheck,
# clang-tidy, codespell. Each tool first has to find a planted fault.
set -u

. "$(dirname "$0")/../checks.sh"
cd "$top" || exit 1

# The one-file build has all of insn/ and lib/. In it, a name of one file can hide another file's
# name.
sources="lib/rawbpf.c lib/sys/mem.c"
tools=$(find examples -name '*.c')

shadows() { # COMPILER FILE...
	compiler=$1
	shift
	"$compiler" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wshadow -Werror -Iinclude -fsyntax-only "$@"
}

# uninitvar and similar checks: cppcheck does not see that a called function writes through a
# struct. unknownMacro: it cannot expand the macros of lib/attach/syscall_entry.c. VM_SWITCH: it does
# not know addresses of labels.
cppchecks() { # FILE...
	cppcheck --quiet --enable=warning,performance,portability --std=c11 --max-configs=1 --error-exitcode=1 \
		-Iinclude -D_GNU_SOURCE -D__x86_64__ -D__LP64__ -DVM_SWITCH --suppress=uninitvar --suppress=ctuuninitvar \
		--suppress=autoVariables --suppress=unknownMacro:insn/syscall/entry.def "$@"
}

tidies() { # FILE...
	clang-tidy --quiet "$@" -- -std=gnu11 -D_GNU_SOURCE -Iinclude 2>"$work/tidy"
}

# test/builds/words lists words that are right.
spells() { # FILE...
	codespell --quiet-level 3 --ignore-words test/builds/words --skip 'test/fuzz/corpus' "$@"
}

# Check that COMMAND fails on the program on the standard input, and prints WORDS.
finds() { # WORDS COMMAND...
	words=$1
	shift
	cat >"$work/planted.c"
	if "$@" "$work/planted.c" >"$work/said" 2>&1; then
		echo "nothing was found"
		return 1
	fi
	grep -q -- "$words" "$work/said" || { cat "$work/said"; return 1; }
}

finds_shadow() { # COMPILER
	finds shadow shadows "$1" <<-EOF
		static int of_cgroup = 1;
		int planted(int of_map);
		int planted(int of_map) { int of_cgroup = of_map; return of_cgroup; }
		int user(void);
		int user(void) { return of_cgroup; }
	EOF
}

cppcheck_finds() {
	finds bufferAccessOutOfBounds\\\|arrayIndexOutOfBounds cppchecks <<-EOF
		int planted(void);
		int planted(void) { int four[4] = { 0 }; return four[4]; }
	EOF
}

spell_finds() {
	echo 'The ad''ress is rec''ieved.' >"$work/page"
	! spells "$work/page" >"$work/said" && [ "$(wc -l <"$work/said")" -eq 2 ]
}

# Plant a fault for each check of .clang-tidy.
tidy_finds() {
	tidies "$top/test/builds/lint_faults.c" >"$work/said"
	sed -n 's/.*\[\(bugprone[^],]*\|readability[^],]*\).*/\1/p' "$work/said" | sort -u >"$work/found"
	sed -n 's/^  \([a-z-]*\),\{0,1\}$/\1/p' .clang-tidy | grep -v '^-' | sort >"$work/checks"
	[ "$(wc -l <"$work/checks")" -ge 5 ] && diff "$work/checks" "$work/found"
}

for compiler in gcc clang; do
	check "$compiler finds a planted shadow" finds_shadow $compiler
	# shellcheck disable=SC2086 # several words
	check "$compiler -Wshadow, insn/, lib/ and examples/" shadows $compiler $sources $tools
done
check "cppcheck finds a planted fault" cppcheck_finds
check "cppcheck" cppchecks insn lib/attach lib/diagnose lib/event lib/object lib/sys examples
check "clang-tidy finds a planted fault of each kind" tidy_finds
# shellcheck disable=SC2086 # several words
check "clang-tidy" tidies lib/rawbpf.c $tools
check "codespell finds a planted word" spell_finds
check "codespell" spells ./*.md examples include insn lib man test

checks_end
