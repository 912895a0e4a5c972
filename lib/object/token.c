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

int rawbpf_token_open(const char *path)
{
	int token, bpffs = rawbpf__open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);

	if (bpffs < 0)
		return bpffs;
	token = rawbpf_token_create(bpffs);
	rawbpf__close(bpffs);
	return token;
}
