#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: shared.sh BUILD
#
# Build shared objects with all of the library inside, like a plugin: from the static library in
# BUILD, and from the one file. Each exports its own function and nothing of the library. The compiler
# does not optimise: that would only hide symbols.
set -u

. "$(dirname "$0")/../checks.sh"
build=$1

cat >"$work/plugin.c" <<-EOF
	#include <rawbpf.h>
	int plugin_start(void);
	int plugin_start(void) { return rawbpf_cpu_count(); }
EOF

# Link with all symbols defined (-z defs). The object exports one symbol.
exports_its_own() { # COMPILER ARGUMENT...
	"$@" -shared -fPIC -Wl,-z,defs -I"$top/include" "$work/plugin.c" -o "$work/plugin.so" || return
	nm -D --defined-only "$work/plugin.so" | awk '{ print $3 }' >"$work/exports"
	cat "$work/exports"
	[ "$(cat "$work/exports")" = plugin_start ]
}

whole="-Wl,--whole-archive $build/librawbpf.a -Wl,--no-whole-archive"
for compiler in gcc clang; do
	# shellcheck disable=SC2086 # several words
	check "the static library in a shared object, $compiler" exports_its_own $compiler $whole
	check "the one file in a shared object, $compiler" exports_its_own $compiler -std=gnu11 -O0 \
		"$top/lib/rawbpf.c"
	check "with system calls by libc, $compiler" exports_its_own $compiler -std=gnu11 -O0 \
		-DRAWBPF_SYSCALL_LIBC "$top/lib/rawbpf.c"
done

checks_end
