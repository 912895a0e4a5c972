/* SPDX-License-Identifier: MIT */
/* The types of maps and programs that this kernel has and runs, and the kernel's BTF. */
#include <sys/mount.h>
#include <sys/utsname.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include <rawbpf.h>

#include "guest.h"

/* Return 1 for a descriptor, or the error. */
static int made(int fd)
{
	if (fd < 0)
		return fd;
	close(fd);
	return 1;
}

static void every_prog(const struct rawbpf_btf *kernel)
{
	const struct rawbpf_prog_recipe *recipe;

	for (unsigned n = 0; (recipe = rawbpf_prog_recipe_get(n)); n++) {
		const char *name = rawbpf_constant_name(RAWBPF_PROG_TYPE, recipe->type);
		int prog = rawbpf_prog_recipe_load(recipe, kernel, NULL, 0);

		fact(prog < 0 ? prog : 1, "prog.%s.%u", name, recipe->expected_attach_type);
		if (prog < 0)
			continue;
		fact(rawbpf_prog_recipe_run(recipe, prog), "run.%s.%u", name,
		     recipe->expected_attach_type);
		close(prog);
	}
}

static void every_map(const struct rawbpf_btf *kernel)
{
	for (unsigned type = 1; rawbpf_map_recipe_get(type); type++)
		fact(made(rawbpf_map_recipe_create(type, kernel)), "map.%s",
		     rawbpf_constant_name(RAWBPF_MAP_TYPE, type));
}

static void kernel_btf(struct rawbpf_btf *kernel)
{
	struct rawbpf_btf by_id;
	int err;

	fact(rawbpf_btf_kernel_open(kernel), "btf.open");
	fact(rawbpf_btf_offset_find(kernel, "task_struct", "comm") > 0, "btf.comm");
	unshare(CLONE_NEWNS);
	mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
	umount2("/sys", MNT_DETACH);
	err = rawbpf_btf_kernel_open(&by_id);
	fact(err, "btf.by_id");
	fact(err == 0 && rawbpf_btf_type_end(&by_id) == rawbpf_btf_type_end(kernel), "btf.same");
	rawbpf_btf_close(&by_id);
}

void guest_types(void)
{
	struct utsname machine;
	struct rawbpf_btf kernel;

	uname(&machine);
	if (strcmp(machine.machine, "x86_64") != 0)
		return;
	test_as_it_is("/bin/map_types", "types.uses");
	kernel_btf(&kernel);
	every_prog(&kernel);
	every_map(&kernel); /* last: see test/object/map_types.c */
	rawbpf_btf_close(&kernel);
}
