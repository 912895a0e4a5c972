/* SPDX-License-Identifier: MIT */
/*
 * A 32-bit program of x86, without libc: calls fchownat(2) ten times, times(2) three times and
 * uname(2) twice. Exits with 0 if each call answered as expected: ENOENT for the empty path, EFAULT
 * for uname's missing buffer. With arguments, it executes these, and goes on if that fails.
 */
enum { FCHOWNAT = 298, TIMES = 43, UNAME = 122, EXECVE = 11, EXIT = 1, ENOENT_ = 2, EFAULT_ = 14 };

static int call(int number, int a, const char *b, int c, int d, int e)
{
	int result;

	__asm__ volatile("int $0x80" : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return result;
}

__asm__(".globl _start\n_start:\n\tmov %esp, %eax\n\tpush %eax\n\tcall begin\n");

/* The stack begins with the number of arguments, and the arguments. */
__attribute__((noreturn)) void begin(int *stack)
{
	int wrong = 0;

	if (stack[0] > 1)
		call(EXECVE, stack[2], (const char *)&stack[2], 0, 0, 0);
	for (int i = 0; i < 10; i++)
		wrong += call(FCHOWNAT, -100 /* AT_FDCWD */, "", -1, -1, 0) != -ENOENT_;
	for (int i = 0; i < 3; i++)
		wrong += call(TIMES, 0, 0, 0, 0, 0) == -EFAULT_;
	for (int i = 0; i < 2; i++)
		wrong += call(UNAME, 0, 0, 0, 0, 0) != -EFAULT_;
	for (;;)
		call(EXIT, wrong, 0, 0, 0, 0);
}
