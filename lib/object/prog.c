/* SPDX-License-Identifier: MIT */
#include <rawbpf/prog.h>

#include "../sys/attr.h"
#include "log.h"
#include "../../insn/base/string.h"

enum {
	LOAD_ATTEMPTS = 5,
	FIRST_LOG = 1 << 20,
	LARGEST_LOG = (1 << 30) - 1,
};

/*
 * Load a program, from the second attempt on with signals blocked. The verifier gives up with
 * EAGAIN when a signal is pending. Under a profiler the next one always is.
 */
static int load(const struct rawbpf__prog_load_attr *attr)
{
	struct rawbpf__signals mask;
	int attempt, fd = rawbpf__bpf_fd(BPF_PROG_LOAD, attr, sizeof *attr);

	if (fd != -EAGAIN || rawbpf__signals_block(&mask) < 0)
		return fd;
	for (attempt = 1; fd == -EAGAIN && attempt < LOAD_ATTEMPTS; attempt++)
		fd = rawbpf__bpf_fd(BPF_PROG_LOAD, attr, sizeof *attr);
	rawbpf__signals_restore(&mask);
	return fd;
}

static int load_with_log(void *attr, uint64_t scratch, uint32_t size)
{
	struct rawbpf__prog_load_attr *logged = attr;

	logged->log_buf = scratch;
	logged->log_size = size;
	return load(logged);
}

/*
 * Check whether a log may show the reason. An interrupted verifier came to no verdict. If only a
 * descriptor was missing, the verifier had nothing against the program.
 */
static int log_may_tell(int err)
{
	return err < 0 && err != -EAGAIN && err != -EMFILE && err != -ENFILE;
}

int rawbpf_prog_load(const struct rawbpf_prog_spec *spec)
{
	if (!spec)
		return -EINVAL;

	const struct rawbpf__log log = { spec->log, spec->log_size, spec->log_length, FIRST_LOG,
					 LARGEST_LOG };
	int wants_log = rawbpf__log_begin(&log);
	struct rawbpf__prog_load_attr attr = {
		.prog_type = spec->type,
		.insn_cnt = spec->insn_count,
		.insns = RAWBPF__PTR(spec->insns),
		.license = RAWBPF__PTR(spec->license ? spec->license : ""),
		.prog_flags = spec->flags,
		.prog_ifindex = spec->ifindex,
		.expected_attach_type = spec->expected_attach_type,
		.prog_btf_fd = spec->btf,
		.func_info_rec_size = spec->func_info_size,
		.func_info = RAWBPF__PTR(spec->func_info),
		.func_info_cnt = spec->func_info_count,
		.line_info_rec_size = spec->line_info_size,
		.line_info = RAWBPF__PTR(spec->line_info),
		.line_info_cnt = spec->line_info_count,
		.attach_btf_id = spec->attach_btf_id,
		.attach_prog_fd = spec->attach_prog ? spec->attach_prog : spec->attach_btf,
		.core_relo_cnt = spec->core_relo_count,
		.core_relos = RAWBPF__PTR(spec->core_relos),
		.core_relo_rec_size = spec->core_relo_count ? sizeof *spec->core_relos : 0,
		.fd_array = RAWBPF__PTR(spec->fd_array),
		.fd_array_cnt = spec->fd_array_count,
		.prog_token_fd = spec->token,
		.signature = RAWBPF__PTR(spec->signature),
		.signature_size = spec->signature_size,
		.keyring_id = spec->keyring,
	};
	int err = rawbpf__name_copy(attr.prog_name, spec->name);
	int fd;

	if (err < 0)
		return err;
	if (!wants_log)
		return load(&attr);
	attr.log_level = spec->log_level;
	if (attr.log_level)
		return rawbpf__log_load(&log, load_with_log, &attr, -ENOMEM);
	fd = load(&attr);
	if (!log_may_tell(fd))
		return fd;
	attr.log_level = 1;
	return rawbpf__log_load(&log, load_with_log, &attr, fd);
}

int rawbpf_prog_run(int prog, struct rawbpf_prog_run *run)
{
	struct rawbpf__test_run_attr attr = {
		.prog_fd = prog,
		.data_size_in = run->data_size_in,
		.data_size_out = run->data_out ? run->data_size_out : 0,
		.data_in = RAWBPF__PTR(run->data_in),
		/* The kernel would take a buffer of size 0 as large enough. */
		.data_out = RAWBPF__PTR(run->data_size_out ? run->data_out : NULL),
		.repeat = run->repeat,
		.ctx_size_in = run->ctx_size_in,
		.ctx_size_out = run->ctx_out ? run->ctx_size_out : 0,
		.ctx_in = RAWBPF__PTR(run->ctx_in),
		.ctx_out = RAWBPF__PTR(run->ctx_size_out ? run->ctx_out : NULL),
		.flags = run->flags,
		.cpu = run->cpu,
		.batch_size = run->batch_size,
	};
	int err = rawbpf__bpf(BPF_PROG_TEST_RUN, &attr, sizeof attr);

	run->retval = attr.retval;
	run->duration = attr.duration;
	run->data_size_out = attr.data_size_out;
	run->ctx_size_out = attr.ctx_size_out;
	return err;
}

/* Pass two descriptors, of a program and a map, in the order that the command takes. */
static int join(unsigned command, int first, int second)
{
	const struct rawbpf__prog_map_attr attr = { .first_fd = first, .second_fd = second };

	return rawbpf__bpf(command, &attr, sizeof attr);
}

int rawbpf_prog_map_bind(int prog, int map)
{
	return join(BPF_PROG_BIND_MAP, prog, map);
}

int rawbpf_prog_struct_ops_bind(int prog, int map)
{
	return join(BPF_PROG_ASSOC_STRUCT_OPS, map, prog);
}

long rawbpf_prog_stream_read(int prog, unsigned stream, void *buffer, size_t size)
{
	const struct rawbpf__stream_read_attr attr = {
		.stream_buf = RAWBPF__PTR(buffer),
		.stream_buf_len = size < INT32_MAX ? size : INT32_MAX,
		.stream_id = stream,
		.prog_fd = prog,
	};

	return rawbpf__bpf(BPF_PROG_STREAM_READ_BY_FD, &attr, sizeof attr);
}

int rawbpf_prog_stats_open(unsigned type)
{
	const struct rawbpf__number_attr attr = { .number = type };

	return rawbpf__bpf_fd(BPF_ENABLE_STATS, &attr, sizeof attr);
}
