#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: operations.sh
#
# Compare the public functions with the operations of rawbpf_error_explain(). A function of lib/
# that returns an int or a long can fail, so an operation has its name.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# LINK_RELEASE and those of rings make no system call that can fail. A collection has a
# struct rawbpf_live_reason for each of its failures.
cat >"$work/never" <<'END'
LINK_RELEASE
LIVE_ATTACH
LIVE_DETACH
LIVE_ITERATE
LIVE_LOSSES_COUNT
LIVE_OPEN
LIVE_PENDING_NEXT
LIVE_RUN
RING_NEXT
RING_READ
END

cat "$top"/lib/*/*.c | sed -nE 's/^(int|long) rawbpf_([a-z][a-z_]*)\(.*/\2/p' |
	tr '[:lower:]' '[:upper:]' | sort >"$work/functions"
printf '#include <rawbpf/error.h>\n#define NAME(X) #X\nRAWBPF_OPERATIONS(NAME)\n' |
	"${CC:-cc}" -E -P -I"$top/include" - | grep -oE '"[A-Z_]+"' | tr -d '"' | sort >"$work/operations"

status=0
check() { # WHAT FILE: complain of each name in it
	[ -s "$2" ] || return 0
	printf '%s:\n' "$1"
	cat "$2"
	status=1
}

[ "$(wc -l <"$work/operations")" -ge 90 ] || { echo 'the operations were not found'; exit 1; }
sort -u "$work/operations" "$work/never" | comm -23 "$work/functions" - >"$work/unexplained"
comm -13 "$work/functions" "$work/operations" >"$work/unknown"
comm -13 "$work/functions" "$work/never" >"$work/stale"
comm -12 "$work/operations" "$work/never" >"$work/both"
check 'functions without an operation' "$work/unexplained"
check 'operations without a function' "$work/unknown"
check 'exceptions that are no functions' "$work/stale"
check 'exceptions that have an operation' "$work/both"
exit $status
