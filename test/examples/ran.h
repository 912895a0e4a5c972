/* SPDX-License-Identifier: MIT */
/*
 * `rawbpf run` of the texts in examples/tools, with a process that makes known calls: the fields of
 * each record, exactly. For test/examples/rawbpf_run.c, and for the guests of test/vm.
 */
#ifndef TEST_RAN_H
#define TEST_RAN_H

#include <stddef.h>

struct ran_setup {
	const char *tool;   /* the path of rawbpf */
	const char *texts;  /* the folder of the texts */
	int is_alone;       /* no other process runs: counts are exact */
	const char *offsets; /* an offsets file, or NULL */
	int has_btf;        /* the kernel has BTF, or this file stands in for it: the parent process is known */
	int has_json;       /* if no way is given, compare JSON, too: a second tool runs beside the first */
	int has_schema;     /* and check it by its schema */
};

/* The tool's words for runs that it cannot show. */
#define RAN_MISSED "missed by the kernel"

/*
 * Run a text by a way ("kprobe", ..., or NULL: any). Write what is wrong to `problem`, or "". If the
 * kernel has no such way, this is "no way: " and the tool's words. If the kernel missed runs, the
 * problem has RAN_MISSED in it.
 */
typedef void ran_fn(const struct ran_setup *setup, const char *way, char *problem, size_t size);

ran_fn ran_fchownat, ran_chrootsnoop, ran_opensnoop, ran_ethertype, ran_stuck;
ran_fn ran_exitsnoop, ran_sigsnoop, ran_mountsnoop, ran_modsnoop, ran_capable, ran_profile, ran_oomsnoop;
ran_fn ran_biolatency, ran_execsnoop, ran_tcpconnect;

#endif
