#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Build the library and a program that uses it in every way that the README names, and run the
# program: compilers, C libraries, C++, installed, as a subproject, as one file, without a libc.
# Print a line for each, the output of those that failed, and a count.
set -u

. "$(dirname "$0")/../checks.sh"
app=$top/test/builds/app.c

# Use musl's own headers, and only the kernel's of the system's.
triplet=$(cc -print-multiarch 2>/dev/null || gcc -dumpmachine)
kernel_headers="-idirafter /usr/include -idirafter /usr/include/$triplet"
warnings="-Wall -Wextra -Werror"

programs="librawbpf.a examples/fchownat-count examples/devcg"
by_meson() { # DIR TARGETS MESON-OPTION...
	dir=$work/$1
	targets=$2
	shift 2
	meson setup "$dir" "$top" --werror -Dtests=disabled "$@" &&
		ninja -C "$dir" $targets && is_usable "$dir"
}

is_usable() { # DIR
	dir=$1
	"$dir/examples/fchownat-count" --version && "$dir/examples/devcg" --version &&
		$CC -static $warnings $kernel_headers -I"$top/include" "$app" "$dir/librawbpf.a" \
			-o "$dir/app" &&
		"$dir/app"
}

gcc_glibc() { CC=gcc by_meson gcc tools --prefix=/usr --libdir=lib; }
clang_glibc() { CC=clang by_meson clang tools; }
# The README's lines for the smallest rawbpf, and what else this build makes.
gcc_musl() (
	dir=$work/musl
	sed -n '/^export CFLAGS=/,/^```/p' "$top/README.md" | sed -e '/^```/d' -e "s, small\$, --werror '$dir' '$top'," \
		-e "s, small , '$dir' ,; s, small/, '$dir'/," >"$work/small-lines" &&
		[ "$(wc -l <"$work/small-lines")" -eq 4 ] && set -e && . "$work/small-lines" &&
		ninja -C "$dir" $programs && is_usable "$dir" && readme_size "$dir/examples/rawbpf" 660
)
clang_musl() {
	# Debian has no clang for musl, so the flags say where musl is.
	clang -std=gnu11 -Os $warnings -nostdinc -isystem "/usr/include/$triplet/musl" \
		-isystem "$(clang -print-resource-dir)/include" $kernel_headers -I"$top/include" \
		-c "$top/lib/rawbpf.c" -o "$work/clang-musl.o" &&
		musl-gcc -static -I"$top/include" $kernel_headers "$app" "$work/clang-musl.o" \
			-o "$work/clang-musl" &&
		"$work/clang-musl"
}
debug_build() { CC=gcc by_meson debug "$programs" --buildtype=debug; }
optimised_build() { CC=gcc by_meson release "$programs examples/rawbpf" --buildtype=release -Db_lto=true; }
libc_system_calls() { CC=gcc by_meson libc "$programs" -Dc_args=-DRAWBPF_SYSCALL_LIBC; }

installed() {
	DESTDIR=$work/root meson install -C "$work/gcc" &&
		PKG_CONFIG_SYSROOT_DIR=$work/root PKG_CONFIG_LIBDIR=$work/root/usr/lib/pkgconfig \
			pkg-config --static --cflags --libs rawbpf >"$work/flags" &&
		cc $warnings "$app" $(cat "$work/flags") -o "$work/installed" &&
		"$work/installed" &&
		"$work/root/usr/bin/fchownat-count" --version &&
		test -s "$work/root/usr/share/man/man7/rawbpf_insn.7"
}

subproject() {
	mkdir -p "$work/outer/subprojects" &&
		ln -s "$top" "$work/outer/subprojects/rawbpf" &&
		cp "$app" "$work/outer/" &&
		cat >"$work/outer/meson.build" <<-EOF &&
			project('outer', 'c')
			executable('app', 'app.c', dependencies: dependency('rawbpf', fallback: 'rawbpf'))
		EOF
		meson setup "$work/outer/build" "$work/outer" --buildtype=debug &&
		ninja -C "$work/outer/build" &&
		"$work/outer/build/app"
}

# The files that the README tells to copy are enough.
one_file() {
	mkdir "$work/copy" &&
		cp -r "$top/include" "$top/lib" "$top/insn" "$work/copy/" &&
		cc -Os $warnings -I"$work/copy/include" -c "$work/copy/lib/rawbpf.c" -o "$work/rawbpf.o" &&
		cc -Os $warnings -I"$work/copy/include" "$app" "$work/rawbpf.o" -o "$work/one-file" &&
		"$work/one-file" &&
		# the private functions stay private
		! nm "$work/one-file" | grep ' [TDB] rawbpf__'
}

# Build the program that the README begins with, with the library of one_file.
readme_program() {
	awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$top/README.md" \
		>"$work/readme.c" &&
		cc -std=gnu11 $warnings -I"$top/include" "$work/readme.c" "$work/rawbpf.o" -o "$work/readme"
}

# Run the README's compiler command lines: each builds its program, and a small one.
readme_lines() {
	mkdir "$work/small" "$work/small/build" &&
		ln -s "$top/include" "$top/lib" "$top/insn" "$top/examples" "$work/small/" &&
		cp "$work/readme.c" "$work/small/app.c" &&
		sed -e ':joined' -e '/\\$/{ N; s/\\\n//; b joined' -e '}' "$top/README.md" |
			grep -E '^(musl-g)?cc -.* lib/rawbpf\.c' >"$work/lines" &&
		[ "$(wc -l <"$work/lines")" -eq 3 ] || return
	# the counter, the README's program with glibc and with musl: 31, 31 and 43 KB
	for limit in 32 32 44; do
		read -r line
		line=${line%% &&*}
		(cd "$work/small" && eval "$line") && readme_size "$work/small/${line##* }" $limit || return
	done <"$work/lines"
	# the second line builds the smallest program, of 14 KB
	cp "$top/test/bench/minimal.c" "$work/small/app.c" && cp "$top/test/bench/minimal.h" "$work/small/" &&
		(cd "$work/small" && eval "$(sed -n 2p "$work/lines")") && readme_size "$work/small/app" 15
}

# Check a size for x86_64.
readme_size() { # PROGRAM KILOBYTES
	size=$(stat -c %s "$1")
	echo "$1: $size bytes"
	[ "$(uname -m)" != x86_64 ] || [ "$size" -le $((1024 * $2)) ]
}

# The README's program, built by its line for an installed library, keeps the size named there: 31 KB.
readme_installed() {
	line=$(grep '^cc .*pkg-config' "$top/README.md")
	(cd "$work/small" && export PKG_CONFIG_SYSROOT_DIR="$work/root" PKG_CONFIG_LIBDIR="$work/root/usr/lib/pkgconfig" &&
		eval "$line") || return
	size=$(stat -c %s "$work/small/app")
	echo "$size bytes"
	[ "$(uname -m)" != x86_64 ] || [ "$size" -le 32768 ]
}

# Compile statements that set `count` or `map`.
is_cplusplus() { # FILE RESULT
	{ printf '#include <rawbpf.h>\nint main()\n{\n' && cat "$1" && printf 'return %s < 0;\n}\n' "$2"; } >"$1.cc" &&
		grep -q 'rawbpf_map_create(&spec)' "$1.cc" &&
		g++ -std=c++11 $warnings -I"$top/include" -fsyntax-only "$1.cc" &&
		clang++ -std=c++11 $warnings -I"$top/include" -fsyntax-only "$1.cc"
}

readme_cplusplus() {
	awk '/^```cpp$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$top/README.md" >"$work/readme_cpp" &&
		is_cplusplus "$work/readme_cpp" count
}

page_cplusplus() {
	sed -n '/^\/\* C++ \*\/$/,/^\.Ed/{ /^\.Ed/d; p; }' "$top/man/rawbpf.7" >"$work/page_cpp" &&
		is_cplusplus "$work/page_cpp" map
}

man_pages() {
	mandoc -T lint -W warning "$top"/man/*
}

# Check that these functions link exactly those files of insn/.
links_of_insn() { # FUNCTION FILE...
	function=$1
	shift
	ld -e 0 -u "$function" "$work/gcc/librawbpf.a" "$work/mem.o" -Map="$work/insn.txt" -o "$work/linked" &&
		sed -n 's/^[^ ].*librawbpf\.a(insn_[a-z]*_\([a-z_]*\)\.c\.o)$/\1/p' "$work/insn.txt" | sort -u | xargs \
			>"$work/files" &&
		echo "$function: $(cat "$work/files")" &&
		[ "$(cat "$work/files")" = "$*" ]
}

# A program links only what it uses. The counter takes base/ of insn/, and without cgroups nothing
# of them.
links_only_what_it_uses() {
	cc -std=gnu11 -D_GNU_SOURCE -Os -I"$top/include" "$top/examples/fchownat-count.c" \
			"$work/gcc/librawbpf.a" -Wl,-Map="$work/map.txt" -o "$work/linked" &&
		grep -q 'librawbpf.a.*lib_object_map.c.o' "$work/map.txt" &&
		! grep 'librawbpf.a.*cgroup' "$work/map.txt" &&
		! sed 's/insn_base_//' "$work/map.txt" | grep 'librawbpf.a.*insn_' &&
		cc -Os -ffreestanding -c "$top/lib/sys/mem.c" -o "$work/mem.o" &&
		links_of_insn rawbpf_build_resolve build names out put string &&
		links_of_insn rawbpf_device_filter_generate device device_sort sort &&
		links_of_insn rawbpf_insn_check check form string &&
		links_of_insn rawbpf_insn_kernel_find check form helper query string &&
		links_of_insn rawbpf_insn_format form format helper opcode out put string &&
		links_of_insn rawbpf_insn_explain check explain form format helper opcode out page put query \
			string words &&
		links_of_insn rawbpf_vm_run form vm_call vm_insn vm_prog vm_region vm_run &&
		links_of_insn rawbpf_text_parse bytes check compiler complain constant data directive emit form \
			format guess helper instruction lex listing match mismatch names number opcode out parse put \
			query reference statement string symbol warning
}

# A program that includes the tables of a text has neither the assembler nor the parser of texts.
embedded_has_no_parser() {
	for program in embedded live; do
		cc -std=gnu11 -Os -I"$top/include" "$top/examples/api/$program.c" "$work/gcc/librawbpf.a" \
			-Wl,-Map="$work/$program.txt" -o "$work/linked" || return
	done
	grep -q 'librawbpf.a.*insn_collection_resolve.c.o' "$work/embedded.txt" &&
		grep -q 'librawbpf.a.*insn_collection_parse.c.o' "$work/live.txt" &&
		! grep -E 'librawbpf.a.*insn_(asm|collection_(parse|expr|macro|header|reduce|std))' "$work/embedded.txt"
}

# Link the library of one_file.
# The interpreter has a table of 256 distances: 16 bits each, unless its code is longer than they span.
distances_span_the_code() { # COMPILER
	"$1" -std=gnu11 -Os -fsanitize=address,undefined -I"$top/include" -c "$top/insn/vm/vm_run.c" \
		-o "$work/vm_run.o" &&
		nm -S --radix=d "$work/vm_run.o" | awk '
			$4 == "vm_loop" { code = $2 + 0 }
			$4 ~ /^codes|^vm_loop\.codes/ { bits = $2 * 8 / 256 }
			END { print code, bits; exit !(code && bits >= (code < 32768 ? 16 : 32)) }'
}

cplusplus() { # COMPILER
	"$1" -std=c++11 $warnings -I"$top/include" -x c++ -c "$app" -o "$work/$1.o" &&
		"$1" "$work/$1.o" "$work/rawbpf.o" -o "$work/$1" &&
		"$work/$1"
}

alone() { # HEADER COMPILER...
	echo "#include <$1>" >"$work/header.c"
	shift
	"$@" $warnings -Wpedantic -I"$top/include" -I"$work" -fsyntax-only "$work/header.c"
}

each_header_alone() { # COMPILER...
	for header in "$top"/include/rawbpf.h "$top"/include/rawbpf/*.h; do
		alone "${header#"$top"/include/}" "$@" || return
	done
}

extension_is_found() { # COMPILER...
	echo 'struct planted { int none[0]; };' >"$work/planted.h"
	! alone planted.h "$@"
}

# Compile the program arrays that rawbpf(7) shows. gcc needs the pragma.
program_arrays() {
	sed -n '/^\.Ss Program arrays/,/^\.S[hs] COMM/p' "$top/man/rawbpf.7" |
		awk '/^\.Ed/ { inside = 0 } inside; /^\.Bd/ { inside = 1 }' | sed 's/\\-/-/g' |
		sed '1i #include <rawbpf.h>' >"$work/arrays.c"
	sed '/^#pragma/d' "$work/arrays.c" >"$work/bare_arrays.c"
	pedantic="$warnings -Wpedantic -Wno-unused -I$top/include -fsyntax-only"
	[ "$(grep -c 'struct bpf_insn [a-z]*\[\] = {' "$work/arrays.c")" -eq 2 ] || return
	for compiler in "gcc -std=c11" "gcc -std=gnu11" "clang -std=c11" "clang -std=gnu11"; do
		$compiler $pedantic "$work/arrays.c" || return
	done
	! gcc -std=c11 $pedantic "$work/bare_arrays.c" 2>"$work/said" && grep -q 'not constant' "$work/said"
}

freestanding="-std=gnu11 -Os -ffreestanding -fno-stack-protector -nostdlib -static"
without_libc() {
	[ "$(uname -m)" = x86_64 ] || return 0
	gcc $freestanding $warnings -DNO_LIBC -I"$top/include" "$app" "$top/lib/rawbpf.c" \
		"$top/lib/sys/mem.c" -o "$work/no-libc" && "$work/no-libc"
}

freestanding_library() { CC=gcc by_meson freestanding "$programs" -Dfreestanding=true; }

# Every architecture with its own system call entry links with nothing but libgcc.
cross_without_libc() { # TRIPLET
	"$1-gcc" $freestanding $warnings -I"$top/include" -Wl,--no-undefined -Wl,-e,rawbpf_map_create \
		"$top/lib/rawbpf.c" "$top/lib/sys/mem.c" -lgcc -o "$work/$1"
}

# Architectures without an own entry use libc's syscall(2).
by_libc_i686() {
	i686-linux-gnu-gcc -std=gnu11 -Os $warnings -I"$top/include" -c "$top/lib/rawbpf.c" -o "$work/i686.o"
}

# sys.c compares our signal set with the kernel's, which is twice as large on MIPS.
by_libc_mips() {
	clang --target=mips64el-linux-gnuabi64 -std=gnu11 $warnings -nostdinc \
		-isystem "$(clang -print-resource-dir)/include" -isystem /usr/mips64el-linux-gnuabi64/include \
		-I"$top/include" -fsyntax-only "$top/lib/rawbpf.c"
}

check "gcc, glibc" gcc_glibc
check "clang, glibc" clang_glibc
check "gcc, musl" gcc_musl
check "clang, musl" clang_musl
check "debug build" debug_build
check "optimised build with LTO" optimised_build
check "system calls by libc" libc_system_calls
check "installed, by pkg-config" installed
check "meson subproject" subproject
check "one file" one_file
check "the README's program" readme_program
check "the README's command lines" readme_lines
check "the README's line with pkg-config" readme_installed
check "the README's C++" readme_cplusplus
check "the C++ of rawbpf(7)" page_cplusplus
check "man pages" man_pages
check "a program links only what it uses" links_only_what_it_uses
check "a program with the tables of a text has no parser" embedded_has_no_parser
check "instruction macros beside other headers" sh "$top/test/form/insn_headers.sh"
for compiler in "gcc -std=c11" "clang -std=c11" "g++ -std=c++11 -x c++" "clang++ -std=c++11 -x c++"; do
	check "a planted extension is found, $compiler" extension_is_found $compiler
	check "each header alone, without extensions, $compiler" each_header_alone $compiler
done
check "program arrays of rawbpf(7) under -Wpedantic" program_arrays
check "the interpreter with sanitizers, gcc" distances_span_the_code gcc
check "the interpreter with sanitizers, clang" distances_span_the_code clang
check "C++ program, g++" cplusplus g++
check "C++ program, clang++" cplusplus clang++
check "without libc" without_libc
check "library for programs without libc" freestanding_library
for cross in aarch64-linux-gnu s390x-linux-gnu riscv64-linux-gnu; do
	check "without libc, $cross" cross_without_libc $cross
done
check "system calls by libc, i686" by_libc_i686
check "system calls by libc, MIPS" by_libc_mips

checks_end
