/* SPDX-License-Identifier: MIT */
/*
 * Device filters on a real kernel: they let a process open what the rules allow, and load at a
 * known cost.
 */
#include "device.h"
#include "device_nodes.h"

enum { RULES = 16384, INSNS = 8 * RULES + 16, LISTS = 300, LIST_MAX = 16 };

static struct rawbpf_device_rule rules[RULES];
static struct bpf_insn insns[INSNS];
static uint64_t scratch[3 * RULES + 1];
static struct rawbpf_device_filter filter;
static unsigned seed;

static void begin_filter(void)
{
	begin();
	seed = 1;
	filter = (struct rawbpf_device_filter){
		.rules = rules, .scratch = scratch, .scratch_size = sizeof scratch };
}

static int load(unsigned count)
{
	static char log[65536];
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = "device_live", .type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = insns, .insn_count = count, .log = log, .log_size = sizeof log });

	ck_assert_msg(prog >= 0, "%u instructions: %s: %s", count, strerror(-prog), log);
	return prog;
}

static int load_filter(void)
{
	int count = rawbpf_device_filter_generate(insns, INSNS, &filter);

	ck_assert_int_gt(count, 0);
	ck_assert_int_le(count, INSNS);
	return load((unsigned)count);
}

/* Attach in place of `old`, unless that is -1, and close it. */
static void replace(int *old, int prog)
{
	ck_assert_int_eq(rawbpf_prog_attach(prog, cgroup, DEVICE, &(struct rawbpf_prog_attach_spec){
		.flags = BPF_F_ALLOW_MULTI, .replace = *old < 0 ? 0 : *old }), 0);
	if (*old >= 0)
		close(*old);
	*old = prog;
}

/* ------------------------------------------------------------------------ what they do */

/* Make a list of rules about the devices that have nodes. */
static void make_list(void)
{
	unsigned i;

	filter.rule_count = device_random(&seed, LIST_MAX + 1);
	filter.default_access = device_random(&seed, DEVICE_ACCESS + 1);
	for (i = 0; i < filter.rule_count; i++) {
		const struct device *device = &devices[device_random(&seed, DEVICES)];

		rules[i] = device_random_rule(&seed, 3);
		if (rules[i].major != RAWBPF_DEVICE_ANY)
			rules[i].major = (int)device->major;
		if (rules[i].minor != RAWBPF_DEVICE_ANY)
			rules[i].minor = (int)device->minor;
	}
}

static void assert_found(unsigned list, const char *which)
{
	unsigned i, j;

	for (i = 0; i < DEVICES; i++)
		for (j = 0; j < ATTEMPTS; j++)
			ck_assert_msg((*found)[i][j] == expected_outcome(&filter, &devices[i],
									 attempts[j].access),
				      "%s, list %u: %c %u:%u %s", which, list, devices[i].type,
				      devices[i].major, devices[i].minor, attempts[j].access);
}

START_TEST(test_lists)
{
	unsigned list, refused = 0, i;
	int prog = -1;

	for (list = 0; list < LISTS; list++) {
		make_list();
		replace(&prog, load_filter());
		try_all(cgroup);
		assert_found(list, "program");
		for (i = 0; i < DEVICES; i++)
			refused += strchr((*found)[i], '-') != NULL;
	}
	/* both answers occurred often, so the lists differed */
	ck_assert_uint_gt(refused, LISTS * DEVICES / 10);
	ck_assert_uint_lt(refused, LISTS * DEVICES * 9 / 10);
	close(prog);
}
END_TEST

/* Make the map's elements exactly the filter's. */
static void fill(int map)
{
	static struct rawbpf_device_element elements[1000];
	struct rawbpf_device_key key, *at = NULL;
	int i, count = rawbpf_device_elements_generate(elements, 1000, &filter);

	ck_assert_int_gt(count, 0);
	ck_assert_int_le(count, 1000);
	while (rawbpf_map_next(map, at, &key) == 0)
		ck_assert_int_eq(rawbpf_map_delete(map, &key), 0);
	for (i = 0; i < count; i++)
		ck_assert_int_eq(rawbpf_map_update(map, &elements[i].key, &elements[i].allowed, 0), 0);
}

START_TEST(test_map)
{
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_HASH, .key_size = sizeof(struct rawbpf_device_key),
		.value_size = 4, .max_entries = 1000 });
	int prog = -1, count = rawbpf_device_map_generate(insns, INSNS, map);
	unsigned list;

	ck_assert_int_ge(map, 0);
	ck_assert_int_le(count, RAWBPF_DEVICE_MAP_INSNS);
	replace(&prog, load((unsigned)count));
	try_all(cgroup); /* without elements the program denies everything */
	ck_assert_str_eq((*found)[0], "----");
	for (list = 0; list < LISTS / 3; list++) {
		make_list();
		fill(map);
		try_all(cgroup);
		assert_found(list, "map");
	}
	close(prog);
	close(map);
}
END_TEST

/* ---------------------------------------------------------------------- what they cost */

static void make_random(unsigned i)
{
	rules[i].type = 1 + device_random(&seed, 3);
	rules[i].major = (int)device_random(&seed, RAWBPF_DEVICE_MAJOR_MAX + 1);
	rules[i].minor = (int)device_random(&seed, RAWBPF_DEVICE_MINOR_MAX + 1);
	rules[i].access = 1 + device_random(&seed, DEVICE_ACCESS);
}

static void make_minors(unsigned i)
{
	rules[i] = (struct rawbpf_device_rule){ 1, BPF_DEVCG_DEV_CHAR, 136, (int)i,
						 1 + device_random(&seed, DEVICE_ACCESS) };
}

static void make_alternating(unsigned i)
{
	rules[i] = (struct rawbpf_device_rule){ (int)(i & 1), BPF_DEVCG_DEV_CHAR, 136, (int)i,
						 DEVICE_ACCESS };
}

static const struct {
	const char *name;
	void (*make)(unsigned i);
} costs[] = {
	{ "random", make_random }, { "one major", make_minors }, { "alternating", make_alternating },
};

/* The verifier processes at most 12 instructions a rule; 16,384 rules load. */
START_TEST(test_cost)
{
	static const unsigned counts[] = { 16, 256, 2048, RULES };
	struct bpf_prog_info info;
	unsigned i, j;
	int prog;

	for (i = 0; i < RAWBPF_COUNT(counts); i++) {
		for (j = 0; j < counts[i]; j++) {
			rules[j].allow = 1;
			costs[_i].make(j);
		}
		filter.rule_count = counts[i];
		prog = load_filter();
		memset(&info, 0, sizeof info);
		ck_assert_int_ge(rawbpf_obj_info(prog, &info, sizeof info), 0);
		/* 0: kernels before Linux 5.16 do not report it */
		ck_assert_msg(info.verified_insns <= 12 * counts[i], "%s, %u rules: %u processed",
			      costs[_i].name, counts[i], info.verified_insns);
		close(prog);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_checked_fixture(tests, begin_filter, end);
	tcase_add_test(tests, test_lists);
	tcase_add_test(tests, test_map);
	tcase_add_loop_test(tests, test_cost, 0, RAWBPF_COUNT(costs));
}

int main(void)
{
	return cgroups_run("device_live", add_tests);
}
