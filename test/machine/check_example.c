/* SPDX-License-Identifier: MIT */
/* The Check example of rawbpf_vm_test(3), as the page has it, with the text that argv[1] names. */
#include <check.h>
#include <rawbpf/vm_test.h>

#include "../unit.h"

#include "page_vm_test.h"

int main(int argc, char **argv)
{
	static char text[1 << 16], tables[1 << 20];
	struct rawbpf_collection_text input = { .text = text, .memory = tables,
						.memory_size = sizeof(tables) };
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;

	if (!file)
		return EXIT_FAILURE;
	input.length = fread(text, 1, sizeof(text), file);
	fclose(file);
	if (rawbpf_collection_parse(&collection, &input) < 0 || collection.test_count != 2)
		return EXIT_FAILURE;
	return unit_run("check_example", add_programs);
}
