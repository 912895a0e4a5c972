#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Compile the public headers and insn/, without the kernel's headers and beside them: for wasm32 and
# for this machine, in C and C++, in both orders.
set -u

. "$(dirname "$0")/../checks.sh"

warnings="-Wall -Wextra -Werror"

# Compile with no headers but the compiler's own.
bare() { # COMPILER...
	"$@" -ffreestanding -nostdinc -isystem "$(resources "$1")" $warnings -I"$top/include"
}

resources() {
	case $1 in
	clang*) echo "$($1 -print-resource-dir)/include" ;;
	*) $1 -print-file-name=include ;;
	esac
}

headers() { # each, as #include wants it
	(cd "$top/include" && ls rawbpf.h rawbpf/*.h)
}

own_contract() {
	! grep -rnE 'rawbpf__|\binline\b' "$top/include"
}

# Only one header of ours includes the kernel's headers that share names with it.
one_way() {
	[ "$(cd "$top" && grep -rlE '#include <linux/(bpf|btf)\.h>' include insn lib)" = include/rawbpf/uapi_base.h ]
}

# Each header occurs in the synopsis or the text of a page. Pages name only headers that exist.
have_pages() {
	pages=$(cd "$top/man" && ls)
	status=0
	for header in $(headers); do
		grep -qx "\.In $header\( .*\)\?" "$top"/man/* || { echo "$header: no page"; status=1; }
	done
	for named in $(sed -n 's/^\.In \(rawbpf[^ ]*\).*/\1/p' "$top"/man/* | sort -u); do
		[ -f "$top/include/$named" ] || { echo "<$named>: no header"; status=1; }
	done
	for named in $(grep -ohE 'Xr rawbpf[a-z_-]* [0-9]' "$top"/man/* | sed 's/Xr //; s/ /./' | sort -u); do
		[ -f "$top/man/$named" ] || { echo "$named: no page"; status=1; }
	done
	for page in $pages; do
		grep -qix "\.Dt ${page%.*} ${page##*.}" "$top/man/$page" || { echo "$page: another title"; status=1; }
		grep -q "'man/$page'" "$top/meson.build" || { echo "$page: not in meson.build"; status=1; }
	done
	return $status
}

# Our headers define each kernel number that they or the pages name, even if the system's headers
# lack it.
numbers_exist() {
	{
		echo '#include <rawbpf.h>'
		echo 'int main(void) {'
		grep -ohE '\b(BPF|TCX)_[A-Z0-9_]*[A-Z0-9]\b' "$top"/include/rawbpf.h "$top"/include/rawbpf/*.h \
			"$top"/man/*.[137] | sort -u |
			grep -vx -e TCX_ATTACH |
			sed 's/.*/#ifndef &\n(void)(&);\n#endif/'
		echo '}'
	} >"$work/numbers.c"
	[ "$(wc -l <"$work/numbers.c")" -ge 1000 ] &&
		gcc -std=gnu11 -fsyntax-only -I"$top/include" "$work/numbers.c"
}

headers_bare() { # COMPILER...
	for header in $(headers); do
		echo "#include <$header>" >"$work/header.c"
		bare "$@" -Wpedantic -fsyntax-only "$work/header.c" || return
	done
}

insn_bare() { # COMPILER...
	for source in "$top"/insn/*/*.c; do
		bare "$@" -std=gnu11 "$source" || return
	done
}

# Compile a program that has struct bpf_insn from a copy of the kernel's header.
copy_first() {
	cat >"$work/copy.c" <<-EOF
		#define __LINUX_BPF_H__
		struct bpf_insn { unsigned char code, dst_reg : 4, src_reg : 4; short off; int imm; };
		#include <rawbpf/text.h>
		#include <rawbpf/build.h>
		extern struct rawbpf_build_slot slot;
		struct rawbpf_build_slot slot = { .insn = { .code = 0x95 } };
	EOF
	bare gcc -std=gnu11 -fsyntax-only "$work/copy.c"
}

# Compile each header of ours with the kernel's headers that share names with it.
both_orders() { # COMPILER...
	theirs='#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/bpf_common.h>
#include <linux/filter.h>'
	for header in $(headers); do
		printf '%s\n#include <%s>\n' "$theirs" "$header" >"$work/after.c"
		printf '#include <%s>\n%s\n' "$header" "$theirs" >"$work/before.c"
		"$@" $warnings -Wpedantic -I"$top/include" -fsyntax-only "$work/after.c" "$work/before.c" || return
	done
}

check "numbers that headers and pages name" numbers_exist
check "no private symbols, no inline functions" own_contract
check "one header includes <linux/bpf.h>" one_way
check "every header has a page" have_pages
for clang in clang clang-19; do
	command -v $clang >/dev/null || continue
	check "insn/ for wasm32, $clang" insn_bare $clang --target=wasm32 -O0 -c -o "$work/object.o"
	check "headers for wasm32, $clang" headers_bare $clang --target=wasm32 -std=gnu11
	check "headers for wasm32, C++, $clang" headers_bare $clang --target=wasm32 -x c++
done
check "insn/ without the kernel's headers" insn_bare gcc -fsyntax-only
check "headers without the kernel's headers" headers_bare gcc -std=gnu11
check "headers without the kernel's headers, C++" headers_bare g++ -x c++
check "after a copy of the kernel's header" copy_first
check "before and after the kernel's headers" both_orders gcc -std=gnu11
check "before and after the kernel's headers, C++" both_orders g++ -x c++
check "numbers are the kernel's" sh "$top/test/sys/numbers.sh"
check "with headers as old as Linux 5.4" sh "$top/test/sys/older_headers.sh"

checks_end
