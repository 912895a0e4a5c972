#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Run ring buffers beyond positions of 4 GiB: with this machine's compiler, and in a 32-bit process
# on this kernel.
set -u

. "$(dirname "$0")/../checks.sh"

run_as() { # COMPILER
	"$1" -std=gnu11 -D_GNU_SOURCE -Os -Wall -Wextra -Werror -I"$top/include" -static \
		"$top/test/event/positions.c" "$top/test/event/ring_programs.c" "$top/lib/rawbpf.c" \
		-o "$work/positions" && "$work/positions"
}

check "beyond 4 GiB" run_as gcc
if [ "$(uname -m)" = x86_64 ]; then
	check "beyond 4 GiB, 32 bits" run_as i686-linux-gnu-gcc
fi
checks_end
