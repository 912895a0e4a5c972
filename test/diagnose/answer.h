/* SPDX-License-Identifier: MIT */
/*
 * What bpf(2) and the probes answer, one question a row: for the native test and the vm's guest. They are asked as
 * root, with a bpffs at /sys/fs/bpf.
 */
#ifndef TEST_ANSWER_H
#define TEST_ANSWER_H

struct answer {
	const char *question;       /* a name, without blanks */
	int (*ask)(void);           /* a number, or a negative errno */
	int expected;
	unsigned since, before;     /* the kernels that answer so: 6 << 8 | 4; 0: no limit */
};

extern const struct answer answers[];
extern const unsigned answers_count;

#endif
