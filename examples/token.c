/* SPDX-License-Identifier: MIT */
#include "token.h"

#include <rawbpf/obj.h>
#include <rawbpf/uapi.h>
#include <stdlib.h>

const char *token_path(void)
{
	const char *path = getenv(TOKEN_VARIABLE);

	return path && path[0] ? path : NULL;
}

int token_use(unsigned *flags)
{
	static int token;

	if (!token && token_path())
		token = rawbpf_token_open(token_path());
	if (token > 0)
		*flags |= BPF_F_TOKEN_FD;
	return token;
}
