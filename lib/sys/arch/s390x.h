/* SPDX-License-Identifier: MIT */
/* s390x: the number in r1 (svc 0), arguments in r2..r7, the result in r2. */
static inline long rawbpf__arch_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	register long r1 __asm__("1") = number;
	register long r2 __asm__("2") = a;
	register long r3 __asm__("3") = b;
	register long r4 __asm__("4") = c;
	register long r5 __asm__("5") = d;
	register long r6 __asm__("6") = e;
	register long r7 __asm__("7") = f;

	__asm__ volatile("svc 0"
			 : "+d"(r2)
			 : "d"(r1), "d"(r3), "d"(r4), "d"(r5), "d"(r6), "d"(r7)
			 : "memory");
	return r2;
}

/* mmap(2) takes the old form: one pointer to its six arguments. */
#define RAWBPF__MMAP_BY_POINTER 1
