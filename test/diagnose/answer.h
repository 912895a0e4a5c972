/* SPDX-License-Identifier: MIT */
/*
 * The answers of bpf(2) and of the probes, one question a row, for the native test and the vm's
 * guest. The process is root and has a bpffs at /sys/fs/bpf.
 */
#ifndef TEST_ANSWER_H
#define TEST_ANSWER_H

struct answer {
	const char *question;       /* a name, without blanks */
	int (*ask)(void);           /* returns a number or a negative errno */
	int expected;
	unsigned since, before;     /* the kernels with this answer: 6 << 8 | 4; 0: no limit */
};

extern const struct answer answers[];
extern const unsigned answers_count;

#endif
