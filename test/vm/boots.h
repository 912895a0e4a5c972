/* SPDX-License-Identifier: MIT */
/*
 * Boots Debian's kernels by boot.sh, two at a time, and collects the facts that their guests print:
 *
 *	fact NAME VALUE
 *	fact done COUNT
 *
 * where COUNT, on the last line, is the number of facts before it.
 */
#ifndef VM_BOOTS_H
#define VM_BOOTS_H

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

struct fact {
	const char *name;
	const char *value;
	bool asked;
};

struct boot {
	char name[32];		/* of the row in `kernels` */
	char arch[16];
	char package[96];
	char version[64];
	bool newer;		/* than the pinned version: what differs there is a warning */
	bool skipped;
	int status;		/* boot.sh's */
	char *log;
	char *words;		/* a copy of the log, cut up: what the facts point into */
	struct fact *facts;
	int fact_count;
	int repeated_count;
	int promised_count;	/* by `fact done`, else -1 */

	pid_t child;
	FILE *output;
	struct timespec start;
};

/*
 * Boots the kernels called `names`, or the required ones if there are none, each with the root file
 * system guests/ARCH and the command /bin/guest, and prints a line about each. Returns how many
 * `boots` it filled, at most `max`, or -1 with a message when a name or the table is unknown.
 */
int boots_run(const char *scripts, const char *guests, char *const *names, int name_count,
	      struct boot *boots, int max);

/* How many were not skipped. */
int boots_ran(const struct boot *boots, int count);

/* Lines `tried KERNEL NAME VALUE`, of which test/tried.awk makes a page. */
void boots_print_facts(const struct boot *boots, int count);
void boots_warn_unasked(const struct boot *boots, int count);
void boots_free(struct boot *boots, int count);

/* A fact's value. A test fails that asks for one that is missing, or not a number. */
const char *fact_str(struct boot *boot, const char *name);
long long fact_int(struct boot *boot, const char *name);

/* What is wrong with a boot or a fact, valid until the next call; NULL if nothing is. */
const char *boot_fault(const struct boot *boot);
const char *fact_str_fault(struct boot *boot, const char *name, const char *expected);
const char *fact_int_fault(struct boot *boot, const char *name, long long expected);

#define ck_assert_no_fault(call) \
	do { \
		const char *ck_fault = (call); \
		if (ck_fault) \
			ck_abort_msg("%s", ck_fault); \
	} while (0)
#define ck_assert_fact_str(boot, name, expected) \
	ck_assert_no_fault(fact_str_fault(boot, name, expected))
#define ck_assert_fact_int(boot, name, expected) \
	ck_assert_no_fault(fact_int_fault(boot, name, expected))

#endif
