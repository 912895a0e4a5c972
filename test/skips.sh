#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: skips.sh RESULTS [LIST]
#
# Compare a test run's skips with those that LIST expects on this kernel. The default is test/skips,
# which describes the form. RESULTS is the output of the run's parts, each after a line `part:
# PART`. Print a line for each skip that is not listed, and for each listed one that did not happen.
# Print a count. If no list fits this kernel, print only that.
set -eu

results=$1
list=${2-$(dirname "$0")/skips}

is_this_kernel() { # RELEASE [+-]PATH...
	# shellcheck disable=SC2254 # a pattern
	case $(uname -r) in $1) ;; *) return 1 ;; esac
	shift
	for property; do
		case $property in
		+*) [ -e "${property#+}" ] || return 1 ;;
		-*) [ ! -e "${property#-}" ] || return 1 ;;
		esac
	done
}

# Print the lines of the first list for this kernel. Returns 1 if no list fits.
expected() {
	found=
	while read -r first rest; do
		case $first in
		'' | \#*) ;;
		kernel)
			[ -z "$found" ] || break
			# shellcheck disable=SC2086 # several words
			! is_this_kernel $rest || found=yes
			;;
		*) [ -z "$found" ] || printf '%s %s\n' "$first" "$rest" ;;
		esac
	done <"$list"
	[ -n "$found" ]
}

if ! patterns=$(expected); then
	echo "no list of skips is for this kernel, $(uname -r)"
	exit 0
fi
printf '%s\n' "$patterns" | awk '
	# Store PART and the pattern, in which * is any text, as a regular expression.
	NR == FNR {
		if (!NF)
			next
		listed[++count] = $0
		gsub(/[][\\.^$+?(){}|\/]/, "\\\\&")
		gsub(/\*/, ".*")
		expression[count] = "^" $0 "$"
		next
	}
	/^part: / { part = $2; ran[part] = 1 }
	/^skip: / {
		skip = part " " substr($0, 7)
		known = 0
		for (i = 1; i <= count; i++)
			if (skip ~ expression[i])
				known = seen[i] = 1
		if (!known) {
			print "failed: a skip that test/skips does not list: " skip
			failed++
		}
	}
	END {
		for (i = 1; i <= count; i++) {
			split(listed[i], word, " ")
			if (word[1] in ran && !seen[i]) {
				print "failed: test/skips lists what was not skipped: " listed[i]
				failed++
			}
		}
		printf "%d passed, %d failed\n", !failed, failed
		exit failed > 0
	}
' - "$results"
