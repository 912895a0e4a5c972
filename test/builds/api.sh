#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: api.sh [list]
#
# Compare the public headers with the list in api.txt. Compare the changes since the last release
# (api-released.txt) with the top section of CHANGELOG.md. Compare the version in meson.build with
# those in rawbpf.h and CHANGELOG.md. With `list`, print the list of the public headers instead.
set -u

. "$(dirname "$0")/../checks.sh"
here=$top/test/builds

# Comments and the order of declarations do not count.
list() { # FOLDER
	for header in "$1"/*.h; do
		gcc -fpreprocessed -dD -E -P "$header" 2>/dev/null |
			awk -v header="${header##*/}" -f "$here/api.awk" || return
	done | sort -u
}

if [ "${1-}" = list ]; then
	list "$top/include/rawbpf"
	exit
fi

list_is() { # FOLDER LIST
	list "$1" >"$work/list"
	diff -U 0 "$2" "$work/list" && return
	echo "The public interface is another one than in the list. If it should be, name what changed in"
	echo "CHANGELOG.md, then: sh test/builds/api.sh list >test/builds/api.txt"
	return 1
}

# Print the functions, structs, enums and macros that differ between two lists, and removed
# operations. The headers' names do not count, because rawbpf.h includes them all.
changed() { # OLD NEW
	sed 's/^[^ ]* //' "$1" | sort -u >"$work/old"
	sed 's/^[^ ]* //' "$2" | sort -u >"$work/new"
	diff "$work/old" "$work/new" | awk '
		$1 == ">" && $2 == "operation" { next }
		$2 == "function" || $2 == "typedef" {
			match($0, /rawbpf_[a-z0-9_]+\(/)
			print substr($0, RSTART, RLENGTH - 1)
		}
		$2 == "operation" { print $3 }
		$2 == "macro" { sub(/\(.*/, "", $3); print $3 }
		$2 == "struct" || $2 == "enum" { sub(/:$/, "", $3); print $3 }' | sort -u
}

top_section() { # CHANGELOG
	awk '/^## / && count++ { exit } count' "$1"
}

changes_are_named() { # OLD NEW CHANGELOG
	top_section "$3" | tr -c 'A-Za-z0-9_' '\n' | sort -u >"$work/named"
	changed "$1" "$2" | comm -23 - "$work/named" >"$work/unnamed"
	sed 's/$/: changed since the last release; the top section of CHANGELOG.md does not name it/' "$work/unnamed"
	[ ! -s "$work/unnamed" ]
}

version_is_one() { # MESON HEADER CHANGELOG
	{
		sed -n "s/^  version: '\(.*\)',\$/\1/p" "$1"
		sed -n 's/^#define RAWBPF_VERSION[[:blank:]]*"\(.*\)"/\1/p' "$2"
		sed -n 's/^## \([0-9][0-9.]*\).*/\1/p' "$3" | sed 1q
	} >"$work/versions"
	cat "$work/versions"
	[ "$(wc -l <"$work/versions")" -eq 3 ] && [ "$(sort -u "$work/versions" | wc -l)" -eq 1 ]
}

# Write a header that has everything an entry of the list can have.
plant() { # FOLDER
	mkdir -p "$1" && cat >"$1/plant.h" <<-EOF
		#ifndef RAWBPF_PLANT_H
		#define RAWBPF_PLANT_H
		#ifdef __cplusplus
		extern "C" {
		#endif
		#define RAWBPF_LIMIT 4 /* of plants */
		#define RAWBPF_GROW(A, B) \\
			((A) + (B))
		#define RAWBPF_OPERATIONS(X) \\
			X(PLANT_OPEN) \\
			X(PLANT_CLOSE)
		RAWBPF_OPERATIONS(RAWBPF_OPERATION)
		struct rawbpf_other;
		/* rawbpf_ghost(int) is in a comment. */
		struct rawbpf_plant {
			int fd; /* { */
			union { unsigned a; long b; } u[2];
			int (*end)(struct rawbpf_plant *plant);
		};
		struct bpf_theirs { int a; };
		enum rawbpf_colour { RAWBPF_RED, RAWBPF_BLUE = 7, RAWBPF_GREEN };
		enum { RAWBPF_ALL = -1 };
		typedef int rawbpf_plant_fn(void *context);
		int rawbpf_plant_open(struct rawbpf_plant *plant,
				      const char *path);
		void rawbpf_plant_close(struct rawbpf_plant *plant);
		#ifdef __cplusplus
		}
		#endif
		#endif
	EOF
}

planted_list() {
	cat <<-EOF
		plant.h enum RAWBPF_ALL = -1
		plant.h enum rawbpf_colour: RAWBPF_BLUE = 7
		plant.h enum rawbpf_colour: RAWBPF_GREEN = 8
		plant.h enum rawbpf_colour: RAWBPF_RED = 0
		plant.h function int rawbpf_plant_open(struct rawbpf_plant *plant, const char *path)
		plant.h function void rawbpf_plant_close(struct rawbpf_plant *plant)
		plant.h macro RAWBPF_GROW(A,B)
		plant.h macro RAWBPF_LIMIT 4
		plant.h operation RAWBPF_PLANT_CLOSE
		plant.h operation RAWBPF_PLANT_OPEN
		plant.h struct rawbpf_plant: int (*end)(struct rawbpf_plant *plant)
		plant.h struct rawbpf_plant: int fd
		plant.h struct rawbpf_plant: union { unsigned a; long b; } u[2]
		plant.h typedef typedef int rawbpf_plant_fn(void *context)
	EOF
}

lists_planted() {
	plant "$work/plant" && planted_list >"$work/planted" && list_is "$work/plant" "$work/planted"
}

# Change the planted header: a type, a name, a value, a parameter, a removed line. Each change is
# found.
finds_changes() {
	for change in 's/int fd/long fd/' 's/const char/char/' 's/BLUE = 7/BLUE = 6/' 's/LIMIT 4/LIMIT 5/' \
		's/(A, B)/(A, B, C)/' '/PLANT_OPEN/d' '/plant_close/d' 's/u\[2\]/u[3]/' 's/_fn(void/_fn(int/'; do
		plant "$work/changed" && sed -i "$change" "$work/changed/plant.h" || return
		if list_is "$work/changed" "$work/planted" >"$work/said"; then
			echo "not found: $change"
			return 1
		fi
		grep -q 'api.sh list >' "$work/said" || return
	done
}

ignores_comments() {
	plant "$work/commented" &&
		sed -i 's|/\* of plants|/* of trees; int rawbpf_tree(void);|; /ghost/d; s|^int rawbpf|/* Open. */\n&|' \
			"$work/commented/plant.h" &&
		list_is "$work/commented" "$work/planted"
}

says_unnamed() { # NAMES CHANGE TEXT
	planted_list >"$work/before"
	planted_list | sed "$2" >"$work/after"
	printf '# Changes\n\n## Next\n\n%s\n\n## 1.0.0\n\nrawbpf_plant_close rawbpf_plant\n' "$3" >"$work/changes"
	changes_are_named "$work/before" "$work/after" "$work/changes" | sed 's/:.*//' | xargs >"$work/said"
	cat "$work/said"
	[ "$(cat "$work/said")" = "$1" ]
}

versions_differ() { # MESON HEADER CHANGELOG
	printf "project('x', 'c',\n  version: '%s',\n" "$1" >"$work/meson"
	printf '#define RAWBPF_VERSION\t\t"%s"\n#define RAWBPF_VERSION_MAJOR 1\n' "$2" >"$work/header"
	printf '## Next\n\n## %s, 1 May\n\n## 0.0.9\n' "$3" >"$work/changes"
	! version_is_one "$work/meson" "$work/header" "$work/changes"
}

enough() {
	for kind in function:150 struct:350 enum:50 macro:60 operation:80; do
		count=$(list "$top/include/rawbpf" | grep -c "^[a-z_]*\.h ${kind%:*} ")
		echo "$kind $count"
		[ "$count" -ge "${kind#*:}" ] || return
	done
}

check "a planted header is listed" lists_planted
check "its changes are found, and the way to list it again is printed" finds_changes
check "comments do not count" ignores_comments
check "a function that went has to be named" says_unnamed rawbpf_plant_close /plant_close/d ''
check "... in the top section" says_unnamed '' /plant_close/d '`rawbpf_plant_close`'
check "... as a whole word" says_unnamed rawbpf_plant_close /plant_close/d 'rawbpf_plant_closed'
check "a field, an enumerator and a macro by the name they belong to" says_unnamed \
	'RAWBPF_GROW rawbpf_colour rawbpf_plant' 's/int fd/long fd/; s/= 7/= 6/; s/(A,B)/(A)/' ''
check "an operation that went" says_unnamed RAWBPF_PLANT_OPEN /PLANT_OPEN/d ''
check "an operation that is new need not be named" says_unnamed '' 's/\(.*operation.*\)OPEN/&\n\1RUN/' ''
check "a header that a function moved to need not be named" says_unnamed '' '/plant_close/s/plant.h/tree.h/' ''
check "another version in the header is found" versions_differ 1.0.0 1.0.1 1.0.0
check "another version in the change log is found" versions_differ 1.0.0 1.0.0 1.0.1
check "no version is found" versions_differ 1.0.0 1.0.0 next

check "the public headers are read" enough
check "the public interface is the one in api.txt" list_is "$top/include/rawbpf" "$here/api.txt"
check "CHANGELOG.md names what changed since the last release" changes_are_named \
	"$here/api-released.txt" "$here/api.txt" "$top/CHANGELOG.md"
check "meson.build, rawbpf.h and CHANGELOG.md have one version" version_is_one \
	"$top/meson.build" "$top/include/rawbpf.h" "$top/CHANGELOG.md"

checks_end
