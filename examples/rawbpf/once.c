/* SPDX-License-Identifier: MIT */
/* Run a program once for each packet, and print what it did. */
#include "once.h"
#include "../token.h"
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The types that BPF_PROG_TEST_RUN runs, on a packet or without one. */
static const struct {
	const char *name;
	unsigned type;
	int has_packet;
} types[] = {
	{ "socket_filter", BPF_PROG_TYPE_SOCKET_FILTER, 1 },
	{ "sched_cls", BPF_PROG_TYPE_SCHED_CLS, 1 },
	{ "sched_act", BPF_PROG_TYPE_SCHED_ACT, 1 },
	{ "xdp", BPF_PROG_TYPE_XDP, 1 },
	{ "cgroup_skb", BPF_PROG_TYPE_CGROUP_SKB, 1 },
	{ "raw_tp", BPF_PROG_TYPE_RAW_TRACEPOINT, 0 },
	{ "syscall", LOAD_SYSCALL, 0 },
};
enum { TYPES = sizeof types / sizeof types[0] };

int once_find_type(struct once *once, const char *name)
{
	char names[128] = "";

	for (int i = 0; i < TYPES; i++) {
		once->type = types[i].type;
		once->has_packet = types[i].has_packet;
		if (!name || strcmp(types[i].name, name) == 0)
			return OK;
		snprintf(names + strlen(names), sizeof names - strlen(names), " %s", types[i].name);
	}
	tool_fail(once->subcommand, "--type wants one of%s, not '%s'", names, name);
	return USAGE;
}

int once_has_packet(unsigned type)
{
	for (int i = 0; i < TYPES; i++)
		if (types[i].type == type)
			return types[i].has_packet;
	return 0;
}

/* ------------------------------------------------------------------------- r0 */

/*
 * Load the program as the function of another one that stores all 64 bits of r0 in a map. The
 * result of a test run has only 32. Returns a descriptor, or a negative errno if the program cannot
 * be a function: because of its stack, its levels of calls, or its packet loads.
 */
static int load_as_function(const struct once *once, const struct bpf_insn *program, unsigned count, int map)
{
	const struct bpf_insn caller[] = {
		BPF_CALL_REL(4), /* the context stays in r1 */
		BPF_LD_MAP_VALUE(BPF_REG_1, map, 0),
		BPF_STX_MEM(BPF_DW, BPF_REG_1, BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	size_t size = count * sizeof *program;
	unsigned flags = load_flags(once->type);
	struct bpf_insn *insns = malloc(sizeof caller + size);
	int prog, token = token_use(&flags);

	if (!insns)
		return -ENOMEM;
	memcpy(insns, caller, sizeof caller);
	memcpy(insns + RAWBPF_COUNT(caller), program, size);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = once->type,
		.token = token,
		.flags = flags,
		.license = once->license ? once->license : "GPL",
		.expected_attach_type = once->attach_type,
		.insns = insns,
		.insn_count = RAWBPF_COUNT(caller) + count,
	});
	free(insns);
	return prog;
}

/* Create the map for r0. Returns a descriptor or a negative errno. */
static int create_r0_map(void)
{
	unsigned flags = 0;
	int token = token_use(&flags);

	return rawbpf_map_create(&(struct rawbpf_map_spec){
		.token = token, .flags = flags,
		.name = "r0", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8,
		.max_entries = 1 });
}

void once_record_r0(struct once *once, const struct bpf_insn *insns, unsigned count)
{
	int recorder;

	once->r0 = create_r0_map();
	recorder = once->r0 < 0 ? once->r0 : load_as_function(once, insns, count, once->r0);
	if (recorder < 0)
		once->r0 = -1;
	else
		once->prog = recorder;
}

/* Complete the result by all of r0, if the map has it. */
static void read_r0(struct once_result *result, int map)
{
	const unsigned key = 0;
	uint64_t r0;

	result->is_low = map < 0 || rawbpf_map_lookup(map, &key, &r0, 0) < 0 || (uint32_t)r0 != result->r0;
	if (!result->is_low)
		result->r0 = r0;
}

/* ------------------------------------------------------------------------- printing */

void once_print_bytes(const char *indent, const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		printf("%s%02x%s", i % 16 ? " " : indent, bytes[i],
		       i % 16 == 15 || i + 1 == size ? "\n" : "");
}

static void print_json(const struct packets *packets, const struct once_result *result)
{
	printf("{\"packet\":%u,\"r0\":%llu,\"r0_bits\":%d", packets->number, (unsigned long long)result->r0,
	       result->is_low ? 32 : 64);
	if (result->ns >= 0)
		printf(",\"ns\":%lld", (long long)result->ns);
	if (result->steps >= 0)
		printf(",\"steps\":%lld", (long long)result->steps);
	if (result->data)
		printf(",\"data\":\"");
	for (size_t i = 0; result->data && i < result->size; i++)
		printf("%02x", result->data[i]);
	printf(result->data ? "\"}\n" : "}\n");
}

void once_print(const struct once *once, const struct packets *packets, const struct once_result *result)
{
	int is_same = result->size == packets->size && result->data &&
		      memcmp(result->data, packets->data, result->size) == 0;

	if (once->is_json) {
		print_json(packets, result);
		return;
	}
	if (packets->is_pcap)
		printf("packet %u\n", packets->number);
	printf("r0    %llu (0x%llx)%s\n", (unsigned long long)result->r0, (unsigned long long)result->r0,
	       result->is_low ? ", low 32 bits" : "");
	if (result->ns >= 0)
		printf("time  %lld ns\n", (long long)result->ns);
	if (result->steps >= 0)
		printf("steps %lld\n", (long long)result->steps);
	if (!result->data)
		return;
	printf("data  %zu bytes%s\n", result->size, is_same ? ", unchanged" : "");
	if (!is_same)
		once_print_bytes("  ", result->data, result->size);
}

void once_print_schema(void)
{
	static const char *const names[] = { "packet", "r0", "r0_bits", "ns", "steps" };

	printf("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"packet\",\"type\":\"object\","
	       "\"additionalProperties\":false,\"properties\":{");
	for (unsigned i = 0; i < RAWBPF_COUNT(names); i++)
		printf("\"%s\":{\"type\":\"integer\"},", names[i]);
	printf("\"data\":{\"type\":\"string\"}},\"required\":[\"packet\",\"r0\",\"r0_bits\"]}\n");
}

/* ------------------------------------------------------------------------- running */

int once_run(const struct once *once, const struct packets *packets)
{
	static unsigned char out[65536];
	int has_packet = once->has_packet;
	struct rawbpf_prog_run run = {
		.data_in = has_packet ? packets->data : NULL,
		.data_size_in = has_packet ? packets->size : 0,
		.data_out = has_packet ? out : NULL,
		.data_size_out = has_packet ? sizeof out : 0,
		.ctx_in = !has_packet && packets->size ? packets->data : NULL,
		.ctx_size_in = !has_packet ? packets->size : 0,
		.repeat = !has_packet ? 0 : once->repeat ? once->repeat : 1,
	};
	int err = rawbpf_prog_run(once->prog, &run);
	struct once_result result = { .r0 = run.retval, .ns = -1, .steps = -1 };
	char why[512];

	if (err < 0) {
		rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
			.operation = RAWBPF_PROG_RUN, .error = err, .type = once->type, .lines = 1 });
		return packets->is_pcap ? tool_fail(once->subcommand, "packet %u: %s", packets->number, why) :
		       tool_fail(once->subcommand, "running the program: %s", why);
	}
	read_r0(&result, once->r0);
	if (has_packet) {
		result.ns = run.duration;
		result.data = out;
		result.size = run.data_size_out;
	}
	once_print(once, packets, &result);
	return OK;
}
