/* SPDX-License-Identifier: MIT */
/* Ask the kernel's types for sizes and offsets, instead of a header. No privilege. Linux 5.4. */
#include "api.h"

#include <linux/btf.h>

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "btf");

	struct rawbpf_btf kernel;
	struct rawbpf_btf_member member;
	char name[128];
	int id;

	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	id = must(NULL, rawbpf_btf_type_find(&kernel, BTF_KIND_STRUCT, "list_head"));
	printf("struct list_head: %d bytes\n", must(NULL, rawbpf_btf_type_size(&kernel, id)));
	must(NULL, rawbpf_btf_member_find(&member, &kernel, id, "prev"));
	rawbpf_btf_type_format(name, sizeof name, &kernel, member.type);
	printf("prev: offset %u, a %s\n", member.offset, name);

	/* Find a member by a path, through a member that is a struct. */
	id = must(NULL, rawbpf_btf_type_find(&kernel, BTF_KIND_STRUCT, "task_struct"));
	if (rawbpf_btf_member_find(&member, &kernel, id, "tasks.no_such_member") == -ENOENT)
		printf("task_struct has no tasks.no_such_member\n");
	must(NULL, rawbpf_btf_member_find(&member, &kernel, id, "tasks.next"));
	rawbpf_btf_type_format(name, sizeof name, &kernel, member.type);
	printf("tasks.next: a %s, %s\n", name,
	       (int)member.offset == rawbpf_btf_offset_find(&kernel, "task_struct", "tasks")
		? "at the offset of tasks" : "elsewhere");
	rawbpf_btf_close(&kernel);
	return done();
}
