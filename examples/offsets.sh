#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: offsets.sh HEADERS NAME...
#
# Print an offsets file for `rawbpf run --offsets`, from the headers of a kernel without BTF. HEADERS
# is the folder with which modules of that kernel are built: /lib/modules/RELEASE/build, or
# usr/src/linux-headers-RELEASE of Debian's packages, with the folder -common beside it. NAME is a
# member as task_struct.tgid, an enumerator, or `sizeof(STRUCT)`.
#
# The kernel is not started, so any machine with a compiler for its architecture will do:
#
#   CC  the compiler; default: cc
#
# Status: 0, 1 if a name is in none of the headers below, or 2 for a usage error. `none` is the line of
# a member that its struct lacks.
set -eu
export LC_ALL=C

includes='linux/binfmts.h linux/blkdev.h linux/blk-mq.h linux/fdtable.h linux/fs.h linux/mm_types.h
	linux/module.h linux/nsproxy.h linux/oom.h linux/sched.h linux/sched/signal.h linux/signal.h
	net/inet_sock.h net/net_namespace.h net/sock.h'

usage() {
	sed -n '/^# usage/,/^set/s/^#\( \|$\)//p' "$0"
}

case ${1-} in -h | --help) usage; exit ;; esac
[ $# -ge 2 ] || { usage >&2; exit 2; }
headers=$1
shift
[ -f "$headers/include/generated/utsrelease.h" ] && [ -f "$headers/Makefile" ] || {
	echo "offsets.sh: '$headers' has no headers of a built kernel, such as include/generated/utsrelease.h" >&2
	exit 2
}
headers=$(cd "$headers" && pwd)
common=$(sed -n 's|^include .*\(linux-headers-[^/]*-common\).*|\1|p' "$headers/Makefile" | head -n 1)
common=${common:+$(dirname "$headers")/$common}
release=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"$/\1/p' "$headers/include/generated/utsrelease.h")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The kernel's name of the architecture, rawbpf's, and what the compiler has to be told.
arch() {
	while read -r config kernel name option; do
		if grep -q "^CONFIG_$config=y" "$headers/include/config/auto.conf"; then
			echo "$kernel $name $option"
			return
		fi
	done <<-END
		S390 s390 s390x -march=z10
		X86_64 x86 x86_64 -mno-sse
		ARM64 arm64 arm64 -mgeneral-regs-only
		RISCV riscv riscv64 -mcmodel=medany
	END
	echo "offsets.sh: $headers is of another architecture" >&2
	return 1
}

# Compile `expression` to assembly, with a line of it that begins with `->`.
compile() { # LINE, with %0 and so on; the numbers
	{
		for file in $includes; do
			echo "#include <$file>"
		done
		echo "#define WIDTH(x) (__builtin_classify_type(x) < 6 && sizeof(x) <= 8 ? sizeof(x) : 0)"
		printf 'void rawbpf(void)\n{\n__asm__ volatile("\\n->%s" : : %s);\n}\n' "$1" "$2"
	} >"$work/name.c"
	# shellcheck disable=SC2086 # words
	${CC:-cc} -w -std=gnu11 -nostdinc -ffreestanding -fno-pie -O2 $option -D__KERNEL__ -DKBUILD_MODNAME='"x"' \
		-DCC_USING_FENTRY $paths -include linux/kconfig.h -include linux/compiler_types.h \
		-S -o "$work/name.s" "$work/name.c" 2>"$work/errors" &&
		sed -n 's/^->//p' "$work/name.s"
}

line_of() { # NAME
	case $1 in
	'sizeof('*) compile "size ${1#*(} %0" "\"n\"(sizeof(struct ${1#*(})" | tr -d ')' ;;
	*.*)
		compile "member $1 %0 %1 %2" "\"n\"(offsetof(struct ${1%%.*}, ${1#*.})),
			\"n\"(sizeof(((struct ${1%%.*} *)0)->${1#*.})), \"n\"(WIDTH(((struct ${1%%.*} *)0)->${1#*.}))"
		;;
	*) compile "enumerator $1 %0" "\"n\"($1)" ;;
	esac
}

words=$(arch)
read -r kernel name option <<EOF2
$words
EOF2
paths=
for folder in "$common" "$headers"; do
	[ -z "$folder" ] || for part in arch/$kernel/include arch/$kernel/include/generated include \
		arch/$kernel/include/uapi arch/$kernel/include/generated/uapi include/uapi include/generated/uapi; do
		[ ! -d "$folder/$part" ] || paths="$paths -I$folder/$part"
	done
done

echo "rawbpf offsets 1"
echo "kernel $release"
echo "arch $name"
status=0
for symbol; do
	if line=$(line_of "$symbol") && [ -n "$line" ]; then
		echo "$line"
	elif grep -q 'has no member named' "$work/errors"; then
		echo "none $symbol"
	else
		echo "offsets.sh: $symbol: $(grep -m 1 error "$work/errors")" >&2
		status=1
	fi
done
exit "$status"
