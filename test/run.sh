#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sh test/run.sh [unit|live|sanitized|vm]...
#
# Installs what is missing, builds, and runs the tests, all or only those parts:
#
#   unit       needs no privilege: instructions, layouts, text; every way to build the library
#   live       on the running kernel, as root
#   sanitized  both of these again, built with sanitizers
#   vm         on Debian's kernels, in emulated machines; they are kept in a cache folder
#
# Ends with what was skipped and why, what failed, and a count; the status is 0 if nothing failed.
# All parts together also make BUILD/KERNELS.md, the page of what was tried where.
# RAWBPF_BUILD: the build directory (default: build). RAWBPF_MIRROR, RAWBPF_CACHE: see vm/fetch.sh.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=${RAWBPF_BUILD:-$top/build}

usage() {
	sed -n '/^# usage/,/^set/s/^#\( \|$\)//p' "$0"
}

for part; do
	case $part in
	unit | live | sanitized | vm) ;;
	-h | --help) usage; exit ;;
	*) echo "run.sh: no part is called '$part'" >&2; usage >&2; exit 2 ;;
	esac
done
[ $# -gt 0 ] || set -- unit live sanitized vm

sh "$top/test/install.sh" build "$@"
if [ -f "$build/build.ninja" ]; then
	meson setup --reconfigure "$build" "$top" >/dev/null
else
	meson setup "$build" "$top"
fi
ninja -C "$build"

logs=$build/meson-logs
status=0
: >"$build/results"
for part; do
	[ "$part" != vm ] || sh "$top/test/vm/guests.sh" "$build"
	meson test -C "$build" --no-rebuild --suite "$part" --print-errorlogs || status=1
	cat "$logs/testlog.txt" >>"$build/results"
done

# All parts together make a page of the documentation.
if [ "$*" = "unit live sanitized vm" ]; then
	awk -f "$top/test/tried.awk" "$build/results" >"$build/KERNELS.md"
	cmp -s "$build/KERNELS.md" "$top/KERNELS.md" ||
		echo "KERNELS.md tells of another run: cp $build/KERNELS.md $top/"
fi

echo
sed -n -e 's/^skip: /skipped: /p' -e '/^faults injected: /p' -e '/^soak: /p' "$build/results"

# What failed, of Check, of scripts, and tests as a whole; what each suite counted: of Check, and of
# the scripts that print a line like our last one.
awk '
	/^test: / { test = $NF }
	/^result: / && !/exit status (0|77)$/ || /:[FE]:.*:.*:/ || /^failed: / {
		sub(/^(result|failed): */, "")
		print "failed: " test ": " $0
	}
	/^[0-9]+%: Checks: / {
		gsub(/[:,]/, "")
		failed += $5 + $7
		passed += $3 - $5 - $7
	}
	/^[0-9]+ passed, [0-9]+ failed$/ {
		passed += $1
		failed += $3
	}
	/^skip: / { skipped++ }
	END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }
' "$build/results"
exit $status
