/* SPDX-License-Identifier: MIT */
/* An offsets file stands in for the BTF that a kernel lacks. No privilege. */
#include "api.h"

/* The numbers of another kernel, as `rawbpf btf offsets` wrote them there. */
static const char file[] =
	"rawbpf offsets 1\n"
	"kernel 6.1.0-13-s390x\n"
	"arch s390x\n"
	"member task_struct.tgid 1172 4 4\n"
	"none task_struct.state\n";

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "offsets");

	static const char *const names[] = { "task_struct.tgid", "task_struct.state",
					     "task_struct.comm" };
	struct rawbpf_offsets offsets;
	struct rawbpf_symbols symbols = { .offsets = &offsets };
	char line[200];

	must(NULL, rawbpf_offsets_parse(&offsets, file, sizeof file - 1));
	printf("for Linux %s\n", offsets.release);
	symbols.arch = offsets.arch;
	for (unsigned i = 0; i < RAWBPF_COUNT(names); i++) {
		struct rawbpf_symbol symbol;
		int err = rawbpf_symbol_find(&symbol, &symbols, names[i]);

		if (err == 0) {
			printf("%s: %u bytes at %llu\n", names[i], symbol.size,
			       (unsigned long long)symbol.value);
			continue;
		}
		rawbpf_symbol_explain(line, sizeof line, &symbols, RAWBPF_SYMBOL_VALUE, names[i], err);
		printf("%s\n", line);
	}
	if (rawbpf_offsets_parse(&offsets, "tgid 1172\n", 10) == -EINVAL)
		printf("line %u of another file is wrong\n", offsets.error_line);

	/* A line for a file like this one. A caller with BTF passes it in `symbols`. */
	must(NULL, rawbpf_offsets_format(line, sizeof line, &symbols, "xdp_md.data_end", NULL));
	printf("%s", line);
	return done();
}
