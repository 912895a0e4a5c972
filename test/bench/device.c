/* SPDX-License-Identifier: MIT */
/*
 * Device filters for random rules: instructions, the verifier's work, and the time to load. A naive
 * generator runs beside it: it tests each rule, the last one first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rawbpf.h>

#include "../build/device.h"

enum { RULES = 16384, INSNS = 8 * RULES + 16, ROUNDS = 5 };

static struct rawbpf_device_rule rules[RULES];
static struct bpf_insn insns[INSNS];
static uint64_t scratch[3 * RULES + 1];

static int generate(unsigned count)
{
	return rawbpf_device_filter_generate(insns, INSNS, &(struct rawbpf_device_filter){
		.rules = rules, .rule_count = count,
		.scratch = scratch, .scratch_size = sizeof scratch });
}

/* Test rules that allow, one after the other. Each clears its accesses in the request, r3. */
static int generate_naive(unsigned count)
{
	static const struct bpf_insn begin[] = {
		BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 0),
		BPF_MOV32_REG(BPF_REG_3, BPF_REG_2),
		BPF_ALU32_IMM(BPF_AND, BPF_REG_2, 0xffff),
		BPF_ALU32_IMM(BPF_RSH, BPF_REG_3, 16),
		BPF_LDX_MEM(BPF_W, BPF_REG_4, BPF_REG_1, 4),
		BPF_LDX_MEM(BPF_W, BPF_REG_5, BPF_REG_1, 8),
	};
	struct bpf_insn *at = insns;
	unsigned i;

	memcpy(at, begin, sizeof begin);
	at += RAWBPF_COUNT(begin);
	for (i = count; i > 0; i--) {
		const struct rawbpf_device_rule *rule = &rules[i - 1];

		*at++ = BPF_JMP32_IMM(BPF_JNE, BPF_REG_2, (int)rule->type, 6);
		*at++ = BPF_JMP32_IMM(BPF_JNE, BPF_REG_4, rule->major, 5);
		*at++ = BPF_JMP32_IMM(BPF_JNE, BPF_REG_5, rule->minor, 4);
		*at++ = BPF_ALU32_IMM(BPF_AND, BPF_REG_3, (int)(~rule->access & DEVICE_ACCESS));
		*at++ = BPF_JMP32_IMM(BPF_JNE, BPF_REG_3, 0, 2);
		*at++ = BPF_MOV64_IMM(BPF_REG_0, 1);
		*at++ = BPF_EXIT_INSN();
	}
	*at++ = BPF_MOV64_IMM(BPF_REG_0, 0);
	*at++ = BPF_EXIT_INSN();
	return (int)(at - insns);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure(const char *name, unsigned rule_count, int (*generator)(unsigned))
{
	double best_generate = 1e9, best_load = 1e9;
	struct bpf_prog_info info;
	int round, prog = -1, count = 0;

	for (round = 0; round < ROUNDS; round++) {
		double start = seconds(), generated, loaded;

		count = generator(rule_count);
		generated = seconds();
		if (prog >= 0)
			close(prog);
		prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
			.type = BPF_PROG_TYPE_CGROUP_DEVICE,
			.insns = insns, .insn_count = (unsigned)count });
		loaded = seconds();
		if (generated - start < best_generate)
			best_generate = generated - start;
		if (loaded - generated < best_load)
			best_load = loaded - generated;
	}
	if (prog < 0) {
		printf("%-10s %6u %8d   refused: %s, after %.1f ms\n", name, rule_count, count,
		       strerror(-prog), best_load * 1e3);
		return;
	}
	memset(&info, 0, sizeof info);
	rawbpf_obj_info(prog, &info, sizeof info);
	close(prog);
	printf("%-10s %6u %8d %10u %9.1f %10.2f %9.1f\n", name, rule_count, count, info.verified_insns,
	       (double)info.verified_insns / rule_count, best_generate * 1e3, best_load * 1e3);
}

int main(void)
{
	static const unsigned counts[] = { 64, 256, 2048, 16384 };
	unsigned i, seed = 1;

	for (i = 0; i < RULES; i++)
		rules[i] = (struct rawbpf_device_rule){
			.allow = 1, .type = 1 + device_random(&seed, 2),
			.major = (int)device_random(&seed, RAWBPF_DEVICE_MAJOR_MAX + 1),
			.minor = (int)device_random(&seed, RAWBPF_DEVICE_MINOR_MAX + 1),
			.access = 1 + device_random(&seed, DEVICE_ACCESS),
		};
	printf("%-10s %6s %8s %10s %9s %10s %9s\n", "", "rules", "insns", "processed", "per rule",
	       "generate", "load, ms");
	for (i = 0; i < RAWBPF_COUNT(counts); i++) {
		measure("filter", counts[i], generate);
		if (counts[i] <= 256)
			measure("naive", counts[i], generate_naive);
	}
	return 0;
}
