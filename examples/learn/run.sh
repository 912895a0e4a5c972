#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sh examples/learn/run.sh [-k] [BUILD]
#
# Build the lessons and run them, one after the other. Stop at one that fails. They need no
# privilege: a machine in user space runs them. With -k the kernel does; that needs root, or sudo.
# BUILD is the build directory (default: build).
set -eu

kernel=
as_root=
if [ "${1-}" = -k ]; then
	kernel=-k
	[ "$(id -u)" -eq 0 ] || as_root=sudo
	shift
fi
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${1-$top/build}
[ -f "$build/build.ninja" ] || meson setup "$build" "$top" >/dev/null
built=$(ninja -C "$build" lessons) || { printf '%s\n' "$built" >&2; exit 1; }

for lesson in "$build"/examples/learn-*; do
	[ -x "$lesson" ] && [ -f "$lesson" ] || continue
	$as_root "$lesson" $kernel
done
