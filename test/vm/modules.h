/* SPDX-License-Identifier: MIT */
/* The modules that every guest has. */
#ifndef VM_MODULES_H
#define VM_MODULES_H

#define GUEST_MODULES(X) X(cls_bpf) X(act_bpf) X(sch_ingress) X(loop) X(virtio_blk)

#endif
