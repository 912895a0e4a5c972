/* SPDX-License-Identifier: MIT */
/* A system call's number and kernel function, on each architecture. No privilege. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "syscall");

	static const struct {
		const char *name, *entry;
		enum rawbpf_arch arch;
	} machines[] = {
		{ "x86_64", "__x64_sys_", RAWBPF_ARCH_X86_64 },
		{ "arm64", "__arm64_sys_", RAWBPF_ARCH_ARM64 },
		{ "riscv64", "__riscv_sys_", RAWBPF_ARCH_RISCV64 },
		{ "s390x", "__s390x_sys_", RAWBPF_ARCH_S390X },
	};
	static const char *const names[] = { "openat", "open", "uname" };

	for (unsigned i = 0; i < RAWBPF_COUNT(names); i++)
		for (unsigned j = 0; j < RAWBPF_COUNT(machines); j++) {
			struct rawbpf_syscall call;
			int err = rawbpf_syscall_find(&call, machines[j].arch, names[i]);

			printf("%-7s %-8s ", names[i], machines[j].name);
			if (err < 0)
				printf("has no such call\n");
			else
				printf("%3d %s%s\n", call.number, machines[j].entry, call.entry);
		}
	return done();
}
