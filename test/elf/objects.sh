#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: objects.sh RAWBPF
#
# Compare `rawbpf disasm` with llvm-objdump, on objects of each installed clang, in both byte
# orders: labels, and the loader's references. Its source lines are those of the source. Its output
# assembles to the bytes of the sections.
set -u

rawbpf=$(realpath "$1")
. "$(dirname "$0")/../checks.sh"
source=$top/test/elf/object.c
cd "$work" || exit 1

objdump=llvm-objdump-19
objcopy=llvm-objcopy-19
for command in "$objdump" "$objcopy"; do
	command -v "$command" >/dev/null || { echo "skip: objects: no $command"; exit 77; }
done

# Print "SECTION SLOT label NAME" and "SECTION SLOT reference NAME". LLVM names a static function in
# another section by the section: the call's number plus 1 is its slot there.
theirs() { # OBJECT
	"$objdump" -d --no-show-raw-insn "$1" | awk '
		/^Disassembly of section/ { section = $4; sub(/:$/, "", section) }
		/^[0-9a-f]+ <.*>:$/ { name = substr($2, 2, length($2) - 3); wants = 1; next }
		wants && $1 ~ /^[0-9]+:$/ { print section, $1 + 0, "label", name; wants = 0 }' >labels
	"$objdump" -dr --no-show-raw-insn "$1" | awk '
		FNR == NR { label[$1 " " $2] = $4; next }
		/^Disassembly of section/ { section = $4; sub(/:$/, "", section) }
		$1 ~ /^[0-9]+:$/ && $2 !~ /^R_BPF_/ {
			slot = $1 + 0
			call = $2 == "call" ? $3 : ""
			number = $4
		}
		$2 ~ /^R_BPF_/ {
			name = $3
			if (call != "" && name ~ /^[.]/)
				name = label[name " " (substr(call, 3) + 1)] # all are below 10
			if (call == "" && name ~ /^[.]/ && number != "0x0")
				name = name "+" number
			print section, slot, "reference", name
		}' labels - >references
	grep -hv " LBB" labels references | sort
}

ours() { # OBJECT
	"$rawbpf" disasm -l "$1" | awk -F '\t' '
		/^\/\/ section / { section = substr($0, 12); next }
		/^\/\// { next }
		/^[A-Za-z_.0-9]+:$/ {
			name = substr($0, 1, length($0) - 1)
			if (name !~ /^L[0-9]+$/)
				label = name
			next
		}
		/^ *[0-9]+:/ {
			slot = $1 + 0
			if (label != "")
				print section, slot, "label", label
			label = ""
			if ($3 ~ /^\/\/ /)
				print section, slot, "reference", substr($3, 4)
		}' | sort
}

says_the_same() { # OBJECT
	theirs "$1" >theirs && ours "$1" >ours && diff theirs ours &&
		[ "$(grep -c label ours)" -eq 6 ] && [ "$(grep -c reference ours)" -ge 20 ]
}

# Check the lines "// TEXT @ object.c:LINE".
lines_are_the_source() { # OBJECT
	"$rawbpf" disasm "$1" | sed -n 's|^// \(.*\) @ object\.c:\([0-9]*\)$|\2\t\1|p' | sort -u >lines
	sed 's/^[ \t]*//' "$source" | awk '{ print NR "\t" $0 }' | sort >numbered
	comm -23 lines numbered
	[ -z "$(comm -23 lines numbered)" ] && [ "$(wc -l <lines)" -ge 15 ]
}

# Assemble each section of the file by itself.
assembles_back() { # OBJECT OPTION
	"$rawbpf" disasm "$1" | "$rawbpf" asm -Werror "$2" - >again || return 1
	: >bytes
	for section in .text xdp tc; do
		"$objcopy" -O binary --only-section="$section" "$1" part && cat part >>bytes
	done
	cmp bytes again && [ -s bytes ]
}

no_lines_without_g() { # OBJECT
	"$rawbpf" disasm "$1" >out && ! grep '@ ' out
}

for compiler in clang-14 clang-19; do
	command -v "$compiler" >/dev/null || { echo "skip: objects: no $compiler"; continue; }
	for target in bpf bpfeb; do
		of="of $compiler for $target"
		option=--little-endian
		[ $target = bpf ] || option=--big-endian
		"$compiler" -target $target -O2 -g -c "$source" -o object.o || exit 1
		"$compiler" -target $target -O2 -c "$source" -o plain.o || exit 1
		check "labels and references $of are those of llvm-objdump" says_the_same object.o
		check "... without -g" says_the_same plain.o
		check "source lines $of are those of the source" lines_are_the_source object.o
		check "without -g there are none" no_lines_without_g plain.o
		check "the output $of assembles to the sections' bytes" assembles_back object.o $option
		check "... without -g" assembles_back plain.o $option
	done
done
checks_end
