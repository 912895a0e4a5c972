#!/bin/sh
# SPDX-License-Identifier: MIT
# Compile test/form/headers.c in every way: with each installed compiler, as C and as C++, for each
# of its HEADERS. Warnings are failures. Print the failures and a count.
#
# 	test/form/insn_headers.sh [more compiler flags, such as -isystem with older kernel headers]
set -u
cd "$(dirname "$0")/../.." || exit 1

passed=0 failed=0 skipped=0
for compiler in "gcc -std=gnu11" "clang -std=gnu11" \
		"g++ -std=c++11 -x c++" "g++ -std=c++20 -x c++" \
		"clang++ -std=c++11 -x c++" "clang++ -std=c++20 -x c++"; do
	if ! command -v "${compiler%% *}" >/dev/null; then
		echo "skipped: no ${compiler%% *}"
		skipped=$((skipped + 1))
		continue
	fi
	for headers in 0 1 2 3 4 5; do
		# shellcheck disable=SC2086 # the compiler is several words
		if $compiler -Wall -Wextra -Werror -Iinclude "$@" -DHEADERS=$headers \
		   -c test/form/headers.c -o /dev/null; then
			passed=$((passed + 1))
		else
			echo "failed: $compiler -DHEADERS=$headers"
			failed=$((failed + 1))
		fi
	done
done
echo "$passed passed, $failed failed, $skipped skipped"
test "$failed" -eq 0
