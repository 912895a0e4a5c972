# SPDX-License-Identifier: MIT
#
# Check one thing after the other: source this file, call check for each, and end with checks_end.
# $top is the top of the tree: the calling script is in a folder of test/. $work is a folder for
# temporary files.

umask 022
export LC_ALL=C
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check() { # NAME COMMAND...
	name=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		echo "ok: $name"
		passed=$((passed + 1))
	else
		echo "failed: $name"
		sed 's/^/    /' "$work/log"
		failed=$((failed + 1))
	fi
}

checks_end() {
	echo "$passed passed, $failed failed"
	test "$failed" -eq 0
}

# Print the public functions as HEADER FUNCTION, with "macro" behind a macro.
declared() {
	for header in "$top"/include/rawbpf/*.h; do
		${CC:-cc} -fpreprocessed -dD -E -P "$header" 2>/dev/null |
			sed 's/^#define \(rawbpf_[a-z0-9_]*\)(.*/macro \1(/; s/^[^(]*(\*.*//; s/^typedef.*//; s/^extern.*//' |
			sed -nE 's/^(macro|[a-z].*[ *])?(rawbpf_[a-z][a-z0-9_]*)\(.*/\2 \1/p' |
			awk -v header="${header##*/}" '
				/[^ ]/ { print header, $1, $2 == "macro" ? "macro" : "" }'
	done
}
