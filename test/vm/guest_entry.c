/* SPDX-License-Identifier: MIT */
/* Entry sequences: each place, families of calls, 32-bit calls. */
#include "guest.h"

#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "../collection/entered.h"

/* Print the problem as the fact; "" is none. */
static void say(const char *name, const char *problem)
{
	char fact_name[64];

	snprintf(fact_name, sizeof fact_name, "entry.%s", name);
	fact_text(fact_name, problem[0] ? problem : "as expected");
}

#if defined(__x86_64__)
#define TASK32 "/bin/workload32"
#elif defined(__aarch64__)
#define TASK32 "/bin/calls32" /* it does not execute its arguments, as task32 and workload32 do */
#else
#define TASK32 "/bin/task32"
#endif

#if defined(__aarch64__)
/* No compiler for 32-bit Arm is at hand: a program of ten calls of number 54, ioctl(2), and an exit. */
static void write_task32(void)
{
	enum { ADDRESS = 0x10000 };
	static const struct {
		Elf32_Ehdr header;
		Elf32_Phdr segment;
		uint32_t code[12];
	} program = {
		{ .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
		  .e_type = ET_EXEC, .e_machine = EM_ARM, .e_version = EV_CURRENT,
		  .e_entry = ADDRESS + sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr),
		  .e_phoff = sizeof(Elf32_Ehdr), .e_flags = EF_ARM_EABI_VER5,
		  .e_ehsize = sizeof(Elf32_Ehdr), .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 1 },
		{ .p_type = PT_LOAD, .p_vaddr = ADDRESS, .p_filesz = sizeof program,
		  .p_memsz = sizeof program, .p_flags = PF_R | PF_X, .p_align = 0x1000 },
		{
			0xe3a0800a, /* mov r8, #10 */
			0xe3e00000, /* mvn r0, #0: descriptor -1 */
			0xe3a01000, /* mov r1, #0 */
			0xe3a02000, /* mov r2, #0 */
			0xe3a07036, /* mov r7, #54 */
			0xef000000, /* svc 0 */
			0xe2900009, /* adds r0, r0, #9: 0 is EBADF */
			0x1a000001, /* bne to the exit, with another result */
			0xe2588001, /* subs r8, r8, #1 */
			0x1afffff6, /* bne to the second instruction */
			0xe3a07001, /* mov r7, #1: exit */
			0xef000000, /* svc 0 */
		}
	};
	int fd = open(TASK32, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	if (write(fd, &program, sizeof program) != sizeof program)
		perror(TASK32);
	close(fd);
}
#else
static void write_task32(void)
{
}
#endif

void guest_entry(void)
{
	char problem[256];

	for (unsigned i = 0; i < entered_count(); i++) {
		entered_check(i, problem, sizeof problem);
		say(entered_name(i), problem);
	}
	entered_check_family(problem, sizeof problem);
	say("family", problem);
	entered_check_execve("/bin/workload", problem, sizeof problem);
	say("execve", problem);
#if defined(__x86_64__)
	fact(entered_count_compat(NULL), "entry.int80");
#endif
	write_task32();
	fact(entered_count_compat(TASK32), "entry.task32");
}
