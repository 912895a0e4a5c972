/* SPDX-License-Identifier: MIT */
/* Instructions, maps and programs, and who may have them. */
#include <errno.h>
#include <grp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../form/insn_programs.h"
#include "guest.h"
#include "guest_counter.h"

static void instructions(void)
{
	int map = insn_programs_map();
	int verdicts[3] = { 0 }, through_text = 0;
	struct insn_program program;

	for (unsigned i = 0; insn_programs_get(&program, i, map); i++) {
		unsigned retval = 0;
		enum insn_verdict verdict;
		int err;

		/* Convert the program to text and back, in the two dialects by turns. */
		through_text += insn_program_through_text(&program,
							  i % 2 ? RAWBPF_KERNEL : RAWBPF_LLVM);
		err = insn_program_run(&program, map, &retval);
		verdict = insn_program_judge(&program, guest_kernel_number, err, retval);

		verdicts[verdict]++;
		if (verdict == INSN_WRONG)
			printf("insn: %s: result %d, r0 %#x, expected %#x\n", program.name, err,
			       retval, program.expected);
	}
	fact(through_text, "insn.through_text");
	fact(verdicts[INSN_RIGHT], "insn.right");
	fact(verdicts[INSN_REFUSED], "insn.refused");
	fact(verdicts[INSN_WRONG], "insn.wrong");
	close(map);
}

/* Walk a hash of 10000 elements and a per-CPU hash. Batches are younger than maps. */
static void iteration(void)
{
	static const struct {
		const char *name;
		unsigned type;
	} maps[] = {
		{ "hash", BPF_MAP_TYPE_HASH },
		{ "percpu_hash", BPF_MAP_TYPE_PERCPU_HASH },
		{ "percpu_array", BPF_MAP_TYPE_PERCPU_ARRAY },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(maps); i++) {
		struct rawbpf_map_iter iter = { 0 };
		const void *key, *value;
		long long sum = 0;
		int err = 0, map = rawbpf_map_create(&(struct rawbpf_map_spec){
			.type = maps[i].type, .key_size = 4, .value_size = 8, .max_entries = 10000 });

		for (unsigned k = 0; k < 10000 && err == 0; k++) {
			uint64_t values[64] = { k };

			err = rawbpf_map_update(map, &k, values, 0);
		}
		if (err == 0)
			err = rawbpf_map_iter_open(&iter, map);
		while (err >= 0 && (err = rawbpf_map_iter_next(&iter, &key, &value)) > 0)
			sum += *(const uint64_t *)value;
		rawbpf_map_iter_close(&iter);
		close(map);
		fact(err < 0 ? err : sum, "iterate.%s", maps[i].name);
	}
}

/* Load a bad program of 3000 instructions: the log's end, which has the reason, is kept. */
static void verifier_log(void)
{
	static struct bpf_insn insns[3000];
	static char log[256];
	size_t length = 0;
	int prog;

	for (unsigned i = 0; i < RAWBPF_COUNT(insns); i++)
		insns[i] = BPF_MOV64_IMM(BPF_REG_1, i);
	insns[RAWBPF_COUNT(insns) - 1] = BPF_EXIT_INSN(); /* r0 is uninitialised */
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = insns,
		.insn_count = RAWBPF_COUNT(insns),
		.log = log,
		.log_size = sizeof log,
		.log_length = &length,
	});
	fact(prog, "rejected");
	fact(strstr(log, "R0 ") != NULL, "rejected.reason_kept");
	if (!strstr(log, "R0 "))
		printf("log: %s\n", log);
	fact(length > 3000 * 10, "rejected.whole_length");
}

/* Up to 5.10, maps count against RLIMIT_MEMLOCK. */
static void memlock(void)
{
	struct rlimit limit = { .rlim_max = RLIM_INFINITY };
	char why[512];

	setrlimit(RLIMIT_MEMLOCK, &limit);
	fact(counter_create(0) < 0 ? -1 : 0, "memlock.limited");
	rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
		.operation = RAWBPF_MAP_CREATE, .error = -EPERM });
	fact_text("memlock.explained", why);
	fact(rawbpf_memlock_raise(), "memlock.raise");
	fact(counter_create(0) < 0 ? -1 : 0, "memlock.raised");
}

/* The explanations for a process without privilege. */
static void unprivileged(void)
{
	static const struct {
		const char *name;
		struct rawbpf_error error;
	} questions[] = {
		{ "map", { .operation = RAWBPF_MAP_CREATE, .error = -EPERM } },
		{ "load", { .operation = RAWBPF_PROG_LOAD, .type = BPF_PROG_TYPE_KPROBE,
			    .error = -EPERM } },
		{ "kprobe", { .operation = RAWBPF_KPROBE_ATTACH, .error = -EACCES } },
	};
	struct rawbpf_link link;
	int map = counter_create(0);
	int prog = counter_load(BPF_PROG_TYPE_KPROBE, 0, map);

	if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
		return;
	fact(counter_create(0), "nobody.map");
	fact(counter_load(BPF_PROG_TYPE_KPROBE, 0, map), "nobody.load");
	fact(rawbpf_kprobe_attach(&link, prog, &(struct rawbpf_kprobe_spec){
		.syscall = "fchownat" }), "nobody.kprobe");
	fact(rawbpf_kprobe_attach(&link, prog, &(struct rawbpf_kprobe_spec){
		.syscall = "fchownat", .method = RAWBPF_KPROBE_TRACEFS }), "nobody.tracefs");
	for (unsigned i = 0; i < RAWBPF_COUNT(questions); i++) {
		char name[64], why[512];

		snprintf(name, sizeof name, "nobody.%s.explained", questions[i].name);
		rawbpf_error_explain(why, sizeof why, &questions[i].error);
		fact_text(name, why);
	}
}

void guest_objects(void)
{
	instructions();
	iteration();
	verifier_log();
	in_child(memlock);
	in_child(unprivileged);
}
