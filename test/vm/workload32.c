/* SPDX-License-Identifier: MIT */
/*
 * A 32-bit program of x86, without libc: calls fchownat(2) ten times, and exits with 0 if each
 * answered ENOENT, for its empty path.
 */
enum { FCHOWNAT = 298, EXIT = 1, CALLS = 10, ENOENT_ = 2 };

static int call(int number, int a, const char *b, int c, int d, int e)
{
	int result;

	__asm__ volatile("int $0x80" : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return result;
}

__attribute__((noreturn)) void _start(void)
{
	int wrong = 0;

	for (int i = 0; i < CALLS; i++)
		wrong += call(FCHOWNAT, -100 /* AT_FDCWD */, "", -1, -1, 0) != -ENOENT_;
	for (;;)
		call(EXIT, wrong, 0, 0, 0, 0);
}
