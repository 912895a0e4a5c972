/* SPDX-License-Identifier: MIT */
/*
 * A 32-bit program of x86, without libc: calls fchownat(2) ten times, times(2) three times and
 * uname(2) twice. Exits with 0 if each call answered as expected: ENOENT for the empty path, EFAULT
 * for uname's missing buffer.
 */
enum { FCHOWNAT = 298, TIMES = 43, UNAME = 122, EXIT = 1, ENOENT_ = 2, EFAULT_ = 14 };

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

	for (int i = 0; i < 10; i++)
		wrong += call(FCHOWNAT, -100 /* AT_FDCWD */, "", -1, -1, 0) != -ENOENT_;
	for (int i = 0; i < 3; i++)
		wrong += call(TIMES, 0, 0, 0, 0, 0) == -EFAULT_;
	for (int i = 0; i < 2; i++)
		wrong += call(UNAME, 0, 0, 0, 0, 0) != -EFAULT_;
	for (;;)
		call(EXIT, wrong, 0, 0, 0, 0);
}
