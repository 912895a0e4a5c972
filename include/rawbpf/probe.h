/* SPDX-License-Identifier: MIT */
/*
 * Try what this kernel supports: make the smallest map, program, call or attachment of the kind,
 * and undo it. The functions leave nothing behind and touch no running program. Probes attach to
 * places that no other program reaches. If others would see them (devices, cgroups, other
 * processes), the functions use an invalid target. The kernel then attaches nothing, and its errno
 * gives the answer.
 *
 * `*has` becomes 1 if the kernel has it, and 0 if it does not or if the function cannot tell. The
 * result is 0, or a negative errno if it cannot tell, mostly -EPERM. `kernel` is the kernel's BTF,
 * which some types need; with NULL the functions open it themselves, which takes a while.
 */
#ifndef RAWBPF_PROBE_H
#define RAWBPF_PROBE_H

#include <rawbpf/btf.h>
#include <rawbpf/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ask for maps of this type: BPF_MAP_TYPE_*. */
int rawbpf_probe_map_has(int *has, unsigned type, const struct rawbpf_btf *kernel);

/* Ask for programs of this type, BPF_PROG_TYPE_*, for at least one of its attach types. */
int rawbpf_probe_prog_has(int *has, unsigned type, const struct rawbpf_btf *kernel);

/*
 * Ask which helpers a program of this type may call, with at least one of its attach types. has[i]
 * becomes 1 if it may call helper number `first` + i, else 0. Return 0, or
 *
 * -ENOTSUPP  (524) no such program can be loaded here, so its helpers are not known
 * -EPROTO    this function does not know the verifier's words
 */
int rawbpf_probe_helpers_has(unsigned char *has, unsigned prog_type, unsigned first,
			     unsigned count, const struct rawbpf_btf *kernel);

/* Return the version of the instruction set that the kernel accepts: 1 to 4, as LLVM counts. */
int rawbpf_probe_isa_find(void);

/* Ways to attach. */
enum rawbpf_probe_attach {
	RAWBPF_PROBE_KPROBE,
	RAWBPF_PROBE_KPROBE_MULTI,
	RAWBPF_PROBE_TRACEPOINT,
	RAWBPF_PROBE_RAW_TRACEPOINT,
	RAWBPF_PROBE_TP_BTF,
	RAWBPF_PROBE_FENTRY,       /* and fexit */
	RAWBPF_PROBE_FMOD_RET,
	RAWBPF_PROBE_LSM,
	RAWBPF_PROBE_UPROBE,
	RAWBPF_PROBE_UPROBE_MULTI,
	RAWBPF_PROBE_PERF_EVENT,
	RAWBPF_PROBE_ITER,
	RAWBPF_PROBE_XDP,
	RAWBPF_PROBE_TCX,
	RAWBPF_PROBE_NETKIT,
	RAWBPF_PROBE_NETFILTER,
	RAWBPF_PROBE_NETNS,
	RAWBPF_PROBE_CGROUP,
	RAWBPF_PROBE_SOCKMAP,
	RAWBPF_PROBE_STRUCT_OPS,   /* by a bpf link */
	RAWBPF_PROBE_ATTACH_COUNT
};

/* Return the name that `rawbpf doctor` prints: "kprobe", "kprobe_multi", ... NULL: not a way. */
const char *rawbpf_probe_attach_name(enum rawbpf_probe_attach way);

/*
 * Ask whether a program can be attached in this way and then runs. Kprobes that are switched off do
 * not run, nor do LSM programs where lsm= lacks bpf: -EOPNOTSUPP. If not, and `error` is not NULL,
 * it describes the failure for rawbpf_error_explain(). -EINVAL: not a way.
 */
int rawbpf_probe_attach_has(int *has, enum rawbpf_probe_attach way,
			    const struct rawbpf_btf *kernel, struct rawbpf_error *error);

#ifdef __cplusplus
}
#endif
#endif
