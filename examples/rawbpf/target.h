/* SPDX-License-Identifier: MIT */
/* What programs are attached to, by the kernel's numbers, in words: escaped and malloc-ed. */
#ifndef EXAMPLES_RAWBPF_TARGET_H
#define EXAMPLES_RAWBPF_TARGET_H

#include "record.h"

#include <rawbpf/btf.h>

/* Where a file system of this type is mounted first; NULL: nowhere. Not escaped. */
char *target_mount(const char *type);

/* The path of the cgroup with this id, or "cgroup ID". */
char *target_cgroup(uint64_t id);

/* "netns INO", "this netns", "a netns that is gone". */
char *target_netns(unsigned ino);

/* The device's name, "device INDEX of another netns", "a device that is gone". */
char *target_device(unsigned ifindex);

/* The function `id` of the BTF object, of the kernel, a module or a program: its name. */
char *target_function(unsigned btf_object, unsigned id);

/* The kernel's BTF, opened once; NULL: there is none. */
const struct rawbpf_btf *target_kernel_btf(void);

#endif
