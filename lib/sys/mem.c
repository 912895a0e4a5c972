/* SPDX-License-Identifier: MIT */
/*
 * The functions that a compiler may call by itself, for programs without a libc. They are weak: a
 * program's own ones win. The empty assembly hides the loop. Otherwise the compiler would see a
 * memcpy in memcpy and call it.
 */
#include <stddef.h>

#define WEAK __attribute__((weak))
#define HIDE_THE_LOOP(pointer) __asm__ volatile("" : "+r"(pointer))

WEAK void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	while (size--) {
		*t++ = *f++;
		HIDE_THE_LOOP(t);
	}
	return to;
}

WEAK void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if (t < f)
		return memcpy(to, from, size);
	while (size--) {
		t[size] = f[size];
		HIDE_THE_LOOP(t);
	}
	return to;
}

WEAK void *memset(void *to, int byte, size_t size)
{
	unsigned char *t = to;

	while (size--) {
		*t++ = byte;
		HIDE_THE_LOOP(t);
	}
	return to;
}

WEAK int memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *l = left, *r = right;

	for (; size--; l++, r++) {
		HIDE_THE_LOOP(l);
		if (*l != *r)
			return *l - *r;
	}
	return 0;
}
