/* SPDX-License-Identifier: MIT */
/* Names become the running kernel's numbers, as programs need them. No privilege. Linux 5.4. */
#include "api.h"

/* Print what a name stands for, or why it stands for nothing. */
static void print_symbol(const struct rawbpf_symbols *symbols, const char *name)
{
	struct rawbpf_symbol symbol;
	int err = rawbpf_symbol_find(&symbol, symbols, name);
	char why[200];

	if (err < 0) {
		rawbpf_symbol_explain(why, sizeof why, symbols, RAWBPF_SYMBOL_VALUE, name, err);
		printf("%s\n", why);
	} else {
		printf("%s: %lld\n", name, (long long)symbol.value);
	}
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "symbol");

	static const struct rawbpf_symbol_value values[] = { { "opt.pid", 17 } };
	struct rawbpf_btf kernel;
	struct rawbpf_symbol_index index = { .memory = NULL };
	struct rawbpf_symbols symbols = { .kernel = &kernel, .index = &index,
					  .values = values, .value_count = RAWBPF_COUNT(values) };
	struct rawbpf_symbol symbol;
	int has;

	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	index.size = rawbpf_symbol_index_size(&kernel);
	index.memory = malloc(index.size);
	must(NULL, index.memory ? 0 : -ENOMEM);

	print_symbol(&symbols, "xdp_md.data_end");
	print_symbol(&symbols, "list_head.prev");
	print_symbol(&symbols, "task_struct.tgidd");
	print_symbol(&symbols, "ENOENT");
	print_symbol(&symbols, "PIDTYPE_PID");
	print_symbol(&symbols, "opt.pid");
	printf("list_head: %d bytes\n", must(NULL, rawbpf_symbol_size(&symbols, "list_head")));
	must(NULL, rawbpf_symbol_has(&has, &symbols, "list_head.no_such_member"));
	printf("list_head.no_such_member: %s\n", has ? "there" : "missing");

	/* Numbers that only this boot has: the type of a function, and of a variable. */
	if (rawbpf_symbol_kfunc_find(&symbol, &symbols, "no_such_function") == -ENOENT)
		printf("no_such_function: missing\n");
	if (rawbpf_symbol_variable_find(&symbol, &symbols, "runqueues") == -ENOENT)
		printf("runqueues: this kernel's BTF has no variables\n");
	else
		printf("runqueues: a struct of %s bytes\n", symbol.size > 100 ? "many" : "few");
	free(index.memory);
	rawbpf_btf_close(&kernel);
	return done();
}
