#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: wasm.sh
#
# Compile the machine for wasm32, run the values of facts.h in it with Node.js, and compare them.
# A wrong value that is planted must be found.
set -u

. "$(dirname "$0")/../checks.sh"

sources="$top/test/machine/wasm.c $top/insn/form/form.c $top/insn/form/context.c $top/insn/base/arch.c
	$top/insn/base/out.c $top/insn/base/put.c $top/insn/base/string.c $(ls "$top"/insn/vm/*.c)"

compile() { # OUTPUT OPTION...
	output=$1
	shift
	objects=
	for source in $sources; do
		object=$work/$(basename "$source").o
		clang --target=wasm32 -std=gnu11 -Wall -Wextra -Werror -ffreestanding -ffunction-sections -fdata-sections \
			-nostdinc -isystem "$(clang -print-resource-dir)/include" -I"$top/include" "$@" \
			-c "$source" -o "$object" || return
		objects="$objects $object"
	done
	# shellcheck disable=SC2086 # several words
	wasm-ld --no-entry --gc-sections $objects -o "$output"
}

# Print how many values are right, of how many.
cat >"$work/run.js" <<-'EOS'
	const bytes = require('fs').readFileSync(process.argv[2]);
	WebAssembly.instantiate(bytes, {}).then(({ instance }) => {
		const { count, holds } = instance.exports;
		let right = 0;
		for (let i = 0; i < count(); i++)
			right += holds(i);
		console.log(`${right} of ${count()}`);
	});
EOS

right() { # OPTION...
	compile "$work/machine.wasm" "$@" && node "$work/run.js" "$work/machine.wasm" >"$work/said" && cat "$work/said" &&
		awk 'NR == 1 && $1 == $3 && $3 > 80 { good = 1 } END { exit !good }' "$work/said"
}

# Replace the value of the first row.
wrong_is_found() {
	mkdir "$work/planted" &&
		sed 's|{ M, N(-1), BPF_ALU64_REG_OFF(BPF_DIV, 0, 1, 1), M }|{ M, N(-1), BPF_ALU64_REG_OFF(BPF_DIV, 0, 1, 1), 1 }|' \
			"$top/test/machine/facts.h" >"$work/planted/facts.h" &&
		cp "$top/test/machine/wasm.c" "$work/planted/" || return
	sources="$work/planted/wasm.c ${sources#* }"
	! right -O2 && awk '$1 == $3 - 1 { good = 1 } END { exit !good }' "$work/said"
}

check "the machine's values in wasm32, -Os" right -Os
check "the machine's values in wasm32, -O2" right -O2
check "a wrong value is found" wrong_is_found
checks_end
