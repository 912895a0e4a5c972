/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_LIB_OBJ_H
#define RAWBPF_LIB_OBJ_H

#include <rawbpf/obj.h>

#include "../sys/sys.h"

/*
 * Check the kind of the object `fd`; for BTF the caller must know that `fd` is open. -EINVAL: the
 * object is of another kind. Returns 0 otherwise, also if the kernel cannot show the kind.
 */
RAWBPF__PRIVATE int rawbpf__obj_check(int fd, enum rawbpf_obj_kind kind);

#endif
