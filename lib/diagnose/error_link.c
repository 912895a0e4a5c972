/* SPDX-License-Identifier: MIT */
/* Explains errors of links to functions, raw tracepoints, iterators and struct_ops. */
#include <rawbpf/uapi.h>

#include "error.h"

static const struct rawbpf_failures failures_of_kprobe_multi_attach = {
	.capabilities = RAWBPF__NEEDS_PERFMON,
	.kernel = RAWBPF__KERNEL(5, 18),
	.sentences =
		"EOPNOTSUPP: this kernel was built without CONFIG_FPROBE\0"
		"ESRCH: one of the names is not a function that this kernel can trace; see "
		"available_filter_functions in tracefs\0"
		"ENOENT: this kernel has no function '@' that can be traced\0"
		"EINVAL: the program was not loaded for BPF_TRACE_KPROBE_MULTI, or a function cannot "
		"be traced\0"
		"ENODEV: ftrace has shut itself down after an error in the kernel (see dmesg)\0"
		"EADDRNOTAVAIL: two functions have the same name; give their addresses\0"
		"E2BIG: more than 1,048,576 functions are named\0",
};
RAWBPF__OPERATION(KPROBE_MULTI_ATTACH, failures_of_kprobe_multi_attach);

static const struct rawbpf_failures failures_of_uprobe_multi_attach = {
	.capabilities = RAWBPF__NEEDS_PERFMON,
	.kernel = RAWBPF__KERNEL(6, 6),
	.sentences =
		"ENOENT: the file '@' does not exist\0"
		"ENOTDIR: a part of the path '@' is not a directory\0"
		"EBADF: '@' is not a file\0"
		"EINVAL: '@' is not a regular file, the program was not loaded for "
		"BPF_TRACE_UPROBE_MULTI, or this kernel was built without CONFIG_UPROBES\0"
		"EOPNOTSUPP: this kernel was built without CONFIG_UPROBES\0"
		"ESRCH: the process does not exist\0"
		"E2BIG: more than 1,048,576 offsets are named\0",
};
RAWBPF__OPERATION(UPROBE_MULTI_ATTACH, failures_of_uprobe_multi_attach);

static const struct rawbpf_failures failures_of_raw_tracepoint_attach = {
	.sentences =
		"ENOENT: this kernel has no raw tracepoint '@'\0"
		"EINVAL: the program is not of a type for raw tracepoints\0"
		"EACCES: the program reads more arguments than '@' has\0",
};
RAWBPF__OPERATION(RAW_TRACEPOINT_ATTACH, failures_of_raw_tracepoint_attach);

static const struct rawbpf_failures failures_of_tracing_attach = {
	.sentences =
		"ENOENT: this kernel has no '@' to trace\0"
		"EINVAL: the program was not loaded for that target\0"
		"EBUSY: '@' has programs that exclude this one, or ftrace is busy with it; try "
		"again\0"
		"E2BIG: '@' already has the maximum number of programs\0"
		"EOPNOTSUPP: this kernel cannot attach to '@' this way; it lacks "
		"CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS, or its architecture cannot\0"
		"ENODEV: ftrace has shut itself down after an error in the kernel (see dmesg)\0"
		"EPERM: this kernel or a security module forbids this kind of tracing\0",
};
RAWBPF__OPERATION(TRACING_ATTACH, failures_of_tracing_attach);

static const struct rawbpf_failures failures_of_lsm_off = {
	.sentences = "EOPNOTSUPP: the kernel has not started the security module bpf "
		     "(/sys/kernel/security/lsm), and calls no such program; boot with bpf in lsm=\0",
};
static const struct rawbpf_operation lsm_off = { &failures_of_lsm_off };

const struct rawbpf_operation *rawbpf__lsm_refusal(void)
{
	return rawbpf__bpf_lsm_is_off() ? &lsm_off : NULL;
}

static const struct rawbpf_failures failures_of_tracing_multi_attach = {
	.kernel = RAWBPF__KERNEL(7, 2),
	.sentences =
		"EINVAL: the ids are missing, repeated or not of functions, or the program was not "
		"loaded for several functions\0"
		"EFAULT: an array is outside this process's memory\0"
		"EBADF: the program is not open\0",
};
RAWBPF__OPERATION(TRACING_MULTI_ATTACH, failures_of_tracing_multi_attach);

static const struct rawbpf_failures failures_of_iter_attach = {
	.sentences =
		"EINVAL: the program is not an iterator, or its target needs other fields of the "
		"spec\0"
		"ENOENT: this kernel has no iterator '@'\0"
		"EBADF: its map or cgroup is not open\0"
		"E2BIG: this kernel does not know all fields of the spec; its fields for tasks and "
		"cgroups need Linux 6.1\0"
		"ESRCH: the process does not exist\0",
};
RAWBPF__OPERATION(ITER_ATTACH, failures_of_iter_attach);

static const struct rawbpf_failures failures_of_iter_create = {
	.sentences =
		"EINVAL: the link is not an iterator's\0"
		"EBADF: the link is detached\0",
};
RAWBPF__OPERATION(ITER_CREATE, failures_of_iter_create);

static const struct rawbpf_failures failures_of_struct_ops_attach = {
	.capabilities = RAWBPF__NEEDS_BPF,
	.kernel = RAWBPF__KERNEL(6, 4),
	.sentences =
		"EINVAL: the map holds no programs, was created without BPF_F_LINK, or is not a "
		"struct_ops map\0"
		"EEXIST: operations of that name are registered already\0"
		"EBADF: the map is not open\0",
};
RAWBPF__OPERATION(STRUCT_OPS_ATTACH, failures_of_struct_ops_attach);

static const struct rawbpf_failures failures_of_link_update = {
	.sentences =
		"EINVAL: links of this kind cannot change their program, or the new program has "
		"another type\0"
		"EPERM: the link does not run the program that was to be replaced\0"
		"ENOLINK: the link's target no longer exists\0"
		"EBADF: the link is detached, or the program is not open\0"
		"EOPNOTSUPP: links of this kind cannot change their program\0",
};
RAWBPF__OPERATION(LINK_UPDATE, failures_of_link_update);

static const struct rawbpf_failures failures_of_link_detach = {
	.sentences =
		"EBUSY: the program is detached, but its event in tracefs is still in use\0"
		"EACCES: tracefs cannot be written, so the event stays there\0"
		"EOPNOTSUPP: tracefs is no longer mounted\0",
};
RAWBPF__OPERATION(LINK_DETACH, failures_of_link_detach);

static const struct rawbpf_failures failures_of_link_revoke = {
	.sentences =
		"EINVAL: the link is a perf event, not a bpf link\0"
		"EOPNOTSUPP: links of this kind cannot be revoked; close their descriptors and "
		"remove their pins\0"
		"EBADF: the link is detached\0",
};
RAWBPF__OPERATION(LINK_REVOKE, failures_of_link_revoke);
