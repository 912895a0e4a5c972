/* SPDX-License-Identifier: MIT */
/* Choose a cgroup's devices: rules become a program, or one with a map. Root. Linux 5.10. */
#include "api.h"

static const char *const texts[] = { "c 1:3 rw", "c 136:* rw", "b *:* m" };

enum { RULES = RAWBPF_COUNT(texts), INSNS = 256, ELEMENTS = 16 };

static int load(const struct bpf_insn *insns, int count)
{
	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_CGROUP_DEVICE, .insns = insns,
		.insn_count = must(NULL, count) }));
}

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "device");
	static struct bpf_insn insns[INSNS];
	static uint64_t scratch[64];
	struct rawbpf_device_rule rules[RULES];
	struct rawbpf_device_element elements[ELEMENTS];
	struct rawbpf_device_error wrong;
	struct rawbpf_device_filter filter = { .rules = rules, .rule_count = RULES,
		.scratch = scratch, .scratch_size = rawbpf_device_scratch_size(RULES) };
	int prog, map, count;

	for (unsigned i = 0; i < RULES; i++) {
		if (rawbpf_device_rule_parse(rules + i, texts[i], &wrong) < 0) {
			fprintf(stderr, "%s: byte %u: %s\n", texts[i], wrong.place, wrong.reason);
			return API_FAILED;
		}
		rules[i].allow = 1;
	}
	/* Make a program with the rules in it, for rawbpf_cgroup_attach(). */
	count = rawbpf_device_filter_generate(insns, INSNS, &filter);
	prog = load(insns, count);
	printf("loaded a program with the rules in it\n");
	close(prog);

	/* Make a program that looks up a map, which can change while it runs. */
	count = must(NULL, rawbpf_device_elements_generate(elements, ELEMENTS, &filter));
	map = must(RAWBPF_MAP_CREATE, rawbpf_map_create(&(struct rawbpf_map_spec){
		.name = "devices", .type = BPF_MAP_TYPE_HASH, .max_entries = 64,
		.key_size = sizeof elements->key, .value_size = sizeof elements->allowed }));
	for (int i = 0; i < count; i++)
		must(RAWBPF_MAP_UPDATE,
		     rawbpf_map_update(map, &elements[i].key, &elements[i].allowed, BPF_ANY));
	prog = load(insns, rawbpf_device_map_generate(insns, INSNS, map));
	printf("loaded a program with a map of %d elements\n", count);

	/* Evaluate the rules without a kernel. */
	printf("read /dev/null: %s\n", rawbpf_device_filter_evaluate(
		&filter, BPF_DEVCG_DEV_CHAR, 1, 3) & BPF_DEVCG_ACC_READ ? "allowed" : "denied");
	printf("read /dev/kmsg: %s\n", rawbpf_device_filter_evaluate(
		&filter, BPF_DEVCG_DEV_CHAR, 1, 11) & BPF_DEVCG_ACC_READ ? "allowed" : "denied");
	close(prog);
	close(map);
	return done();
}
