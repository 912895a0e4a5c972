#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Build the ring buffers' readers for two checks: with sanitizers, and for machines with weaker
# memory order, to look at the instructions.
set -u

. "$(dirname "$0")/../checks.sh"

library() { # the files of ring.c, so that the test can call private functions
	for file in sys/cpu sys/file event/loop object/map object/obj event/ring sys/sys; do
		echo "$top/lib/$file.c"
	done
	echo "$top"/insn/base/*.c
}

build() { # COMPILER OUTPUT ARGUMENT...
	compiler=$1 output=$2
	shift 2
	# shellcheck disable=SC2046 # several words
	$compiler -std=gnu11 -D_GNU_SOURCE -g -O1 -Wall -Wextra -Werror -I"$top/include" "$@" \
		$(library) -o "$work/$output"
}

threads() {
	build clang threads -fsanitize=thread "$top/test/event/ring_threads.c" -lpthread &&
		TSAN_OPTIONS=halt_on_error=1 "$work/threads"
}

# Run the test with one order too weak. It must fail, or the test above would prove nothing.
weakened() {
	sed 's/__ATOMIC_ACQUIRE/__ATOMIC_RELAXED/' "$top/lib/event/ring.c" >"$work/ring.c" &&
		clang -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=thread -I"$top/include" -I"$top/lib/event" \
			"$top/test/event/ring_threads.c" "$work/ring.c" $(library | grep -v /event/ring.c) \
			-lpthread -o "$work/weakened" &&
		! TSAN_OPTIONS=halt_on_error=1 "$work/weakened" &&
		TSAN_OPTIONS=halt_on_error=1 "$work/weakened" 2>&1 | grep 'data race'
}

addresses() {
	# shellcheck disable=SC2046
	for test in ring ring_overwrite; do
		build gcc "$test" -fsanitize=address,undefined -fno-sanitize-recover=all \
			"$top/test/event/$test.c" $(pkg-config --static --cflags --libs check) &&
			"$work/$test" || return
	done
}

# Look for four instructions: the loads of headers and of the producer's position, the store of
# ours, and the fence before a wait.
instructions() { # TRIPLET PATTERN...
	triplet=$1
	shift
	"$triplet-gcc" -std=gnu11 -Os -ffreestanding -Wall -Wextra -Werror -I"$top/include" \
		-c "$top/lib/event/ring.c" -o "$work/$triplet.o" &&
		"$triplet-objdump" -d --no-show-raw-insn "$work/$triplet.o" >"$work/$triplet.s" || return
	for pattern; do
		grep -Eq "$pattern" "$work/$triplet.s" || {
			echo "$triplet: no $pattern"
			return 1
		}
	done
}

check "threads, ThreadSanitizer" threads
check "ThreadSanitizer sees a weaker order" weakened
check "addresses and undefined behaviour" addresses
check "barriers, aarch64" instructions aarch64-linux-gnu \
	'\<lda(p?)r\>.*w[0-9]+, \[' '\<lda(p?)r\>.*x[0-9]+, \[' '\<stlr\>.*x[0-9]+, \[' '\<dmb\>.*\<ish\>'
check "barriers, riscv64" instructions riscv64-linux-gnu \
	'\<fence\>([[:space:]]*$|.*(r,rw|iorw,iorw))' '\<fence\>.*(iorw,ow|rw,w)'
# s390x orders its loads and stores. Only a load may pass a store, which one bcr prevents.
check "barriers, s390x" instructions s390x-linux-gnu '\<bcr\>.*1[45],%?r?0|\<bnor\>'

checks_end
