#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: sh examples/learn/run.sh [BUILD]
#
# Runs the lessons, one after the other; stops at one that fails. Needs root. BUILD is the build
# directory (default: build).
set -eu

build=${1-$(cd "$(dirname "$0")/../.." && pwd)/build}
for lesson in "$build"/examples/learn-*; do
	[ -x "$lesson" ] && [ -f "$lesson" ] || continue
	"$lesson"
done
