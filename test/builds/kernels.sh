#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: kernels.sh [list]
#
# Compare the table of rawbpf_kernels(7) with the headers. A function's first kernel is the last
# "Linux X.Y" of the comment before its declaration. Only functions that enter the kernel count.
# With `list`, print the table as the page must have it.
set -u

. "$(dirname "$0")/../checks.sh"
cd "$top" || exit 1

# Print the functions that lib/ defines.
entering() {
	cat lib/*/*.c | sed -n 's/^[a-z].*[ *]\(rawbpf_[a-z][a-z0-9_]*\)(.*[^;]$/\1/p' | sort -u
}

# Print "KERNEL FUNCTION" for each of these functions whose comment names a kernel.
first_kernels() { # HEADER...
	entering | awk '
		FILENAME == "-" { enters[$1]; next }
		/^\/\*/ { comment = ""; inside = 1 }
		inside { comment = comment " " $0; inside = !/\*\//; next }
		/^[a-z].*rawbpf_[a-z0-9_]+\(/ {
			match($0, /rawbpf_[a-z0-9_]+\(/)
			name = substr($0, RSTART, RLENGTH - 1)
			kernel = ""
			left = comment
			while (match(left, /Linux [0-9]+\.[0-9]+/)) {
				kernel = substr(left, RSTART + 6, RLENGTH - 6)
				left = substr(left, RSTART + RLENGTH)
			}
			if (name in enters && kernel)
				print kernel, name
		}' - "$@" | sort -t' ' -k1,1V -k2,2
}

# Print these pairs as the page has them: an item for each kernel.
items() {
	awk '
		$1 != last { printf "%s.It %s\n", (NR > 1 ? "\n" : ""), $1; last = $1; comma = "" }
		{ printf "%s.Fn %s", comma, $2; comma = " ,\n" }
		END { print "" }'
}

of_headers() { # HEADER...
	first_kernels "$@" | items
}

of_page() { # PAGE
	sed -n '/^\.Sh FUNCTIONS/,/^\.El/{/^\.It/p;/^\.Fn rawbpf_/p;}' "$1"
}

finds() { # SAID: of a header with another version, and one more function
	sed 's/Linux 3\.18; bpf(2)/Linux 3.19; bpf(2)/' include/rawbpf/prog.h >"$work/prog.h"
	of_headers "$work/prog.h" | grep -c -A1 '^\.It 3\.19' >"$work/said"
	echo "$1" | diff - "$work/said"
}

enough() {
	of_headers include/rawbpf/*.h | grep -c '^\.Fn' >"$work/count"
	cat "$work/count"
	[ "$(cat "$work/count")" -ge 60 ]
}

page_is_complete() {
	of_headers include/rawbpf/*.h >"$work/headers"
	of_page man/rawbpf_kernels.7 | diff "$work/headers" - ||
		{ echo "sh test/builds/kernels.sh list prints the table"; return 1; }
}

if [ "${1-}" = list ]; then
	of_headers include/rawbpf/*.h
	exit
fi
check "another kernel in a header is found" finds 1
check "kernels are read" enough
check "the page has each function with its first kernel" page_is_complete
checks_end
