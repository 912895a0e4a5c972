/* SPDX-License-Identifier: MIT */
#include <rawbpf/obj.h>
#include <rawbpf/uapi.h>

#include "../sys/attr.h"
#include "../sys/sys.h"

int rawbpf_token_create(int bpffs)
{
	const struct rawbpf__token_create_attr attr = { .bpffs_fd = bpffs };

	return rawbpf__bpf_fd(BPF_TOKEN_CREATE, &attr, sizeof attr);
}
