#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: lessons.sh BUILD
#
# Run the lessons as nobody, in user space, and as root in the kernel. Both print the same, but the
# numbers of maps. Each compares its text with its macros, and checks what it says.
set -u

. "$(dirname "$0")/../checks.sh"
if [ "$(id -u)" -ne 0 ]; then
	echo "skip: lessons: not root"
	exit 77
fi
chmod 755 "$work"

as_nobody() { # LESSON
	setpriv --reuid=65534 --regid=65534 --clear-groups "$work/$1" >"$work/$1.user"
}

in_kernel() { # LESSON
	"$work/$1" -k >"$work/$1.kernel"
}

# Leave out the descriptors of maps, which are in two bytes or words of a line.
same() { # LESSON
	for where in user kernel; do
		sed '/18 1[0-9] 00 00\|LD_MAP_FD/d' "$work/$1.$where" >"$work/$where"
	done
	diff "$work/user" "$work/kernel" && [ "$(wc -l <"$work/user")" -gt 10 ]
}

narrow() { # LESSON
	! grep -E '.{81}' "$work/$1.user"
}

# A word is explained where it stands first: in the paragraph that has the explanation.
explained() { # WORD EXPLANATION
	cat "$work"/*.user | awk -v RS= -v word="$1" -v said="$2" '
		{ gsub(/\n/, " ") }
		$0 ~ word { exit(index($0, said) == 0) }
		END { if ($0 !~ word) exit 1 }'
}

for lesson in "$1"/examples/learn-*; do
	[ -x "$lesson" ] && [ -f "$lesson" ] || continue
	base=$(basename "$lesson")
	cp "$lesson" "$work/"
	check "$base as nobody" as_nobody "$base"
	check "$base in the kernel" in_kernel "$base"
	check "$base prints the same" same "$base"
	check "$base fits 80 columns" narrow "$base"
done
check "slot" explained 'slot[^s]' '8 bytes, one slot'
check "immediate" explained immediate 'a number of 4 bytes, the immediate'
check "verifier" explained verifier 'a part of it reads the program: the verifier'
check "descriptor" explained descriptor 'by a number, its descriptor'
check "ll" explained ' ll[ ,]' 'Text marks such an immediate with ll'
check "helper" explained '[Hh]elper' 'A helper is a function that programs may call'
check "context" explained '[Cc]ontext' 'its context: a struct that tells it what happened'
checks_end
