/* SPDX-License-Identifier: MIT */
/*
 * What this kernel has, found out by trying: the smallest map, program, call or
 * attachment of the kind is made and undone. Nothing stays, and nothing that
 * runs on the machine is touched: probes are put where nobody comes by, and
 * what would be (devices, cgroups, other processes) is asked with a target
 * that cannot be, so that the kernel's answer tells and nothing is attached.
 *
 * `*has` becomes 1 (it has) or 0 (it has not, or nobody can tell). The result is 0, or
 * a negative errno where nobody can tell, mostly -EPERM. `kernel` is the kernel's
 * BTF, which some types are about; NULL: it is opened meanwhile, which takes a while.
 */
#ifndef RAWBPF_PROBE_H
#define RAWBPF_PROBE_H

#include <rawbpf/btf.h>
#include <rawbpf/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Maps of this type: BPF_MAP_TYPE_*. */
int rawbpf_probe_map_has(int *has, unsigned type, const struct rawbpf_btf *kernel);

/* Programs of this type, BPF_PROG_TYPE_*, for at least one of its attach types. */
int rawbpf_probe_prog_has(int *has, unsigned type, const struct rawbpf_btf *kernel);

/*
 * Which of the helpers from number `first` on a program of this type may call: has[i]
 * becomes 1 for helper `first` + i, else 0. 0, or
 *
 * -ENOTSUPP  (524) no such program can be loaded here, so none is known
 * -EPROTO    the verifier's words are none that this function knows
 */
int rawbpf_probe_helpers_has(unsigned char *has, unsigned prog_type, unsigned first,
			     unsigned count, const struct rawbpf_btf *kernel);

/* The version of the instruction set that the kernel takes: 1 to 4, as LLVM counts them. */
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

/* What doctor calls it: "kprobe", "kprobe_multi", ... NULL: no such way. */
const char *rawbpf_probe_attach_name(enum rawbpf_probe_attach way);

/*
 * Can a program be attached so, and is it called then? (Kprobes that are switched off are not, nor
 * LSM programs where lsm= is without bpf: -EOPNOTSUPP.) If not, and `error` is not NULL, it becomes
 * what failed, for rawbpf_error_explain(). -EINVAL: no such way.
 */
int rawbpf_probe_attach_has(int *has, enum rawbpf_probe_attach way,
			    const struct rawbpf_btf *kernel, struct rawbpf_error *error);

#ifdef __cplusplus
}
#endif
#endif
