/* SPDX-License-Identifier: MIT */
/* Compare the machine in user space with this kernel, by random programs. */
#include "guest.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "../machine/compare.h"

/* live_random runs more natively, on x86_64. These are for other byte orders and JITs. */
enum { PROGRAMS = 1000, SETS = 20, FIRST_KERNEL = 0x60c };

/* Print why a program is not equal, or why the kernel refuses it. */
static void explain(struct compare *compare, const struct generated *program, int result)
{
	static char log[4096];

	printf("RAWBPF_SEED=%#llx %s\n", (unsigned long long)compare->seed,
	       result > 0 ? "differs:" : "is refused:");
	if (result > 0) {
		compare_explain(compare, program);
	} else {
		compare_log(compare, program, log, sizeof(log));
		printf("%s\n", log);
	}
}

static void compare_programs(unsigned kernel)
{
	static struct generated program;
	struct compare compare = { .seed = (uint64_t)time(NULL) << 24 };
	unsigned equal = 0, different = 0, refused = 0, i;

	compare_open(&compare);
	printf("random programs: %d, RAWBPF_SEED=%#llx\n", PROGRAMS, (unsigned long long)compare.seed);
	for (i = 0; i < PROGRAMS; i++, compare.seed++) {
		int result;

		generate(&program, compare.seed, kernel);
		compare_operands(&compare, SETS);
		result = compare_run(&compare, &program);
		equal += result == 0;
		different += result > 0;
		refused += result < 0;
		if (result && different + refused == 1)
			explain(&compare, &program, result);
	}
	fact(equal, "machine.equal");
	fact(different, "machine.different");
	fact(refused, "machine.refused");
}

/* Kernels before 6.12 lack the newer instructions. */
void guest_machine(void)
{
	unsigned major = 0, minor = 0;
	struct utsname name;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	if ((major << 8 | minor) >= FIRST_KERNEL && strcmp(name.machine, "x86_64") != 0)
		compare_programs(major << 8 | minor);
}
