#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Check that the files and functions exist that the documents at the top of the tree name in `code`,
# and that no other files stand there.
set -u

. "$(dirname "$0")/../checks.sh"
cd "$top" || exit 1

# Print names of files that do not exist. * and a word in capitals stand for any name.
strange_files() { # DOCUMENT...
	grep -ohE '`(examples|include|insn|lib|man|test)/[A-Za-z0-9_./*-]*`' "$@" | tr -d '`' | sed 's/[A-Z]\{3,\}/*/' |
		sort -u | while read -r file; do
			# shellcheck disable=SC2086 # a pattern
			ls -d $file >/dev/null 2>&1 || echo "$file: no such file"
		done
}

strange_functions() { # DOCUMENT...
	grep -ohE '`[a-z][a-z0-9_]*\(\)`' "$@" | tr -d '`()' | sort -u |
		while read -r function; do
			grep -rqw --include='*.[ch]' "$function" include insn lib test || echo "$function(): no such function"
		done
}

name_what_exists() { # DOCUMENT...
	{ strange_files "$@" && strange_functions "$@"; } >"$work/strange"
	cat "$work/strange"
	[ ! -s "$work/strange" ]
}

finds() { # SAID TEXT
	echo "$2" >"$work/document"
	! name_what_exists "$work/document" >"$work/said" && echo "$1" | diff - "$work/said"
}

enough() {
	cat ./*.md | grep -ohE '`(insn|lib|test)/[^`]*`' | sort -u | wc -l >"$work/count"
	cat "$work/count"
	[ "$(cat "$work/count")" -ge 30 ]
}

# Read the paths of the tree. Documents, settings, and meson's files stand at the top.
only_known_files() {
	grep -v / | grep -vxE '[A-Z]+(\.md)?|\.[a-z-]+|meson(\.build|_options\.txt)' >"$work/stray"
	cat "$work/stray"
	[ ! -s "$work/stray" ]
}

finds_stray() {
	! printf '%s\n' README.md log lib/log | only_known_files >"$work/said" && echo log | diff - "$work/said"
}

# Outside of a git repository the list is empty.
tree_is_clean() {
	git ls-files 2>/dev/null | only_known_files
}

check "a file that is not there is found" finds 'lib/sys/gone.c: no such file' 'See `lib/sys/gone.c`, `lib/sys/sys.c`.'
check "a pattern without a file is found" finds 'test/gone*.c: no such file' \
	'`test/gone*.c`, `lib/object/map*.c`, `lib/object/OBJECT.c`'
check "a function that is not there is found" finds 'rawbpf_gone(): no such function' \
	'`rawbpf_gone()`, `rawbpf_map_create()`'
check "names are read" enough
# CHANGELOG.md also names what was removed.
check "the documents name what exists" name_what_exists $(ls ./*.md | grep -v CHANGELOG)
check "a stray file is found" finds_stray
check "no stray file stands at the top" tree_is_clean

checks_end
