/* SPDX-License-Identifier: MIT */
/* The modules of the guests. */
#ifndef VM_MODULES_H
#define VM_MODULES_H

#define GUEST_MODULES(X) \
	X(cls_bpf) X(act_bpf) X(sch_ingress) X(loop) X(virtio_blk) X(nf_conntrack)

/*
 * A module that initialises a per-CPU variable. s390x-newest, 7.2.13, gives it a wrong address and
 * panics: the guest there does without.
 */
#define GUEST_PERCPU_MODULE drop_monitor
#define GUEST_WITHOUT_PERCPU_MODULE "s390x-newest"

#endif
