/* SPDX-License-Identifier: MIT */
/* Resolve a program, and load it with the names of its functions and the lines of its text. */
#include <rawbpf/prog.h>
#include <rawbpf/rejection.h>

#include "live_btf.h"
#include "live_load.h"
#include "live_reason.h"
#include "../../insn/base/string.h"

enum {
	LIVE_LOG_SIZE = 1 << 16,
	LIVE_BTF_PER_SLOT = 128, /* bytes of a line's text, on average */
};

/* The memory of one load. */
struct live_load {
	struct rawbpf_live *live;
	struct rawbpf_live_program *program;
	struct rawbpf_resolved resolved;
	struct rawbpf_resolved_info info;
	struct rawbpf_btf_build btf;
	char *log;
	size_t log_size;
	void *mapped;
	size_t mapped_size;
};

/* ------------------------------------------------------------------------------ memory */

/*
 * Return the most slots that the program can have: what is written, a step for each macro, and for
 * each argument of a place what moves it to the stack.
 */
static unsigned live_slots_max(const struct rawbpf_collection *collection,
			       const struct rawbpf_table_prog *prog)
{
	return prog->insn_count + 64 * prog->place_count + 16 * collection->arg_count + 256;
}

static int live_load_begin(struct live_load *load, struct rawbpf_live *live,
			   struct rawbpf_live_program *program)
{
	const struct rawbpf_table_prog *prog = &live->collection->progs[program->unit.prog];
	size_t max = live_slots_max(live->collection, prog);
	size_t size = max * (sizeof(struct bpf_insn) + sizeof(struct bpf_line_info) +
			     sizeof(struct bpf_func_info) + 2 * sizeof(unsigned) + LIVE_BTF_PER_SLOT);
	char *at;
	int err;

	*load = (struct live_load){ .live = live, .program = program };
	load->mapped_size = size + LIVE_LOG_SIZE + 4096;
	err = rawbpf__mmap(&load->mapped, load->mapped_size, PROT_READ | PROT_WRITE, -1);
	if (err < 0)
		return err;
	load->resolved.insns = load->mapped;
	load->resolved.max = max;
	load->info = (struct rawbpf_resolved_info){ .btf = &load->btf,
						    .func_max = max, .line_max = max,
						    .file = live->spec.file, .text = live->spec.source };
	load->info.length = live->spec.source ? rawbpf__length(live->spec.source) : 0;
	load->info.lines = (struct bpf_line_info *)(load->resolved.insns + max);
	load->info.funcs = (struct bpf_func_info *)(load->info.lines + max);
	load->resolved.lines = (unsigned *)(load->info.funcs + max);
	load->resolved.functions = load->resolved.lines + max;
	at = (char *)(load->resolved.functions + max);
	load->log = live->spec.log_size ? live->spec.log : at;
	load->log_size = live->spec.log_size ? live->spec.log_size : LIVE_LOG_SIZE;
	load->btf.data = at + LIVE_LOG_SIZE;
	load->btf.max = max * LIVE_BTF_PER_SLOT + 4096;
	return 0;
}

/*
 * Make and load the BTF that names functions and lines. Return its descriptor, or 0: the program
 * loads without it, too.
 */
static int live_btf_load(struct live_load *load)
{
	int fd, token = load->live->spec.token;

	if (rawbpf_collection_info_emit(&load->info, load->live->collection, &load->resolved) < 0)
		return 0;
	fd = rawbpf_btf_load(&(struct rawbpf_btf_spec){
		.data = load->btf.data, .size = load->btf.size, .token = token,
		.flags = token ? BPF_F_TOKEN_FD : 0 });
	return fd < 0 ? 0 : fd;
}

/* ------------------------------------------------------------------------------ failures */

static int live_load_fail(struct live_load *load, int err)
{
	const struct rawbpf_unit *unit = &load->program->unit;
	struct rawbpf_resolved *resolved = &load->resolved;
	struct rawbpf_live_reason *reason;

	if (!load->log[0])
		return rawbpf__live_fail(load->live, RAWBPF_LIVE_LOAD, unit->place, unit->way,
					 &(struct rawbpf_error){ .operation = RAWBPF_PROG_LOAD,
						.error = err, .type = resolved->type });
	reason = rawbpf__live_reason(load->live, RAWBPF_LIVE_LOAD, unit->place, unit->way, err);
	if (!reason)
		return err;
	for (unsigned i = 0; i < resolved->count; i++)
		resolved->lines[i] >>= 16;
	rawbpf_rejection_explain(reason->text, sizeof reason->text, &(struct rawbpf_rejection){
		.error = err, .log = load->log, .insns = resolved->insns,
		.insn_count = resolved->count, .file = load->live->spec.file,
		.lines = resolved->lines, .source = load->live->spec.source });
	return err;
}

/* --------------------------------------------------------------------------------- load */

/* Cut a name to what the kernel takes. */
static void live_prog_name(char name[16], const char *whole)
{
	struct rawbpf__out out = rawbpf__out_begin(name, 16);

	rawbpf__out_text(&out, whole);
}

/* Does a program call a function of a module? Only then the kernel need know fd_array (5.14). */
static int live_calls_module(const struct rawbpf_resolved *resolved)
{
	for (unsigned i = 0; i < resolved->count; i++) {
		const struct bpf_insn *insn = &resolved->insns[i];

		if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL && insn->off)
			return 1;
	}
	return 0;
}

static int live_prog_load(struct live_load *load)
{
	const struct rawbpf_collection *collection = load->live->collection;
	const struct rawbpf_table_prog *prog = &collection->progs[load->program->unit.prog];
	const struct rawbpf_resolved *resolved = &load->resolved;
	int fd, token = load->live->spec.token, btf = live_btf_load(load);
	char name[16];

	live_prog_name(name, collection->strings + prog->name);
	fd = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name,
		.type = resolved->type,
		.license = collection->license ? collection->strings + collection->license : "GPL",
		.insns = resolved->insns,
		.insn_count = resolved->count,
		.flags = (prog->is_sleepable ? BPF_F_SLEEPABLE : 0) | (token ? BPF_F_TOKEN_FD : 0),
		.expected_attach_type = resolved->attach_type,
		.btf = btf,
		.func_info = load->info.funcs,
		.func_info_size = btf ? sizeof *load->info.funcs : 0,
		.func_info_count = btf ? load->info.func_count : 0,
		.line_info = load->info.lines,
		.line_info_size = btf ? sizeof *load->info.lines : 0,
		.line_info_count = btf ? load->info.line_count : 0,
		.attach_btf_id = resolved->attach_btf_id,
		.attach_btf = resolved->attach_btf,
		.fd_array = live_calls_module(resolved) ? load->live->modules->fds : NULL,
		.token = token,
		.log = load->log,
		.log_size = load->log_size,
	});
	if (btf)
		rawbpf__close(btf);
	return fd < 0 ? live_load_fail(load, fd) : fd;
}

static int live_load(struct live_load *load)
{
	struct rawbpf_live_program *program = load->program;
	const struct rawbpf_resolved *resolved = &load->resolved;
	int fd, err = rawbpf_collection_resolve(&load->resolved, load->live->collection,
						&program->unit, &load->live->env);

	if (err < 0)
		return rawbpf__live_mistake(load->live, RAWBPF_LIVE_RESOLVE, program->unit.place,
					    program->unit.way, err, &resolved->error);
	fd = load->live->spec.until == RAWBPF_UNTIL_RESOLVED ? 0 : live_prog_load(load);
	if (fd < 0)
		return fd;
	program->fd = fd;
	program->slots = resolved->count;
	program->entry_slots = resolved->entry_count;
	program->stack = resolved->stack;
	program->type = resolved->type;
	program->attach_type = resolved->attach_type;
	return 0;
}

int rawbpf__live_load(struct rawbpf_live *live, struct rawbpf_live_program *program)
{
	struct live_load load;
	int err = live_load_begin(&load, live, program);

	if (err < 0)
		return rawbpf__live_fail(live, RAWBPF_LIVE_LOAD, program->unit.place,
					 program->unit.way, &(struct rawbpf_error){ .error = err });
	err = live_load(&load);
	rawbpf__munmap(load.mapped, load.mapped_size);
	return err;
}
