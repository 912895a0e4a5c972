/* SPDX-License-Identifier: MIT */
/* How operations on programs fail. */
#include <linux/bpf.h>

#include "error.h"

enum { SYSCALL = 31, NETFILTER = 32 }; /* program types: 5.14, 6.4 */

static unsigned short kernel_of_prog(unsigned type)
{
	return type == SYSCALL ? RAWBPF__KERNEL(5, 14) :
	       type == NETFILTER ? RAWBPF__KERNEL(6, 4) : 0;
}

/* Measured on 6.18; is_net_admin_prog_type(), is_perfmon_prog_type(). */
uint64_t rawbpf__capabilities_of_prog(unsigned type)
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
	const uint64_t bpf = RAWBPF__BIT(RAWBPF__CAP_BPF);
	const uint64_t perfmon = RAWBPF__BIT(RAWBPF__CAP_PERFMON);
	uint64_t bit = type < 64 ? RAWBPF__BIT(type) : 0;

	if (bit & RAWBPF__BIT(BPF_PROG_TYPE_EXT)) /* may extend any */
		return bpf | perfmon | RAWBPF__BIT(CAP_NET_ADMIN);
	if (bit & of_neither)
		return bpf;
	return bpf | (bit & of_perfmon ? perfmon : RAWBPF__BIT(CAP_NET_ADMIN));
}

const struct rawbpf_operation rawbpf_operation_prog_load = {
	.capabilities = rawbpf__capabilities_of_prog,
	.kernel = kernel_of_prog,
	.eacces_is_verifier = 1,
	.sentences =
		"EACCES: the verifier rejected the program; its log says why\0"
		"EINVAL: the verifier rejected the program (its log says why), this kernel does "
		"not know its type, or its name is not all [A-Za-z0-9_.]\0"
		"EBADF: an instruction names a descriptor that is not open\0"
		"E2BIG: the program is too long, or too complex to verify\0"
		"EAGAIN: signals interrupt the verifier again and again; try again\0",
};

const struct rawbpf_operation rawbpf_operation_prog_run = {
	.sentences =
		"EINVAL: programs of this type want a packet of 14 bytes or more, or a context, or "
		"neither; or it is not a program\0"
		"EOPNOTSUPP: programs of this type cannot be run so, only attached\0"
		"ENOSPC: the packet afterwards is larger than data_out; make that larger\0"
		"EINTR: a signal came during the repeats; try again\0"
		"EPERM: the program was not loaded by this process's kind\0"
		"EBADF: it is not open\0",
};

static uint64_t capabilities_of_prog_attach(unsigned type)
{
	return type == BPF_PROG_TYPE_CGROUP_SKB ? RAWBPF__BIT(CAP_NET_ADMIN) : 0;
}

const struct rawbpf_operation rawbpf_operation_prog_attach = {
	.capabilities = capabilities_of_prog_attach,
	.einval_is_denial = 1,
	.sentences =
		"EINVAL: the program's type is not one for this hook, it is attached already, or "
		"this kernel was built without the hook\0"
		"EBADF: the target or the program is not open, or '@' is not such a target\0"
		"EBUSY: another program is there; detach it first\0"
		"EOPNOTSUPP: this kind of target takes none\0"
		"ENOENT: the program is not attached there\0"
		"ESTALE: somebody else attached or detached programs meanwhile; try again\0"
		"E2BIG: as many programs as can be are attached already\0",
};

const struct rawbpf_operation rawbpf_operation_prog_query = {
	.capabilities = rawbpf__capabilities_of_net,
	.sentences =
		"EINVAL: this kernel cannot say what is attached there; XDP is asked by netlink\0"
		"ENOSPC: there are more programs than the arrays have room for\0"
		"EBADF: '@' is not such a target, or not open\0"
		"ENOENT: nothing is attached there\0"
		"ENODEV: there is no such device\0",
};

const struct rawbpf_operation rawbpf_operation_prog_map_bind = {
	.sentences =
		"EBADF: the program or the map is not open\0"
		"EINVAL: what is to be the program is none, or what is to be the map\0",
};

static unsigned short kernel_of_streams(unsigned type)
{
	(void)type;
	return RAWBPF__KERNEL(6, 17);
}

const struct rawbpf_operation rawbpf_operation_prog_stream_read = {
	.kernel = kernel_of_streams,
	.sentences =
		"ENOENT: a program has two streams, 1 and 2\0"
		"ENOMEM: this program has no streams; they are of programs that the JIT compiled\0",
};

const struct rawbpf_operation rawbpf_operation_prog_stats_open = {
	.capabilities = rawbpf__capabilities_of_admin,
	.sentences = "EINVAL: this kernel has no such statistics\0",
};
