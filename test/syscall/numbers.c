/* SPDX-License-Identifier: MIT */
/*
 * usage: numbers ARCH [all]
 *
 * Read lines "NAME NUMBER" of <asm/unistd.h>. Print those that rawbpf_syscall_find() does not know,
 * or for which it has another number. With `all`, also print how many names it should know.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/syscall.h>

static const char *const archs[] = { "native", "x86_64", "arm64", "riscv64", "s390x" };

static const char *const names[] = {
#define SYSCALL(NAME, X86_64, ARM64, S390X) #NAME,
#define SYSCALL_OLD(NAME, X86_64, S390X) #NAME,
#define SYSCALL_NOT_S390X(NAME, X86_64, ARM64) #NAME,
#define SYSCALL_NOT_RISCV64(NAME, X86_64, ARM64, S390X) #NAME,
#define SYSCALL_ONLY(ARCH, NAME, NUMBER) #NAME,
#include "../../insn/syscall/syscall.def"
};

int main(int argc, char **argv)
{
	struct rawbpf_syscall call;
	unsigned arch = 0, known = 0, read = 0, i;
	int number, status = 0;
	char name[64];

	while (arch < 4 && strcmp(archs[arch], argv[1]) != 0)
		arch++;
	for (; scanf("%63s %d", name, &number) == 2; read++) {
		int err = rawbpf_syscall_find(&call, (enum rawbpf_arch)arch, name);

		if (err == 0 && call.number == number)
			continue;
		printf("%s: %d, the headers have %d\n", name, err < 0 ? err : call.number, number);
		status = 1;
	}
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		known += rawbpf_syscall_find(&call, (enum rawbpf_arch)arch, names[i]) == 0;
	printf("%u in the headers, %u in the table\n", read, known);
	return status || read < 200 || known < read || (argc > 2 && known != read);
}
