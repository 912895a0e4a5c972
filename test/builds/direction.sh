#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: direction.sh LIBRARY
#
# Check which folder and file uses which. The facts are the symbols of the library's objects and the
# #include lines of the sources. direction.awk has the rule. This script has the table of folders,
# collects the facts, and plants a bad tree for each finding. It also checks that the library calls
# no libc.
set -u

library=$(realpath "$1")
. "$(dirname "$0")/../checks.sh"
cd "$top" || exit 1

# Print FOLDER: FOLDERS that it may use. It may also use what those may. lib/ may use all of insn/.
folders() {
	sed 's/^/may /; s/://' <<-EOF
		insn/base:
		insn/form: insn/base
		insn/btf: insn/base
		insn/elf: insn/base
		insn/symbol: insn/form insn/btf
		insn/asm: insn/symbol
		insn/build: insn/symbol
		insn/log: insn/build
		insn/recipe: insn/form insn/btf
		insn/syscall: insn/base
		insn/collection: insn/asm insn/elf insn/recipe insn/syscall
		insn/vm: insn/log insn/collection
		lib/sys:
		lib/object: lib/sys
		lib/attach: lib/object
		lib/event: lib/object
		lib/diagnose: lib/attach lib/event
		lib/collection: lib/diagnose
	EOF
}

sources() {
	find insn lib include/rawbpf -name '*.[ch]' ! -path lib/rawbpf.c | sort
}

# "insn_form_check.c.o calls rawbpf__form_find of insn_form_form.c.o", in the sources' names.
calls() {
	sources | awk '{ object = $0; gsub("/", "_", object); print "source", object ".o", $0 }' >"$work/objects"
	nm -A "$library" | sed 's/^.*:\([^:]*\.o\):/\1 /' | awk '
		$1 == "source" { source[$2] = $3; next }
		!($1 in source) { print "unknown object", $1 >"/dev/stderr"; exit 1 }
		$(NF - 1) == "U" { uses[++count] = $NF; user[count] = source[$1] }
		$(NF - 1) ~ /^[A-TV-Z]$/ { definer[$NF] = source[$1] }
		END {
			for (i = 1; i <= count; i++)
				if (uses[i] in definer)
					print "arrow", user[i], definer[uses[i]], "calls", uses[i]
		}' "$work/objects" -
}

# Resolve names: "../base/out.h" in insn/form/format.c is insn/base/out.h.
includes() {
	# shellcheck disable=SC2046 # no name has a blank in it
	awk '
		match($0, /^#include "[^"]*"/) {
			path = FILENAME
			sub(/[^\/]*$/, "", path)
			path = path substr($0, 11, RLENGTH - 11)
			while (sub(/[^\/]+\/\.\.\//, "", path));
			print "arrow", FILENAME, path, "includes"
		}
		match($0, /^#include <rawbpf\/[^>]*>/) {
			print "arrow", FILENAME, "include/" substr($0, 11, RLENGTH - 11), "includes"
		}' $(sources)
}

# Print each public header with the tree of its functions: insn, if that has any.
homes() {
	nm -A "$library" | sed -n 's/^.*:\(insn_[^:]*\|lib_[^:]*\)\.c\.o:.* T \(rawbpf_[a-z0-9].*\)/\2 \1/p' |
		sed 's/ \([a-z]*\)_.*/ \1/' >"$work/functions"
	awk '
		NR == FNR { tree[$1] = $2; next }
		/^[a-z]/ && match($0, /rawbpf_[a-z0-9_]+\(/) {
			name = substr($0, RSTART, RLENGTH - 1)
			if (name in tree && home[FILENAME] != "insn")
				home[FILENAME] = tree[name]
		}
		END { for (header in home) print "home", header, home[header] }
	' "$work/functions" include/rawbpf/*.h
}

checked() {
	{ folders && cat; } | awk -f "$top/test/builds/direction.awk"
}

# Check that these lines break the rule, with this message.
finds() { # SAID LINE...
	said=$1
	shift
	if printf '%s\n' "$@" | checked >"$work/said"; then
		echo "nothing was found"
		return 1
	fi
	sort "$work/said" >"$work/sorted"
	echo "$said" | sort | diff - "$work/sorted"
}

# Build a tree of four files.
plant() {
	mkdir -p "$work/bad/insn/log" "$work/bad/lib/sys" "$work/bad/include/rawbpf" &&
		cd "$work/bad" &&
		echo 'void rawbpf_map_create(void);' >include/rawbpf/map.h &&
		echo 'void rawbpf__read(void);' >lib/sys/sys.h &&
		printf '#include "sys.h"\nvoid rawbpf__read(void) {}\nvoid rawbpf_map_create(void) {}\n' \
			>lib/sys/sys.c &&
		printf '#include <rawbpf/map.h>\n#include "../../lib/sys/sys.h"\n%s\n' \
			'void rawbpf_log(void) { rawbpf__read(); }' >insn/log/log.c &&
		cc -Iinclude -c insn/log/log.c -o insn_log_log.c.o &&
		cc -Iinclude -c lib/sys/sys.c -o lib_sys_sys.c.o &&
		ar rc library.a insn_log_log.c.o lib_sys_sys.c.o
}

finds_planted() (
	plant && library=library.a &&
		facts >"$work/facts" &&
		finds "insn/log/log.c -> include/rawbpf/map.h: includes, but insn/ may use nothing of lib/
insn/log/log.c -> lib/sys/sys.c: calls rawbpf__read, but insn/ may use nothing of lib/
insn/log/log.c -> lib/sys/sys.h: includes, but insn/ may use nothing of lib/" "$(cat "$work/facts")"
)

# Each object has a source, and each source but one has an object, so no fact is missing.
objects_are_sources() {
	sources | sed -n '/lib.sys.mem/d;/\.c$/{s|/|_|g;s/$/.o/;p;}' | sort >"$work/sources"
	nm -A "$library" | sed 's/^.*:\([^:]*\.o\):.*/\1/;/lib_sys_mem/d' | sort -u |
		diff "$work/sources" -
}

facts() {
	calls && includes && homes
}

library_follows() {
	facts >"$work/facts" && checked <"$work/facts"
}

# The library's undefined symbols are only functions that a compiler calls by itself.
calls_no_libc() {
	nm -A "$library" | awk '
		$(NF - 1) == "U" { uses[$NF] = $1 }
		$(NF - 1) ~ /^[A-TV-Z]$/ { has[$NF] }
		END { for (name in uses) if (!(name in has)) print uses[name], name }' |
		grep -vE ' (memcpy|memmove|memset|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)$' >"$work/calls"
	cat "$work/calls"
	[ ! -s "$work/calls" ]
}

check "an arrow from insn/ to lib/ is found" finds \
	"insn/log/a.c -> lib/sys/b.c: calls rawbpf__b, but insn/ may use nothing of lib/" \
	"arrow insn/log/a.c lib/sys/b.c calls rawbpf__b"
check "one from a header of insn/ to a header of lib/ is found" finds \
	"include/rawbpf/a.h -> include/rawbpf/b.h: includes, but insn/ may use nothing of lib/" \
	"home include/rawbpf/a.h insn" "home include/rawbpf/b.h lib" \
	"arrow include/rawbpf/a.h include/rawbpf/b.h includes"
check "an arrow that runs up is found" finds \
	"lib/sys/a.c -> lib/event/b.h: includes, but lib/sys may not use lib/event" \
	"arrow lib/sys/a.c lib/event/b.h includes"
check "one that runs across, to a .def, is found" finds \
	"insn/asm/a.c -> insn/build/b.def: includes, but insn/asm may not use insn/build" \
	"arrow insn/asm/a.c insn/build/b.def includes"
check "a folder without a row is found" finds "lib/new has no row in the table of folders" \
	"arrow lib/new/a.c insn/base/b.c calls rawbpf__b"
check "a circle of folders is found" finds \
	"lib/attach/d.c -> lib/event/c.c: calls rawbpf__c, but lib/attach may not use lib/event
lib/event/a.c -> lib/attach/b.c: calls rawbpf__b, but lib/event may not use lib/attach
a circle of folders:
    lib/attach -> lib/event: lib/attach/d.c -> lib/event/c.c: calls rawbpf__c
    lib/event -> lib/attach: lib/event/a.c -> lib/attach/b.c: calls rawbpf__b" \
	"arrow lib/event/a.c lib/attach/b.c calls rawbpf__b" \
	"arrow lib/attach/d.c lib/event/c.c calls rawbpf__c"
check "a circle of files is found, by calls and by headers, and what it leads to is none" finds \
	"a circle of files:
    insn/asm/a -> insn/asm/b: calls rawbpf__b
    insn/asm/b -> insn/asm/c: includes
    insn/asm/c -> insn/asm/a: calls rawbpf__a" \
	"arrow insn/asm/a.c insn/asm/b.c calls rawbpf__b" "arrow insn/asm/b.c insn/asm/c.h includes" \
	"arrow insn/asm/c.c insn/asm/a.c calls rawbpf__a" "arrow insn/asm/c.c insn/asm/d.c calls rawbpf__d"
check "a planted tree is found out by its objects and sources" finds_planted
check "the library's objects are those of its sources" objects_are_sources
check "the library follows the direction rule" library_follows
check "the library calls no function of a libc" calls_no_libc
checks_end
