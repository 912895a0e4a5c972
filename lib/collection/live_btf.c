/* SPDX-License-Identifier: MIT */
/* The BTF of the kernel and of its modules, opened when a name needs it. */
#include <rawbpf/info.h>
#include <rawbpf/obj.h>

#include "live_btf.h"
#include "../object/btf.h"
#include "../../insn/base/string.h"

/* Open the kernel's BTF. Many texts do not need it. */
static void live_kernel_open(void *context)
{
	struct rawbpf_live *live = context;
	size_t size;
	void *memory;

	live->symbols.open_kernel = NULL;
	if (rawbpf__btf_kernel_open_partly(&live->btf) < 0)
		return;
	live->symbols.kernel = &live->btf;
	size = rawbpf_symbol_index_size(&live->btf);
	if (rawbpf__mmap(&memory, size, PROT_READ | PROT_WRITE, -1) < 0)
		return; /* names walk */
	live->symbol_index = (struct rawbpf_symbol_index){ .memory = memory, .size = size };
	live->symbols.index = &live->symbol_index;
}

/* Open the BTF of a module if the descriptor is one's. Return 1 if the descriptor is kept. */
static int live_module_open(struct rawbpf_live *live, int fd)
{
	struct rawbpf_live_modules *modules = live->modules;
	unsigned number = live->symbols.module_count;
	char name[64] = "";
	struct rawbpf_btf_info info = { .name = { .data = name, .max = sizeof name } };

	if (rawbpf_btf_info(&info, fd) < 0 || !info.kernel_btf || rawbpf__equal(name, "vmlinux") ||
	    rawbpf_btf_open(&modules->btf[number], fd, &live->btf) < 0)
		return 0;
	modules->all[number] = (struct rawbpf_symbol_module){ &modules->btf[number], fd };
	modules->fds[number + 1] = fd;
	live->symbols.module_count++;
	return 1;
}

/* Open the BTF of all modules: a function may be in any of them. */
static void live_modules_open(void *context)
{
	struct rawbpf_live *live = context;
	unsigned id = 0;
	void *memory;

	live->symbols.open_modules = NULL;
	if (!live->symbols.kernel || rawbpf__mmap(&memory, sizeof *live->modules, PROT_READ | PROT_WRITE, -1) < 0)
		return;
	live->modules = memory;
	live->symbols.modules = live->modules->all;
	while (live->symbols.module_count < LIVE_MODULES && rawbpf_obj_id_next(&id, RAWBPF_OBJ_BTF, id) == 0) {
		int fd = rawbpf_obj_id_open(RAWBPF_OBJ_BTF, id, NULL);

		if (fd > 0 && !live_module_open(live, fd))
			rawbpf__close(fd);
	}
}

void rawbpf__live_btf_begin(struct rawbpf_live *live)
{
	live->symbols.open_kernel = live_kernel_open;
	live->symbols.open_modules = live_modules_open;
	live->symbols.context = live;
}

void rawbpf__live_btf_close(struct rawbpf_live *live)
{
	for (unsigned i = 0; i < live->symbols.module_count; i++) {
		rawbpf_btf_close(&live->modules->btf[i]);
		rawbpf__close(live->modules->all[i].fd);
	}
	if (live->modules)
		rawbpf__munmap(live->modules, sizeof *live->modules);
	if (live->symbol_index.memory)
		rawbpf__munmap(live->symbol_index.memory, live->symbol_index.size);
	rawbpf_btf_close(&live->btf);
}
