#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: files.sh ELF: examples/api/elf.c, built
#
# Compare the offsets that rawbpf_elf_symbol_find() gives for functions and PLT stubs with those of
# objdump, in files of every installed compiler and linker, for several machines.
set -u

elf=$(realpath "$1")
. "$(dirname "$0")/../checks.sh"
cd "$work" || exit 1

cat >program.c <<'EOF'
int puts(const char *);
void exit(int);
__attribute__((noinline)) static int twice(int a)
{
	return a * 2;
}
int main(int argc, char **argv)
{
	puts(*argv);
	exit(twice(argc));
}
EOF

# "<NAME> (File Offset: 0x...):" with the number, or nothing.
theirs() { # OBJDUMP NAME
	"$1" -dF program | sed -n "s/^[0-9a-f]* <$2> (File Offset: \(0x[0-9a-f]*\)):\$/\1/p"
}

ours() { # NAME
	"$elf" program "$1" | sed -n 's/^the first at offset //p'
}

agree() { # OBJDUMP NAME...
	objdump=$1
	shift
	for symbol; do
		offset=$(theirs "$objdump" "$symbol")
		echo "$symbol: objdump '$offset', elf '$(ours "$symbol")'"
		[ -n "$offset" ] && [ "$offset" = "$(ours "$symbol")" ] || return 1
	done
}

linked() { # OBJDUMP COMPILER OPTION...
	objdump=$1
	shift
	"$@" -O1 program.c -o program || return 1
	if readelf -d program 2>&1 | grep -q NEEDED; then
		agree "$objdump" main puts@plt exit@plt
	else
		agree "$objdump" main twice
	fi
}

has() { # COMMAND
	command -v "$1" >/dev/null || { echo "skip: files: no $1"; return 1; }
}

for option in -pie -no-pie -static -static-pie -Wl,-z,now -Wl,-z,noseparate-code; do
	check "functions of cc $option are where objdump finds them" linked objdump cc $option
done
if has clang-19 && has ld.lld; then
	check "... of clang-19 and lld" linked objdump clang-19 -fuse-ld=lld
fi
if [ "$(uname -m)" = x86_64 ]; then
	check "... of cc, with stubs for IBT" linked objdump cc -fcf-protection=full -Wl,-z,ibtplt
fi
for machine in aarch64 s390x riscv64; do
	has $machine-linux-gnu-gcc || continue
	check "... of $machine" linked $machine-linux-gnu-objdump $machine-linux-gnu-gcc
	check "... of $machine, static" linked $machine-linux-gnu-objdump $machine-linux-gnu-gcc -static
done
checks_end
