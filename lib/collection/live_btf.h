/* SPDX-License-Identifier: MIT */
/* The BTF of the kernel and of its modules. */
#ifndef RAWBPF_LIB_LIVE_BTF_H
#define RAWBPF_LIB_LIVE_BTF_H

#include <rawbpf/live.h>

#include "../sys/sys.h"

/* More modules are not searched. */
enum { LIVE_MODULES = 256 };

struct rawbpf_live_modules {
	struct rawbpf_btf btf[LIVE_MODULES];
	struct rawbpf_symbol_module all[LIVE_MODULES];
	int fds[LIVE_MODULES + 1]; /* as programs name them: that of module N is fds[N] */
};

/* Let live->symbols open BTF when a name needs it. */
RAWBPF__PRIVATE void rawbpf__live_btf_begin(struct rawbpf_live *live);

/* Close what was opened. */
RAWBPF__PRIVATE void rawbpf__live_btf_close(struct rawbpf_live *live);

#endif
