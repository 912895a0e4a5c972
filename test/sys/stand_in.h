/* SPDX-License-Identifier: MIT */
/*
 * A stand-in for the kernel: it keeps each system call of the library with its arguments and the
 * attributes of bpf(2), and answers. For programs that link the library compiled for fault injection.
 */
#ifndef TEST_STAND_IN_H
#define TEST_STAND_IN_H

#include "../unit.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include <rawbpf/link.h>
#include <rawbpf/uapi.h>

extern long (*rawbpf__answer)(long number, const long *arguments);

enum { ANSWER = 77, CALLS = 8000, WORDS = 64 };

/* The calls since begin(), and how the stand-in answers. */
static struct {
	struct {
		long number, arguments[6];
		uint32_t words[WORDS]; /* the attributes of bpf(2) or perf_event_open(2) */
	} calls[CALLS];
	unsigned count;
	long answer;         /* the answer to a call that makes an object or enters bpf(2) */
	long answers[CALLS]; /* the answer to this call, if not 0 */
	void (*write)(uint32_t *attr);          /* writes the kernel's results, or NULL */
	const char *(*file)(const char *path);  /* returns a file's content, or NULL */
	const char *text;                       /* the unread rest of the open file */
} kernel;

static inline long kernel_open(const char *path)
{
	kernel.text = kernel.file ? kernel.file(path) : NULL;
	return kernel.text ? ANSWER : -ENOENT;
}

static inline long kernel_read(char *to, size_t size)
{
	size_t length = kernel.text ? strlen(kernel.text) : 0;

	length = length < size ? length : size;
	memcpy(to, kernel.text, length);
	kernel.text += length;
	return (long)length;
}

static inline void kernel_keep(uint32_t *words, const void *attr, size_t size)
{
	ck_assert_uint_le(size, 4 * WORDS);
	memcpy(words, attr, size);
}

static inline long kernel_call(long number, const long *arguments)
{
	unsigned call = kernel.count++;
	uint32_t *words;

	ck_assert_uint_lt(call, CALLS);
	words = kernel.calls[call].words;
	kernel.calls[call].number = number;
	memcpy(kernel.calls[call].arguments, arguments, sizeof kernel.calls[call].arguments);
	switch (number) {
	case SYS_bpf:
		kernel_keep(words, (const void *)arguments[1], arguments[2]);
		if (kernel.write)
			kernel.write((uint32_t *)arguments[1]);
		break;
	case SYS_perf_event_open:
		kernel_keep(words, (const void *)arguments[0], ((uint32_t *)arguments[0])[1]);
		break;
	case SYS_fcntl:
		break;
	case SYS_munmap:
#ifdef SYS_mmap2
	case SYS_mmap2:
#else
	case SYS_mmap:
#endif
		return syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
			       arguments[4], arguments[5]);
	case SYS_capget:
		return -ENOSYS; /* then the library treats all descriptors as open */
	case SYS_openat:
		return kernel_open((const char *)arguments[1]);
	case SYS_read:
		return kernel_read((char *)arguments[1], arguments[2]);
	default:
		return 0;
	}
	return kernel.answers[call] ? kernel.answers[call] : kernel.answer;
}

/* Fill the stack with bytes that are not 0, so that a missing initialiser shows. */
__attribute__((noinline)) static void stack_soil(void)
{
	char soil[16384];

	memset(soil, 0x5a, sizeof soil);
	__asm__ volatile("" : : "r"(soil) : "memory");
}

static inline void begin(long answer)
{
	stack_soil();
	memset(&kernel, 0, sizeof kernel);
	kernel.answer = answer;
	rawbpf__answer = kernel_call;
}

static inline void assert_bpf(const char *what, unsigned call, long command, const uint32_t *words,
		       unsigned count)
{
	unsigned i;

	ck_assert_uint_lt(call, kernel.count);
	ck_assert_int_eq(kernel.calls[call].number, SYS_bpf);
	ck_assert_msg(kernel.calls[call].arguments[0] == command, "%s: command %ld, not %ld", what,
		      kernel.calls[call].arguments[0], command);
	ck_assert_msg(kernel.calls[call].arguments[2] == 4 * (long)count, "%s: %ld bytes, not %u",
		      what, kernel.calls[call].arguments[2], 4 * count);
	for (i = 0; i < count; i++)
		ck_assert_msg(kernel.calls[call].words[i] == words[i], "%s: word %u is %#x, not %#x",
			      what, i, kernel.calls[call].words[i], words[i]);
}

/* The two words of a 64-bit field. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define L(LOW, HIGH) HIGH, LOW
#else
#define L(LOW, HIGH) LOW, HIGH
#endif
/* The two words of a pointer, and the pointer. The stand-in never follows it. */
#define P(NUMBER) L(NUMBER, 0)
#define AT(NUMBER) ((void *)NUMBER##ul)
#define WORDS_OF(...) (const uint32_t[]){ __VA_ARGS__ }, sizeof (uint32_t[]){ __VA_ARGS__ } / 4
#define BPF(CALL, COMMAND, ...) assert_bpf(#CALL, 0, COMMAND, WORDS_OF(__VA_ARGS__))
/* Assert that the call makes this one command, and returns the kernel's answer, also an error. */
#define SENDS(CALL, COMMAND, ...) do { \
	begin(ANSWER); \
	ck_assert_int_eq(CALL, ANSWER); \
	ck_assert_uint_eq(kernel.count, 1); \
	BPF(CALL, COMMAND, __VA_ARGS__); \
	begin(-EXDEV); \
	ck_assert_int_eq(CALL, -EXDEV); \
	ck_assert_uint_eq(kernel.count, 1); \
} while (0)
/* Assert that the call makes this one command, for a link. */
#define LINKS(CALL, COMMAND, ...) do { \
	begin(ANSWER); \
	ck_assert_int_eq(CALL, 0); \
	ck_assert_int_eq(lnk.fd, ANSWER); \
	ck_assert_uint_eq(kernel.count, 1); \
	BPF(CALL, COMMAND, __VA_ARGS__); \
	begin(-EXDEV); \
	ck_assert_int_eq(CALL, -EXDEV); \
	ck_assert_int_eq(lnk.fd, 0); \
	ck_assert_uint_eq(kernel.count, 1); \
} while (0)
/* Assert that the library itself rejects the call. */
#define REFUSES(CALL, ERROR) do { \
	begin(ANSWER); \
	ck_assert_int_eq(CALL, -(ERROR)); \
	ck_assert_uint_eq(kernel.count, 0); \
} while (0)

__attribute__((unused)) static struct rawbpf_link lnk;

#endif
