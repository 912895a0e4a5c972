#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sanitized.sh BUILD
#
# Run the tests of unit and live again, in own builds in BUILD/sanitized: with AddressSanitizer and
# UndefinedBehaviorSanitizer. Run those with threads also with ThreadSanitizer. Leave out soak,
# which measures its process's memory.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
builds=$(cd "$1" && pwd)/sanitized
status=0

run() { # SANITIZERS MESON-TEST-ARGUMENT...
	build=$builds/$1
	[ -f "$build/build.ninja" ] ||
		meson setup "$build" "$top" -Db_sanitize="$1" -Dexamples=disabled -Dman=false \
			-Doptimization=1 -Ddebug=true -Dc_args=-g1 -Dwarning_level=0 >/dev/null
	shift
	meson test -C "$build" --print-errorlogs "$@" || status=1
	# The plain builds print these lines, too.
	grep -v '^skip: \|^tried \|^faults ' "$build/meson-logs/testlog.txt"
}

export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
run address,undefined --suite unit --suite live --no-suite soak
run thread --suite threads
exit $status
