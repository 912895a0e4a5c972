#!/bin/sh
# SPDX-License-Identifier: MIT
# Test the lessons: each compares its text with its macros, runs, and checks what it says.
if [ "$(id -u)" -ne 0 ]; then
	echo "skip: lessons: not root"
	exit 77
fi
exec sh "$(dirname "$0")/../../examples/learn/run.sh" "$1"
