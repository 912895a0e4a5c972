/* SPDX-License-Identifier: MIT */
/* The targets of programs in words, from the kernel's numbers. All are escaped and malloc-ed. */
#ifndef EXAMPLES_RAWBPF_TARGET_H
#define EXAMPLES_RAWBPF_TARGET_H

#include "record.h"
#include "tool.h"

#include <rawbpf/btf.h>

/* Return the first mount point of a file system of this type, not escaped, or NULL. */
char *target_mount(const char *type);

/* Return the path of the cgroup with this id, or "cgroup ID". */
char *target_cgroup(uint64_t id);

/* Return "netns INO", "this netns", "a netns that is gone". */
char *target_netns(unsigned ino);

/* Return the device's name, "device INDEX of another netns", "a device that is gone". */
char *target_device(unsigned ifindex);

/* Return the index of a device by its name, or 0 after a message. */
unsigned target_device_find(const struct subcommand *subcommand, const char *name);

/* Return the name of function `id` in a BTF object of the kernel, a module or a program. */
char *target_function(unsigned btf_object, unsigned id);

/* Return the kernel's BTF, opened once, or NULL. */
const struct rawbpf_btf *target_kernel_btf(void);

#endif
