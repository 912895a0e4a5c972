#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Check test/skips.sh with skips that are listed, that are not listed, and that did not happen.
set -u

. "$(dirname "$0")/../checks.sh"

cat >"$work/list" <<-EOF
	# A comment.
	kernel 1.0 +/
	unit none: of another kernel
	kernel * -/
	unit none: of another machine
	kernel $(uname -r) +/dev/null -/dev/null/none
	live test_a*: this (one) is [not] here.
	live test_b*: b* has none
	vm test_c: of a part that does not run
	kernel *
	live none: of the next list
EOF

says() { # STATUS EXPECTED LIST SKIP...
	status=$1 expected=$2 list=$3
	shift 3
	{
		echo "part: live"
		printf 'skip: %s\n' "$@"
	} >"$work/results"
	sh "$top/test/skips.sh" "$work/results" "$list" >"$work/said"
	[ $? -eq "$status" ] && cat "$work/said" && [ "$(cat "$work/said")" = "$expected" ]
}

a='test_a_fn: this (one) is [not] here.'
b='test_b: btf has none'
check "as listed" says 0 '1 passed, 0 failed' "$work/list" "$a" "$b" "$b"
check "not listed" says 1 "failed: a skip that test/skips does not list: live test_d: new
0 passed, 1 failed" "$work/list" "$a" "test_d: new" "$b"
check "a point is a point" says 1 "failed: a skip that test/skips does not list: live test_a: this (one) is [not] here!
failed: test/skips lists what was not skipped: live test_a*: this (one) is [not] here.
0 passed, 2 failed" "$work/list" "test_a: this (one) is [not] here!" "$b"
check "did not happen" says 1 "failed: test/skips lists what was not skipped: live test_b*: b* has none
0 passed, 1 failed" "$work/list" "$a"
check "no list for this kernel" says 0 "no list of skips is for this kernel, $(uname -r)" /dev/null "$a"

checks_end
