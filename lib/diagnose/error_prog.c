/* SPDX-License-Identifier: MIT */
/* Explains errors of operations on programs. */
#include <rawbpf/uapi.h>

#include "error.h"

enum { SYSCALL = 31, NETFILTER = 32 }; /* program types: 5.14, 6.4 */

static unsigned short kernel_of_prog(unsigned type)
{
	return type == SYSCALL ? RAWBPF__KERNEL(5, 14) :
	       type == NETFILTER ? RAWBPF__KERNEL(6, 4) : 0;
}

/*
 * Return the capabilities that a program type needs: measured on 6.18; is_net_admin_prog_type(),
 * is_perfmon_prog_type().
 */
static uint64_t capabilities_of_prog(unsigned type)
{
	static const uint64_t of_perfmon =
		RAWBPF__BIT(BPF_PROG_TYPE_KPROBE) | RAWBPF__BIT(BPF_PROG_TYPE_TRACEPOINT) |
		RAWBPF__BIT(BPF_PROG_TYPE_PERF_EVENT) | RAWBPF__BIT(BPF_PROG_TYPE_RAW_TRACEPOINT) |
		RAWBPF__BIT(BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE) |
		RAWBPF__BIT(BPF_PROG_TYPE_TRACING) | RAWBPF__BIT(BPF_PROG_TYPE_LSM) |
		RAWBPF__BIT(BPF_PROG_TYPE_STRUCT_OPS);
	static const uint64_t of_neither =
		RAWBPF__BIT(BPF_PROG_TYPE_SOCKET_FILTER) | RAWBPF__BIT(BPF_PROG_TYPE_CGROUP_SKB) |
		RAWBPF__BIT(BPF_PROG_TYPE_SK_REUSEPORT) | RAWBPF__BIT(BPF_PROG_TYPE_SK_LOOKUP) |
		RAWBPF__BIT(BPF_PROG_TYPE_LIRC_MODE2) | RAWBPF__BIT(SYSCALL);
	uint64_t bit = type < 64 ? RAWBPF__BIT(type) : 0;

	if (bit & RAWBPF__BIT(BPF_PROG_TYPE_EXT)) /* may extend any */
		return RAWBPF__NEEDS_PERFMON | RAWBPF__NEEDS_NET;
	if (bit & of_neither)
		return 0;
	return bit & of_perfmon ? RAWBPF__NEEDS_PERFMON : RAWBPF__NEEDS_NET;
}

static const struct rawbpf_failures failures_of_prog_load = {
	.capabilities = RAWBPF__NEEDS_BPF,
	.capabilities_of = capabilities_of_prog,
	.kernel_of = kernel_of_prog,
	.eacces_is_verifier = 1,
	.sentences =
		"EACCES: the verifier rejected the program; its log says why\0"
		"EINVAL: this kernel lacks the type or attach type, the name is not of "
		"[A-Za-z0-9_.], or the verifier's log says why\0"
		"EBADF: an instruction names a descriptor that is not open\0"
		"E2BIG: the program has no instructions or too many, or is too complex to verify\0"
		"EAGAIN: signals kept interrupting the verifier; try again\0",
};
RAWBPF__OPERATION(PROG_LOAD, failures_of_prog_load);
RAWBPF__OPERATION(PROBE_PROG_HAS, failures_of_prog_load);
RAWBPF__OPERATION(PROBE_ISA_FIND, failures_of_prog_load);
RAWBPF__OPERATION(PROBE_ATTACH_HAS, failures_of_prog_load);

static const struct rawbpf_failures failures_of_probe_helpers_has = {
	.capabilities = RAWBPF__NEEDS_BPF,
	.capabilities_of = capabilities_of_prog,
	.eacces_is_verifier = 1,
	.more_sentences = failures_of_prog_load.sentences,
	.sentences =
		"EOPNOTSUPP: no program of this type can be loaded here, so its helpers are not known\0"
		"EPROTO: this library does not know how this kernel's verifier rejects a helper\0",
};
RAWBPF__OPERATION(PROBE_HELPERS_HAS, failures_of_probe_helpers_has);

static const struct rawbpf_failures failures_of_prog_recipe_load = {
	.capabilities = RAWBPF__NEEDS_BPF,
	.capabilities_of = capabilities_of_prog,
	.kernel_of = kernel_of_prog,
	.eacces_is_verifier = 1,
	.more_sentences = failures_of_prog_load.sentences,
	.sentences = "ENOENT: this kernel has no function, tracepoint or struct of the recipe's name\0",
};
RAWBPF__OPERATION(PROG_RECIPE_LOAD, failures_of_prog_recipe_load);

static const struct rawbpf_failures failures_of_prog_run = {
	.sentences =
		"EINVAL: the descriptor is not a program's, or its type needs other input: a packet "
		"of at least 14 bytes, a context, or neither\0"
		"EOPNOTSUPP: programs of this type cannot be run by a call, only attached\0"
		"ENOSPC: the resulting packet is larger than data_out; use a larger buffer\0"
		"EINTR: a signal interrupted the runs; try again\0"
		"ENXIO: the CPU does not exist or is offline\0"
		"EPROTO: the program did not return the result of its recipe\0"
		"EBADF: the program is not open\0",
};
RAWBPF__OPERATION(PROG_RUN, failures_of_prog_run);
RAWBPF__OPERATION(PROG_RECIPE_RUN, failures_of_prog_run);

static const struct rawbpf_failures failures_of_prog_map_bind = {
	.sentences =
		"EBADF: the program or the map is not open\0"
		"EINVAL: the first descriptor is not a program's, or the second is not a map's\0",
};
RAWBPF__OPERATION(PROG_MAP_BIND, failures_of_prog_map_bind);

static const struct rawbpf_failures failures_of_prog_struct_ops_bind = {
	.kernel = RAWBPF__KERNEL(7, 0),
	.sentences =
		"EBADF: the program or the map is not open\0"
		"EINVAL: the map is not of type struct_ops, or the program is itself in such a "
		"map\0"
		"EBUSY: the program is bound to another map\0",
};
RAWBPF__OPERATION(PROG_STRUCT_OPS_BIND, failures_of_prog_struct_ops_bind);

static const struct rawbpf_failures failures_of_prog_stream_read = {
	.kernel = RAWBPF__KERNEL(6, 17),
	.sentences =
		"ENOENT: a program has streams 1 and 2, and no others\0"
		"EINVAL: the descriptor is not a program's\0"
		"EBADF: the program is not open\0"
		"ENOMEM: this program has no streams; only programs that the JIT compiled have "
		"them\0",
};
RAWBPF__OPERATION(PROG_STREAM_READ, failures_of_prog_stream_read);

static const struct rawbpf_failures failures_of_prog_stats_open = {
	.capabilities = RAWBPF__NEEDS_ADMIN,
	.sentences = "EINVAL: this kernel has no such statistics\0",
};
RAWBPF__OPERATION(PROG_STATS_OPEN, failures_of_prog_stats_open);
