/* SPDX-License-Identifier: MIT */
/*
 * Boot Debian's kernels by boot.sh, two at a time, and collect the facts that their guests print:
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
	char name[32];		/* the row's name in `kernels` */
	char arch[16];
	char package[96];
	char version[64];
	bool newer;		/* newer than the pinned version: differences are warnings */
	bool skipped;
	int status;		/* boot.sh's status */
	char *log;
	char *words;		/* a copy of the log, cut into words, to which the facts point */
	struct fact *facts;
	int fact_count;
	int repeated_count;
	int promised_count;	/* from `fact done`, else -1 */

	pid_t child;
	FILE *output;
	struct timespec start;
};

/*
 * Boot the kernels called `names`, or the required ones if names is empty. Each has the root file
 * system guests/ARCH and runs /bin/guest. Print a line about each. Returns how many `boots` it
 * filled, at most `max`. -1, with a message: a name or the table is unknown.
 */
int boots_run(const char *scripts, const char *guests, char *const *names, int name_count,
	      struct boot *boots, int max);

/* Return how many boots were not skipped. */
int boots_ran(const struct boot *boots, int count);

/* Print lines `tried KERNEL NAME VALUE`, from which test/tried.awk makes a page. */
void boots_print_facts(const struct boot *boots, int count);
void boots_warn_unasked(const struct boot *boots, int count);
void boots_free(struct boot *boots, int count);

/*
 * Return a fact's value. The test fails if the fact is missing, or if fact_int() finds no number.
 */
const char *fact_str(struct boot *boot, const char *name);
long long fact_int(struct boot *boot, const char *name);

/* Return the fault of a boot or a fact, valid until the next call, or NULL. */
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
