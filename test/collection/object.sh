#!/bin/sh
# SPDX-License-Identifier: MIT
#
# usage: object.sh RAWBPF
#
# Objects that `rawbpf asm -f elf` wrote: readelf and `rawbpf disasm` read them; bpftool, ip and a
# program with libbpf load them. Needs root. Mounts, devices and pins are in namespaces of this test.
set -u

if [ "$(id -u)" -ne 0 ]; then
	echo "skip: object: not root"
	exit 77
fi
if [ "${2:-}" != inside ]; then
	exec unshare -m -n sh "$0" "$1" inside
fi
rawbpf=$(realpath "$1")
. "$(dirname "$0")/../checks.sh"
cd "$work" || exit 1
mount -t bpf bpf /sys/fs/bpf || exit 1

cat >pass.bpf <<'END'
# count packets by their lengths, and let them pass
.map lengths hash u32 u64 64
.map total array u32 u64 1
.prog pass
.at xdp
	.local key 4
	.local one 8
	r2 = *(u32 *)(r1 + xdp_md.data_end)
	r3 = *(u32 *)(r1 + xdp_md.data)
	r2 -= r3
	*(u32 *)(r10 + key) = r2
	*(u64 *)(r10 + one) = 1
	r1 = map lengths
	r2 = r10 + key
	r3 = r10 + one
	r4 = BPF_ANY
	call map_update_elem
	r1 = &total[0]
	r2 = 1
	lock *(u64 *)(r1 + 0) += r2
	r0 = XDP_PASS
	exit
END

# Each system call compares the process of task_struct with the one that a helper tells.
cat >task.bpf <<'END'
.map counts array u32 u64 1
.prog compare
.at raw_tp sys_enter
	.local tgid 8
	call get_current_task
	*(u64 *)(r10 + tgid) = 0
	r3 = r0
	r3 += task_struct.tgid
	r2 = 4
	r1 = r10 + tgid
	call probe_read_kernel
	call get_current_pid_tgid
	r0 >>= 32
	r2 = *(u64 *)(r10 + tgid)
	r1 = map counts
	if r0 == r2 goto same
	r6 = 0x100000000 ll
	goto add
same:	r6 = 1
add:	*(u32 *)(r10 - 12) = 0
	r2 = r10 + -12
	call map_lookup_elem
	if r0 == 0 goto out
	lock *(u64 *)(r0 + 0) += r6
out:	r0 = 0
	exit
END

# Functions: called, called by another, called back, and one of the same name in another program.
cat >functions.bpf <<'END'
.map sums array u32 u64 1
.prog first
.at xdp
	r1 = 3
	call triple
	r7 = r0
	*(u64 *)(r10 - 8) = 0
	r1 = 5
	r2 = add ll
	r3 = r10
	r3 += -8
	r4 = 0
	call loop
	r0 = *(u64 *)(r10 - 8)
	r0 += r7
	exit
triple:
	r6 = r1
	call twice
	r0 += r6
	exit
twice:	r0 = r1
	r0 += r1
	exit
add:	r3 = *(u64 *)(r2 + 0)
	r3 += 10
	*(u64 *)(r2 + 0) = r3
	r1 = &sums[0]
	r0 = 1
	lock *(u64 *)(r1 + 0) += r0
	r0 = 0
	exit
.prog second
.at xdp
	r1 = 20
	call twice
	exit
twice:	r0 = r1
	r0 <<= 2
	exit
END

# Names of the kernel, in every form that loaders know.
cat >names.bpf <<'END'
.prog names
.at tp_btf sched_process_exit
	r6 = *(u64 *)(r1 + 0)
	r1 = *(u32 *)(r6 + task_struct.tgid)
	r1 = *(u64 *)(r6 + task_struct.start_time)
	r1 = task_struct.comm ll
	r1 = PIDTYPE_SID
	r1 = sizeof(task_struct)
	r1 = sizeof(task_struct.comm)
	r1 = exists(task_struct.tgid)
	r1 = exists(task_struct)
	r1 = exists(PIDTYPE_SID)
	r0 = 0
	exit
END

written() {
	"$rawbpf" asm -f elf -o names.o names.bpf &&
		"$rawbpf" asm -f elf -o functions.o functions.bpf && "$rawbpf" asm -f elf -o pass.o pass.bpf && "$rawbpf" asm -f elf -o task.o task.bpf &&
		"$rawbpf" asm -f elf --big-endian -o big.o pass.bpf
}

readelf_reads() { # OBJECT PROGRAM
	readelf -a -W "$1" >said 2>complaints && [ ! -s complaints ] && grep -q 'Machine: *Linux BPF' said &&
		grep -qE "^ *[0-9]+: 0+ +[0-9]+ FUNC +GLOBAL DEFAULT +1 $2\$" said
}

disasm_reads() { # OBJECT
	"$rawbpf" disasm "$1" >said && grep -q 'lengths' said && grep -q 'lock \*(u64 \*)(r1 + 0x0) += r2' said
}

bpftool_loads() {
	bpftool prog load pass.o /sys/fs/bpf/pass && bpftool prog dump xlated pinned /sys/fs/bpf/pass >said &&
		grep -qx '; lock \*(u64 \*)(r1 + 0) += r2' said && bpftool map show name lengths | grep -q 'hash.*lengths' &&
		head -c 60 /dev/zero >packet &&
		bpftool prog run pinned /sys/fs/bpf/pass data_in packet repeat 1 | grep -q 'Return value: 2' &&
		bpftool map dump name lengths | grep -q 'key: 3c 00 00 00  value: 01 00 00 00 00 00 00 00'
}

# 3 * 3 + 5 * 10, and 20 << 2
functions_run() {
	mkdir /sys/fs/bpf/functions && bpftool prog loadall functions.o /sys/fs/bpf/functions &&
		bpftool prog run pinned /sys/fs/bpf/functions/first data_in packet repeat 1 >said && cat said &&
		grep -q 'Return value: 59,' said && bpftool map dump name .data.sums >said && cat said &&
		grep -q '05 00 00 00 00 00 00 00' said &&
		bpftool prog run pinned /sys/fs/bpf/functions/second data_in packet repeat 1 >said && cat said &&
		grep -q 'Return value: 80,' said && bpftool prog dump xlated pinned /sys/fs/bpf/functions/first >said &&
		grep -q '^int add()' said && grep -q '^; lock' said
}

functions_are_read() {
	readelf_reads functions.o first && "$rawbpf" disasm functions.o >said && grep -q 'call pc-0x1.*// triple' said &&
		grep -q 'r2 = 0x[0-9a-f]* ll.*// add' said
}

# The loader says what it did with each, and refuses a number that is not that of the file's own type.
names_are_found() {
	bpftool -d prog load names.o /sys/fs/bpf/names >said 2>&1 || { cat said; return 1; }
	for kind in byte_off byte_off byte_off enumval_value type_size byte_sz field_exists type_exists enumval_exists; do
		echo "$kind"
	done | sort >wanted
	grep -oE 'relo #[0-9]+: <[a-z_]+>' said | grep -oE '[a-z_]+>' | tr -d '>' | sort >found
	grep 'patched insn' said
	diff wanted found && [ "$(grep -c 'patched insn' said)" -eq 9 ]
}

ip_loads() {
	ip link add left type veth peer name right && ip link set left up && ip link set right up &&
		ip link set dev right xdp obj "$work/pass.o" sec xdp && ip link show right >said &&
		grep -q 'prog/xdp id' said && ip link set dev right xdp off &&
		ip link set dev right xdp obj "$work/pass.o" program pass
}

# The loader finds task_struct.tgid, and attaches by the section's name.
libbpf_loads() {
	cat >load.c <<'END'
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	struct bpf_object *object = bpf_object__open_file("task.o", NULL);
	unsigned long long count = 0;
	unsigned key = 0;

	if (!object || bpf_object__load(object) < 0)
		return 1;
	if (!bpf_program__attach(bpf_object__find_program_by_name(object, "compare")))
		return 2;
	for (int i = 0; i < 100; i++)
		getppid();
	bpf_map__lookup_elem(bpf_object__find_map_by_name(object, "counts"), &key, 4, &count, 8, 0);
	printf("%llu the same, %llu others\n", count & 0xffffffff, count >> 32);
	return (count & 0xffffffff) >= 100 && !(count >> 32) ? 0 : 3;
}
END
	cc load.c -lbpf -o load && ./load
}

for command in bpftool readelf; do
	command -v "$command" >/dev/null || { echo "skip: object: no $command"; exit 77; }
done
# A relocation replaces a whole number; nothing adds to it.
sum_is_refused() {
	printf '%s\n' '.prog p' '.at none' '	r1 = task_struct.tgid + 8' '	exit' >sum.bpf
	! "$rawbpf" asm -f elf -o sum.o sum.bpf 2>said && cat said &&
		grep -q "^sum.bpf:3:.*holds 'task_struct.tgid', a name of the running kernel, only alone" said
}

check "objects are written" written
check "a sum with a name of the kernel is refused" sum_is_refused
check "readelf reads one" readelf_reads pass.o pass
check "... of a big-endian machine" readelf_reads big.o pass
check "rawbpf disasm reads one" disasm_reads pass.o
check "... of a big-endian machine" disasm_reads big.o
check "bpftool loads one" bpftool_loads
check "readelf and rawbpf disasm read functions" functions_are_read
check "bpftool loads functions, and they run" functions_run
check "bpftool finds names of the kernel in every form" names_are_found
check "ip loads one" ip_loads
check "libbpf loads one, and finds a member of the kernel" libbpf_loads
checks_end
