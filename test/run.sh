#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sh test/run.sh [unit|builds|fuzz|live|sanitized|vm|mutants]...
#
# Install missing packages, build, and run the tests, all or only these parts:
#
#   unit       needs no privilege: instructions, layouts, text; takes seconds
#   builds     every way to build the library; compilers' output, and LLVM
#   fuzz       the readers of input from outside, 15 seconds each
#   live       on the running kernel, as root
#   sanitized  unit and live again, built with sanitizers
#   vm         on Debian's kernels, in emulated machines; they are kept in a cache folder
#
# or, only by its name:
#
#   mutants    change 100 lines of the library, one at a time, and count what unit and live notice
#
# At the end, print the skips and their reasons, the failures, the CPU seconds of each part, and a
# count. The status is 0 if no test failed and the skips are those that test/skips lists for this
# kernel. All parts together also write BUILD/KERNELS.md, the table of features and kernels.
# RAWBPF_BUILD: the build directory (default: build). RAWBPF_MIRROR, RAWBPF_CACHE: see vm/fetch.sh.
set -eu
umask 022
export LC_ALL=C PATH

top=$(cd "$(dirname "$0")/.." && pwd)
build=${RAWBPF_BUILD:-$top/build}
all='unit builds fuzz live sanitized vm'
optional='mutants'

usage() {
	sed -n '/^# usage/,/^set/s/^#\( \|$\)//p' "$0"
}

for part; do
	case " $all $optional -h --help " in
	*" $part "*) ;;
	*) echo "run.sh: no part is called '$part'" >&2; usage >&2; exit 2 ;;
	esac
	case $part in -*) usage; exit ;; esac
done
# shellcheck disable=SC2086 # several words
[ $# -gt 0 ] || set -- $all

# Add a line at the end of a part: the CPU time of this script and of all children that it waited
# for.
clock() { # PART
	times >"$build/times"
	echo "$1 $(tr 'ms\n' '   ' <"$build/times")" >>"$build/clock"
}

sh "$top/test/install.sh" build "$@"
if [ -f "$build/build.ninja" ]; then
	meson setup --reconfigure "$build" "$top" >/dev/null
else
	meson setup "$build" "$top"
fi

results=$build/results
log=$build/meson-logs/testlog.txt
status=0
: >"$results"
: >"$build/clock"
for part; do
	clock before
	echo "part: $part" >>"$results"
	rm -f "$log"
	[ "$part" != vm ] || sh "$top/test/vm/guests.sh" "$build"
	meson test -C "$build" --suite "$part" --print-errorlogs || status=1
	if [ -f "$log" ]; then
		cat "$log"
	else
		printf 'test: %s\nfailed: not built\n0 passed, 1 failed\n' "$part"
	fi >>"$results"
	clock "$part"
done
{
	echo "test: skips"
	sh "$top/test/skips.sh" "$results" || status=1
} >"$build/skips"
cat "$build/skips" >>"$results"

# All parts together write KERNELS.md.
if [ "$*" = "$all" ]; then
	awk -f "$top/test/tried.awk" "$results" "$top/test/vm/recorded" >"$build/KERNELS.md"
	cmp -s "$build/KERNELS.md" "$top/KERNELS.md" ||
		echo "KERNELS.md tells of another run: cp $build/KERNELS.md $top/"
fi

echo
sed -n -e 's/^skip: /skipped: /p' -e '/^faults injected: /p' -e '/^soak: /p' \
	-e '/^forms compared: /p' -e '/^random programs: /p' "$results"

# `times` prints pairs of minutes and seconds: user and system, of the shell and of its children.
awk '
	{ now = 60 * ($2 + $4 + $6 + $8) + $3 + $5 + $7 + $9 }
	$1 != "before" { printf "CPU seconds: %-10s %6.0f\n", $1, now - before }
	{ before = now }
	END { printf "CPU seconds: %-10s %6.0f\n", "all", now }
' "$build/clock"

# Print the failures of Check, of scripts, and of whole tests. Sum the counts of Check, and of
# scripts whose last line is like ours.
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
' "$results"
exit $status
