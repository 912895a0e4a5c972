/* SPDX-License-Identifier: MIT */
/* Explains errors of operations on BTF. */
#include "error.h"

static const struct rawbpf_failures failures_of_btf_load = {
	.capabilities = RAWBPF__NEEDS_BPF,
	.sentences =
		"EPERM: a security module, a seccomp filter or the kernel's configuration refuses it\0"
		"EINVAL: the BTF is malformed, or has a kind that this kernel does not know; the "
		"log names the type\0"
		"E2BIG: the BTF is larger than 16 MB\0",
};
RAWBPF__OPERATION(BTF_LOAD, failures_of_btf_load);
RAWBPF__OPERATION(MAP_BTF_LOAD, failures_of_btf_load);
RAWBPF__OPERATION(PROG_BTF_LOAD, failures_of_btf_load);

static const struct rawbpf_failures failures_of_struct_ops_btf_load = {
	.capabilities = RAWBPF__NEEDS_BPF,
	.more_sentences = failures_of_btf_load.sentences,
	.sentences = "ENOENT: this kernel has no struct_ops '@'\0",
};
RAWBPF__OPERATION(STRUCT_OPS_BTF_LOAD, failures_of_struct_ops_btf_load);

static const char *why_no_kernel_btf(const struct rawbpf_error *error)
{
	if (error->error != -ENOENT && error->error != -EPERM)
		return NULL;
	if (!rawbpf__exists("/sys/kernel") && error->error == -EPERM)
		return "sysfs is not mounted, and without it reading the kernel's BTF needs "
		       "CAP_SYS_ADMIN; mount it: mount -t sysfs sysfs /sys";
	if (!rawbpf__exists("/sys/kernel") && rawbpf__kernel() < RAWBPF__KERNEL(5, 11))
		return "sysfs is not mounted, and without it this kernel does not say which BTF is "
		       "its own; mount it: mount -t sysfs sysfs /sys";
	if (!rawbpf__exists("/sys/kernel/btf/vmlinux"))
		return "this kernel has no BTF (/sys/kernel/btf/vmlinux); boot one with "
		       "CONFIG_DEBUG_INFO_BTF";
	return NULL;
}

static const struct rawbpf_failures failures_of_btf_kernel_open = {
	.look = why_no_kernel_btf,
	.sentences =
		"ENOENT: the kernel's BTF cannot be found\0"
		"EINVAL: the kernel's BTF is malformed\0",
};
RAWBPF__OPERATION(BTF_KERNEL_OPEN, failures_of_btf_kernel_open);

static const struct rawbpf_failures failures_of_btf_module_open = {
	.capabilities = RAWBPF__NEEDS_ADMIN, /* to open by ids, where sysfs has no file */
	.look = why_no_kernel_btf,
	.sentences =
		"ENOENT: the module '@' is not loaded, or has no BTF; see /sys/kernel/btf\0"
		"EINVAL: the BTF of '@' does not fit the kernel's\0",
};
RAWBPF__OPERATION(BTF_MODULE_OPEN, failures_of_btf_module_open);

static const struct rawbpf_failures failures_of_btf_fd_open = {
	.capabilities = RAWBPF__NEEDS_ADMIN,
	.sentences = "ENOENT: the kernel holds no BTF of that name; before 5.11 it shows no "
		     "names\0",
};
RAWBPF__OPERATION(BTF_FD_OPEN, failures_of_btf_fd_open);

static const struct rawbpf_failures failures_of_btf_open = {
	.sentences =
		"EBADF: the descriptor is not open\0"
		"EINVAL: the descriptor is not of BTF, or a module's BTF lacks the kernel's as its "
		"base\0",
};
RAWBPF__OPERATION(BTF_OPEN, failures_of_btf_open);
