#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Use the kernel's headers of each row of vm/headers. The library builds without a warning. Its
# layouts are those of `union bpf_attr`, its numbers those of the enums. Each command of the newest
# bpf(2) has functions that rawbpf(7)'s table names, a header declares and a file defines. Each type
# of maps and programs has a recipe. Print a line for each check, and a count. Exit with 77 without
# a Debian mirror.
set -u

. "$(dirname "$0")/../checks.sh"

flags='-std=gnu11 -Wall -Wextra -Werror'
triplet=$(cc -print-multiarch 2>/dev/null || gcc -dumpmachine)

# Compile the library with no headers but the compiler's and these.
library() { # HEADERS
	cc $flags -O0 -ffreestanding -nostdinc -isystem "$(cc -print-file-name=include)" \
		-isystem "$1" -isystem "$1/$triplet" -I"$top/include" \
		-c "$top/lib/rawbpf.c" -o "$work/rawbpf.o"
}

compile_test() { # HEADERS SOURCE
	cc -std=gnu11 -D_GNU_SOURCE -I"$1" -I"$1/$triplet" -I"$top/include" "$top/test/sys/$2" \
		$(pkg-config --static --cflags --libs check) -o "$work/test" && "$work/test"
}

# Print the names of an enum: they survive the preprocessor in a program that includes these
# headers.
commands() { # HEADERS
	sed -n '/^enum bpf_cmd {/,/^};/s/^\t\(BPF_[A-Z_]*\)\(,\| =\).*/\1/p' "$1/linux/bpf.h"
}

# Print the functions in a command's row of rawbpf(7): `.It Dv COMMAND Ta VERSION Ta Fn FUNCTION ,
# Fn ...`
functions_of() { # COMMAND
	sed -n "s/^\.It Dv $1 Ta [0-9.]* Ta //p" "$top/man/rawbpf.7" | grep -o 'rawbpf_[a-z_]*'
}

has_functions() { # COMMAND
	functions=$(functions_of "$1")
	[ -n "$functions" ] || { echo "no row in rawbpf(7)"; return 1; }
	for function in $functions; do
		grep -qr "\<$function(" "$top/include/rawbpf" || { echo "$function: not declared"; return 1; }
		nm "$work/rawbpf.o" | grep -q " T $function\$" || { echo "$function: not defined"; return 1; }
	done
}

for row in $(awk '!/^#/ && NF { print $1 }' "$top/test/vm/headers"); do
	headers=$(sh "$top/test/vm/fetch.sh" "$row" 2>"$work/why") || {
		echo "skip: uapi: $row: $(tail -n 1 "$work/why")"
		continue
	}
	check "$row: the library builds" library "$headers"
	check "$row: layouts" compile_test "$headers" attr.c
	if [ "$row" = headers-newest ]; then
		check "$row: numbers, all" sh "$top/test/sys/numbers.sh" -a "$headers"
	else
		check "$row: numbers" sh "$top/test/sys/numbers.sh" "$headers"
		continue
	fi
	check "$row: types" compile_test "$headers" uapi_types.c
	for command in $(commands "$headers"); do
		check "$command has functions" has_functions "$command"
	done
done

[ $((passed + failed)) -gt 0 ] || exit 77
checks_end
