/* SPDX-License-Identifier: MIT */
#ifndef RAWBPF_LIB_OBJ_H
#define RAWBPF_LIB_OBJ_H

#include <rawbpf/obj.h>

#include "../sys/sys.h"

/*
 * -EINVAL: `fd`, which for BTF has to be open, is of another kind. Else 0, also where that cannot
 * be found out.
 */
RAWBPF__PRIVATE int rawbpf__obj_check(int fd, enum rawbpf_obj_kind kind);

#endif
