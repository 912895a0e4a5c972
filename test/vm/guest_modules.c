/* SPDX-License-Identifier: MIT */
/*
 * The modules that boot.sh carried here: their states, and programs that call a function of one and
 * read a variable of another.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>

#include "guest.h"
#include "modules.h"

/* Write the state, or "none". A line has a name, a size, a count of users, their names, the state. */
static void state_of(const char *wanted, char state[16])
{
	FILE *file = fopen("/proc/modules", "r");
	char line[512], name[64], found[16];

	strcpy(state, "none");
	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "%63s %*s %*s %*s %15s", name, found) == 2 && !strcmp(name, wanted))
			strcpy(state, found);
	if (file)
		fclose(file);
}

static void states(void)
{
#define NAME(X) NAME_OF(X)
#define NAME_OF(X) #X,
	static const char *const names[] = { GUEST_MODULES(NAME) NAME(GUEST_PERCPU_MODULE) };
	char fact_name[80], state[16];

	for (unsigned i = 0; i < RAWBPF_COUNT(names); i++) {
		snprintf(fact_name, sizeof fact_name, "module.%s", names[i]);
		state_of(names[i], state);
		fact_text(fact_name, state);
	}
}

/* Assemble, load and run once. Return r0, or a negative errno. fd_array[1] is the module's BTF. */
static long long run(const char *text, int module)
{
	static const char packet[64];
	static char scratch[1 << 14], log[4096];
	struct bpf_insn insns[64];
	const int fds[2] = { -1, module };
	struct rawbpf_text program = {
		.text = text, .length = strlen(text), .insns = insns, .max = RAWBPF_COUNT(insns),
		.scratch = scratch, .scratch_size = sizeof scratch,
	};
	struct rawbpf_prog_run once = { .data_in = packet, .data_size_in = sizeof packet };
	int prog, err = rawbpf_text_parse(&program);

	if (err < 0)
		return err;
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_XDP, .license = "GPL", .insns = insns,
		.insn_count = program.count, .fd_array = fds, .log = log, .log_size = sizeof log });
	if (prog < 0) {
		printf("%s\n", log);
		return prog;
	}
	err = rawbpf_prog_run(prog, &once);
	close(prog);
	return err < 0 ? err : (int)once.retval;
}

/* The function looks for a connection that nobody has, and writes -ENOENT to its options: ENOENT here. */
static long long call_function(const struct rawbpf_btf *btf, int module)
{
	static const char format[] =
		"*(u64 *)(r10 - 16) = 0; *(u64 *)(r10 - 8) = 0\n"
		"*(u32 *)(r10 - 32) = -1; *(u32 *)(r10 - 28) = 0; *(u32 *)(r10 - 24) = 6\n"
		"r2 = r10; r2 += -16; r3 = 12; r4 = r10; r4 += -32; r5 = 12\n"
		"call kfunc[id:%d][idx:1]\n"
		"r6 = *(u32 *)(r10 - 28)\n"
		"if r0 == 0 goto none\n"
		"r1 = r0; call kfunc[id:%d][idx:1]\n"
		"none: r0 = r6; r0 = -r0; exit\n";
	int look_up = rawbpf_btf_type_find(btf, BTF_KIND_FUNC, "bpf_xdp_ct_lookup");
	int release = rawbpf_btf_type_find(btf, BTF_KIND_FUNC, "bpf_ct_release");
	char text[1024];

	if (look_up < 0 || release < 0)
		return -ESRCH;
	snprintf(text, sizeof text, format, look_up, release);
	return run(text, module);
}

/* The variable of this CPU has an empty list, whose head points to itself. */
static long long read_variable(const struct rawbpf_btf *btf, int module)
{
	static const char format[] =
		"r1 = var[id:%d][fd:%d] ll\n"
		"call this_cpu_ptr\n"
		"r1 = *(u64 *)(r0 + %d); r1 -= r0; r1 -= %d\n"
		"r0 = r1; exit\n";
	int variable = rawbpf_btf_type_find(btf, BTF_KIND_VAR, "dm_cpu_data");
	int head = rawbpf_btf_offset_find(btf, "per_cpu_dm_data", "drop_queue.next");
	char text[1024];

	if (variable < 0 || head < 0)
		return -ESRCH;
	snprintf(text, sizeof text, format, variable, module, head, head);
	return run(text, module);
}

static long long with_module(const char *name,
			     long long (*use)(const struct rawbpf_btf *btf, int module))
{
	struct rawbpf_btf kernel, btf;
	int module = rawbpf_btf_fd_open(name), err;
	long long result;

	if (module < 0)
		return module;
	err = rawbpf_btf_kernel_open(&kernel);
	if (!err) {
		err = rawbpf_btf_module_open(&btf, name, &kernel);
		result = err ? err : use(&btf, module);
		if (!err)
			rawbpf_btf_close(&btf);
		rawbpf_btf_close(&kernel);
	}
	close(module);
	return err ? err : result;
}

void guest_modules(void)
{
	states();
	fact(with_module("nf_conntrack", call_function), "module.function");
	fact(with_module("drop_monitor", read_variable), "module.variable");
}
