/* SPDX-License-Identifier: MIT */
/*
 * Device filters without a kernel: parse rules, evaluate them, and compare the answers of the
 * generated programs and maps. The test executes the programs itself. They use few instructions,
 * which it implements as RFC 9669 defines them.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf.h>

#include "../unit.h"
#include "device.h"

enum { RULES = 20000, INSNS = 200000, ELEMENTS = 20000 };
enum { BLOCK = BPF_DEVCG_DEV_BLOCK, CHAR = BPF_DEVCG_DEV_CHAR, BOTH = BLOCK | CHAR };
enum { ANY = RAWBPF_DEVICE_ANY };

static struct rawbpf_device_rule rules[RULES];
static struct bpf_insn insns[INSNS];
static struct rawbpf_device_element elements[ELEMENTS];
static uint64_t scratch[3 * RULES + 1];
static struct rawbpf_device_filter filter;

static void begin(void)
{
	memset(scratch, 0x55, sizeof scratch);
	filter = (struct rawbpf_device_filter){
		.rules = rules, .scratch = scratch, .scratch_size = sizeof scratch };
}

static void add(int allow, const char *text)
{
	struct rawbpf_device_rule *rule = &rules[filter.rule_count++];

	ck_assert_int_eq(rawbpf_device_rule_parse(rule, text, NULL), 0);
	rule->allow = allow;
}

static unsigned generate(void)
{
	int count = rawbpf_device_filter_generate(insns, INSNS, &filter);

	ck_assert_int_gt(count, 0);
	ck_assert_int_le(count, INSNS);
	/* it loads on the first kernel with device filters; that takes 4096 instructions */
	if (count <= 4096)
		ck_assert_uint_le(rawbpf_prog_kernel_find(insns, (unsigned)count), 4 << 8 | 15);
	return (unsigned)count;
}

/* ------------------------------------------------------------------------------- text */

static const struct {
	const char *text;
	struct rawbpf_device_rule rule;
} good[] = {
	{ "c 1:3 rwm", { 0, CHAR, 1, 3, 7 } },
	{ "b *:* m", { 0, BLOCK, ANY, ANY, BPF_DEVCG_ACC_MKNOD } },
	{ "a", { 0, BOTH, ANY, ANY, 7 } },
	{ "  a\n", { 0, BOTH, ANY, ANY, 7 } },
	{ "a *:* rwm", { 0, BOTH, ANY, ANY, 7 } },
	{ "a 0:0 r", { 0, BOTH, 0, 0, BPF_DEVCG_ACC_READ } },
	{ "c 4095:1048575 w", { 0, CHAR, 4095, 1048575, BPF_DEVCG_ACC_WRITE } },
	{ "c\t136:*  mr \n", { 0, CHAR, 136, ANY, BPF_DEVCG_ACC_MKNOD | BPF_DEVCG_ACC_READ } },
	{ "b *:007 r", { 0, BLOCK, ANY, 7, BPF_DEVCG_ACC_READ } },
};

START_TEST(test_parse)
{
	struct rawbpf_device_rule rule = { .allow = 5 }, expected = good[_i].rule;

	ck_assert_int_eq(rawbpf_device_rule_parse(&rule, good[_i].text, NULL), 0);
	expected.allow = 5; /* the caller's own field */
	ck_assert_mem_eq(&rule, &expected, sizeof rule);
}
END_TEST

#define TYPE "the type is a, b or c"
#define PARTS "a blank stands between the parts: TYPE MAJOR:MINOR ACCESS"
#define MAJOR "the major number is 0 to 4095, or *"
#define MINOR "the minor number is 0 to 1048575, or *"
#define COLON "':' stands between major and minor number"
#define ACCESS "the access is some of r, w and m"
#define NUMBERS "MAJOR:MINOR and the access are missing"
#define MISSING "the access is missing: some of r, w and m"
#define TWICE "this letter stands there already"
#define END "the rule ends before this"

static const struct {
	const char *text;
	unsigned place;
	const char *reason;
} bad[] = {
	{ "", 0, TYPE }, { " ", 1, TYPE }, { "d 1:3 r", 0, TYPE }, { "C 1:3 r", 0, TYPE },
	{ "allow c 1:3 r", 1, PARTS }, { "c", 1, NUMBERS }, { "b\n", 2, MAJOR },
	{ "c1:3 r", 1, PARTS }, { "c 1:3", 5, MISSING }, { "b *:*", 5, MISSING }, { "c 1:3rwm", 5, PARTS },
	{ "c -1:3 r", 2, MAJOR }, { "c :3 r", 2, MAJOR },
	{ "c 4096:3 r", 2, MAJOR }, { "c 4294967297:3 r", 2, MAJOR }, { "c x:3 r", 2, MAJOR },
	{ "c 1 r", 3, COLON }, { "c 1.3 r", 3, COLON }, { "c **:3 r", 3, COLON },
	{ "c 0x1:3 r", 3, COLON }, { "c 1: r", 4, MINOR }, { "c 1:1048576 r", 4, MINOR },
	{ "c 1:-1 r", 4, MINOR }, { "c 1:99999999999999999999 r", 4, MINOR },
	{ "c 1:** r", 5, PARTS }, { "c 1:3 ", 6, ACCESS }, { "c 1:3 x", 6, ACCESS },
	{ "c 1:3 rx", 7, ACCESS }, { "c 1:3 rwmr", 9, TWICE }, { "c 1:3 rr", 7, TWICE },
	{ "c 1:3 r w", 8, END }, { "a r", 2, MAJOR }, { "a 1:3 r c", 8, END }, { "aa", 1, PARTS },
};

START_TEST(test_parse_error)
{
	struct rawbpf_device_rule rule, before;
	struct rawbpf_device_error error = { 99, NULL };

	memset(&rule, 0x55, sizeof rule);
	before = rule;
	ck_assert_int_eq(rawbpf_device_rule_parse(&rule, bad[_i].text, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_device_rule_parse(&rule, bad[_i].text, &error), -EINVAL);
	ck_assert_str_eq(error.reason, bad[_i].reason);
	ck_assert_uint_eq(error.place, bad[_i].place);
	ck_assert_mem_eq(&rule, &before, sizeof rule);
}
END_TEST

/* ------------------------------------------------------------------------ the machine */

/* The kernel's context for the program. */
struct request {
	uint32_t access_type, major, minor;
};

struct machine {
	uint64_t r[11];
	uint32_t key[2]; /* the stack's last 8 bytes */
	const struct bpf_insn *program;
	unsigned count, at, steps;
};

enum { CONTEXT = 0x1000, STACK = 0x2000, VALUES = 0x10000, MAP = 0x77 };

static uint32_t load(uint64_t address, const struct request *request)
{
	switch (address) {
	case CONTEXT:
		return request->access_type;
	case CONTEXT + 4:
		return request->major;
	case CONTEXT + 8:
		return request->minor;
	default:
		expect(address >= VALUES);
		expect(address < VALUES + ELEMENTS);
		return elements[address - VALUES].allowed;
	}
}

static unsigned element_count;

/* Do the work of bpf_map_lookup_elem(). */
static uint64_t look_up(const struct machine *m)
{
	unsigned i;

	expect(m->r[1] == MAP);
	expect(m->r[2] == STACK - 8);
	for (i = 0; i < element_count; i++)
		if (memcmp(&elements[i].key, m->key, sizeof m->key) == 0)
			return VALUES + i;
	return 0;
}

static uint64_t operand(const struct machine *m, const struct bpf_insn *insn)
{
	return BPF_SRC(insn->code) == BPF_X ? m->r[insn->src_reg] : (uint64_t)(int64_t)insn->imm;
}

static void compute(struct machine *m, const struct bpf_insn *insn)
{
	int is_64 = BPF_CLASS(insn->code) == BPF_ALU64;
	uint64_t a = m->r[insn->dst_reg], b = operand(m, insn);

	switch (BPF_OP(insn->code)) {
	case BPF_MOV:
		a = b;
		break;
	case BPF_ADD:
		a += b;
		break;
	case BPF_MUL:
		a *= b;
		break;
	case BPF_AND:
		a &= b;
		break;
	case BPF_OR:
		a |= b;
		break;
	case BPF_XOR:
		a ^= b;
		break;
	case BPF_RSH:
		a = is_64 ? a >> (b & 63) : (uint32_t)a >> (b & 31);
		break;
	case BPF_ARSH:
		expect(is_64);
		a = (uint64_t)((int64_t)a >> (b & 63));
		break;
	case BPF_LSH:
		a <<= b & (is_64 ? 63 : 31);
		break;
	default:
		ck_abort_msg("opcode 0x%02x", insn->code);
	}
	m->r[insn->dst_reg] = is_64 ? a : (uint32_t)a;
}

static int jumps(const struct machine *m, const struct bpf_insn *insn)
{
	int is_64 = BPF_CLASS(insn->code) == BPF_JMP;
	uint64_t a = m->r[insn->dst_reg], b = operand(m, insn);

	if (!is_64) {
		a = (uint32_t)a;
		b = (uint32_t)b;
	}
	switch (BPF_OP(insn->code)) {
	case BPF_JGE:
		return a >= b;
	case BPF_JNE:
		return a != b;
	case BPF_JSET:
		return (a & b) != 0;
	default:
		ck_abort_msg("opcode 0x%02x", insn->code);
	}
}

static void store(struct machine *m, const struct bpf_insn *insn)
{
	expect(insn->dst_reg == 10);
	expect(insn->off == -8 || insn->off == -4);
	m->key[insn->off == -4] = BPF_CLASS(insn->code) == BPF_ST ? (uint32_t)insn->imm
								   : (uint32_t)m->r[insn->src_reg];
}

/* Execute one instruction. Returns 0 after the exit. */
static int step(struct machine *m, const struct request *request)
{
	const struct bpf_insn *insn = &m->program[m->at++];
	unsigned i;

	switch (insn->code) {
	case BPF_LDX | BPF_MEM | BPF_W:
		m->r[insn->dst_reg] = load(m->r[insn->src_reg] + insn->off, request);
		return 1;
	case BPF_ST | BPF_MEM | BPF_W:
	case BPF_STX | BPF_MEM | BPF_W:
		store(m, insn);
		return 1;
	case BPF_LD | BPF_IMM | BPF_DW:
		expect(insn->src_reg == BPF_PSEUDO_MAP_FD);
		m->r[insn->dst_reg] = insn->imm;
		m->at++;
		return 1;
	case BPF_JMP | BPF_CALL:
		expect(insn->imm == BPF_FUNC_map_lookup_elem);
		m->r[0] = look_up(m);
		for (i = 1; i <= 5; i++)
			m->r[i] = 0xdead;
		return 1;
	case BPF_JMP | BPF_EXIT:
		return 0;
	}
	if (BPF_CLASS(insn->code) == BPF_ALU || BPF_CLASS(insn->code) == BPF_ALU64)
		compute(m, insn);
	else if (jumps(m, insn))
		m->at += insn->off;
	return 1;
}

static int granted(unsigned count, unsigned type, unsigned major, unsigned minor, unsigned access)
{
	const struct request request = { access << 16 | type, major, minor };
	struct machine m = { .r = { [1] = CONTEXT, [10] = STACK }, .program = insns, .count = count };
	unsigned i;

	for (i = 2; i < 10; i++)
		m.r[i] = 0xbadbadbadbadULL;
	do {
		expect(m.at < count);
		expect(m.steps++ < 400);
	} while (step(&m, &request));
	expect(m.r[0] <= 1);
	return (int)m.r[0];
}

/* Ask the program for every access, alone and together, and compare with the evaluator. */
static void compare(unsigned count, unsigned type, unsigned major, unsigned minor)
{
	unsigned access, allowed = rawbpf_device_filter_evaluate(&filter, type, major, minor);

	for (access = 0; access <= DEVICE_ACCESS; access++)
		if (granted(count, type, major, minor, access) != !(access & ~allowed))
			ck_abort_msg("%u %u:%u access %u, allowed %u", type, major, minor, access,
				     allowed);
}

static void compare_number(unsigned count, int64_t number)
{
	if (number < 0 || number > UINT32_MAX)
		return;
	compare(count, BLOCK, (unsigned)(number >> 20), number & RAWBPF_DEVICE_MINOR_MAX);
	compare(count, CHAR, (unsigned)(number >> 20), number & RAWBPF_DEVICE_MINOR_MAX);
}

/* Compare for every device that a rule names, its neighbours, and devices that share one number. */
static void compare_all(unsigned count)
{
	unsigned i, j;

	for (i = 0; i < filter.rule_count; i++) {
		int64_t major = rules[i].major == ANY ? 5 : rules[i].major;
		int64_t minor = rules[i].minor == ANY ? 5 : rules[i].minor;

		for (j = 0; j < 3; j++)
			compare_number(count, (major << 20 | minor) + j - 1);
		compare_number(count, (int64_t)RAWBPF_DEVICE_MAJOR_MAX << 20 | minor);
		compare_number(count, major << 20);
		compare_number(count, rules[i].major == ANY ? minor : (major + 1) << 20);
		if (i)
			compare_number(count, major << 20 | (rules[i - 1].minor & 0xfffff));
	}
	compare_number(count, 0);
	compare_number(count, UINT32_MAX);
}

/* Generate the map's elements and its program, and compare all answers. */
static void compare_map(void)
{
	int wanted = rawbpf_device_elements_generate(elements, ELEMENTS, &filter);
	int count = rawbpf_device_map_generate(insns, RAWBPF_DEVICE_MAP_INSNS, MAP);

	ck_assert_int_gt(wanted, 0);
	ck_assert_int_le(wanted, ELEMENTS);
	ck_assert_int_gt(count, 0);
	ck_assert_int_le(count, RAWBPF_DEVICE_MAP_INSNS);
	element_count = (unsigned)wanted;
	compare_all((unsigned)count);
}

/* ------------------------------------------------------------------------------- meaning */

static void assert_allowed(unsigned type, unsigned major, unsigned minor, const char *expected)
{
	unsigned allowed = rawbpf_device_filter_evaluate(&filter, type, major, minor);
	char text[4], *end = text;

	if (allowed & BPF_DEVCG_ACC_READ)
		*end++ = 'r';
	if (allowed & BPF_DEVCG_ACC_WRITE)
		*end++ = 'w';
	if (allowed & BPF_DEVCG_ACC_MKNOD)
		*end++ = 'm';
	*end = 0;
	ck_assert_uint_eq(allowed & ~(unsigned)DEVICE_ACCESS, 0);
	ck_assert_str_eq(text, expected);
	compare(generate(), type, major, minor);
}

START_TEST(test_meaning)
{
	assert_allowed(CHAR, 1, 3, ""); /* no rules */
	filter.default_access = DEVICE_ACCESS;
	assert_allowed(CHAR, 1, 3, "rwm");
	add(0, "c 1:3 w"); /* a denied access stays denied, whatever other accesses are asked for */
	assert_allowed(CHAR, 1, 3, "rm");
	assert_allowed(BLOCK, 1, 3, "rwm");
	filter.default_access = 0;
	add(1, "c 1:3 w");
	add(1, "a 1:* r");
	assert_allowed(CHAR, 1, 3, "rw"); /* two rules allow O_RDWR */
	assert_allowed(BLOCK, 1, 3, "r");
	assert_allowed(CHAR, 1, 4, "r");
	add(1, "b *:3 m");
	assert_allowed(BLOCK, 1, 3, "rm");
	assert_allowed(BLOCK, 2, 3, "m");
	add(0, "a"); /* "a" overrides all rules before it */
	assert_allowed(BLOCK, 1, 3, "");
	assert_allowed(CHAR, 1, 3, "");
	add(1, "c 0:0 r"); /* a device like any other */
	assert_allowed(CHAR, 0, 0, "r");
	assert_allowed(CHAR, 0, 1, "");
	rules[filter.rule_count] = rules[filter.rule_count - 1];
	rules[filter.rule_count].allow = 0;
	rules[filter.rule_count++].access = 0; /* a rule without accesses decides nothing */
	assert_allowed(CHAR, 0, 0, "r");
}
END_TEST

static void fill(unsigned *seed, unsigned count, unsigned any)
{
	unsigned i;

	begin();
	for (i = 0; i < count; i++)
		rules[i] = device_random_rule(seed, any);
	filter.rule_count = count;
	filter.default_access = device_random(seed, DEVICE_ACCESS + 1);
}

START_TEST(test_random)
{
	unsigned round, seed = 1, rounds = unit_long() ? 5000 : 150;

	for (round = 0; round < rounds; round++) {
		fill(&seed, device_random(&seed, 40), 2 + round % 6);
		compare_all(generate());
		compare_map();
	}
}
END_TEST

/* Large lists take several blocks. No jump is longer than 16 bits. */
START_TEST(test_large)
{
	unsigned i, seed = 7, count;

	begin();
	for (i = 0; i < 16384; i++)
		rules[i] = (struct rawbpf_device_rule){
			.allow = 1, .type = 1 + device_random(&seed, 3),
			.major = (int)device_random(&seed, 4096),
			.minor = (int)device_random(&seed, 1048576),
			.access = 1 + device_random(&seed, 7),
		};
	filter.rule_count = 16384;
	count = generate();
	ck_assert_uint_gt(count, 65536);
	ck_assert_uint_le(count, 6 * 16384 + 100);
	for (i = 0; i < 16384; i += unit_long() ? 1 : 300) {
		int64_t number = (int64_t)rules[i].major << 20 | rules[i].minor;

		compare_number(count, number - 1);
		compare_number(count, number);
		compare_number(count, number + 1);
	}
}
END_TEST

/* ------------------------------------------------------------------------------ canonical */

static struct bpf_insn first[INSNS];

/* Assert that the rules mean the same as before. */
static void assert_same(unsigned count)
{
	ck_assert_uint_eq(generate(), count);
	ck_assert_mem_eq(insns, first, count * sizeof *insns);
}

static unsigned remember(void)
{
	unsigned count = generate();

	memcpy(first, insns, count * sizeof *insns);
	return count;
}

START_TEST(test_canonical)
{
	unsigned count, i;

	add(1, "a 1:3 rw");
	add(1, "c 5:* rwm");
	add(1, "b *:7 m");
	add(1, "c 136:0 r");
	count = remember();
	add(1, "c 1:3 r"); /* a duplicate */
	assert_same(count);
	begin();
	for (i = 4; i > 0; i--) { /* in another order */
		static const char *const text[] = { "a 1:3 rw", "c 5:* rwm", "b *:7 m", "c 136:0 r" };

		add(1, text[i - 1]);
	}
	assert_same(count);
	begin();
	add(1, "b *:9 rw"); /* overridden rules */
	add(0, "c 5:1 r");
	add(0, "a");
	add(1, "c 1:3 w"); /* rules split by access and by type */
	add(1, "c 1:3 r");
	add(1, "b 1:3 rw");
	add(1, "c 5:* r");
	add(1, "c 5:* wm");
	add(1, "b *:7 m");
	add(1, "c 136:0 r");
	assert_same(count);
	add(1, "b 8:7 m"); /* a rule covered by another */
	assert_same(count);
	filter.default_access = DEVICE_ACCESS; /* also overridden */
	assert_same(count);
	add(1, "c 136:1 r");
	ck_assert_uint_eq(generate(), count);
	ck_assert_mem_ne(insns, first, count * sizeof *insns);
}
END_TEST

START_TEST(test_canonical_random)
{
	unsigned round, i, count, seed = 3;

	for (round = 0; round < 200; round++) {
		fill(&seed, 1 + device_random(&seed, 20), 4);
		for (i = 0; i < filter.rule_count; i++)
			rules[i].allow = 1; /* without a deny rule, the order does not matter */
		count = remember();
		for (i = 0; i < filter.rule_count; i++) {
			unsigned other = device_random(&seed, filter.rule_count);
			struct rawbpf_device_rule rule = rules[i];

			rules[i] = rules[other];
			rules[other] = rule;
		}
		assert_same(count);
		for (i = filter.rule_count; i > 0; i--) { /* one rule for each access bit */
			struct rawbpf_device_rule rule = rules[i - 1];
			unsigned bit;

			for (bit = 0; bit < 3; bit++) {
				rules[3 * i - 3 + bit] = rule;
				rules[3 * i - 3 + bit].access = rule.access & 1u << bit;
			}
		}
		filter.rule_count *= 3;
		assert_same(count);
	}
}
END_TEST

/* ---------------------------------------------------------------------------- limits */

/* The smallest program, instruction by instruction. */
START_TEST(test_smallest)
{
	static const struct bpf_insn expected[] = {
		BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_1, 0),
		BPF_MOV32_REG(BPF_REG_3, BPF_REG_2),
		BPF_ALU32_IMM(BPF_RSH, BPF_REG_3, 16),
		BPF_ALU32_IMM(BPF_AND, BPF_REG_2, 0xffff),
		BPF_ALU32_IMM(BPF_MUL, BPF_REG_2, 3),
		BPF_ALU32_REG(BPF_LSH, BPF_REG_3, BPF_REG_2),
		BPF_LDX_MEM(BPF_W, BPF_REG_4, BPF_REG_1, 4),
		BPF_LDX_MEM(BPF_W, BPF_REG_5, BPF_REG_1, 8),
		BPF_ALU64_IMM(BPF_LSH, BPF_REG_4, 52),
		BPF_ALU64_IMM(BPF_ARSH, BPF_REG_4, 32),
		BPF_ALU64_REG(BPF_OR, BPF_REG_4, BPF_REG_5),
		BPF_MOV64_IMM(BPF_REG_0, 1),
		BPF_JMP_IMM(BPF_JSET, BPF_REG_3, 0x1f8, 1),
		BPF_EXIT_INSN(),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};

	ck_assert_uint_eq(generate(), RAWBPF_COUNT(expected));
	ck_assert_mem_eq(insns, expected, sizeof expected);
	/* no instruction is unreachable: kernels reject that */
	filter.default_access = DEVICE_ACCESS;
	ck_assert_uint_eq(generate(), 13);
}
END_TEST

START_TEST(test_room)
{
	unsigned count, i, seed = 5;

	fill(&seed, 30, 3);
	count = generate();
	for (i = 0; i <= count; i++) {
		insns[i] = BPF_RAW_INSN(0xee, 0, 0, 0, 0);
		ck_assert_int_eq(rawbpf_device_filter_generate(i ? insns : NULL, i, &filter), count);
		/* the generator writes nothing behind `max` */
		ck_assert_uint_eq(insns[i].code, 0xee);
	}
	ck_assert_int_eq(rawbpf_device_map_generate(NULL, 0, MAP),
			 rawbpf_device_map_generate(insns, INSNS, MAP));
	i = (unsigned)rawbpf_device_elements_generate(NULL, 0, &filter);
	elements[i - 1].allowed = 0xeeee;
	ck_assert_int_eq(rawbpf_device_elements_generate(elements, i - 1, &filter), i);
	ck_assert_uint_eq(elements[i - 1].allowed, 0xeeee);
	filter.scratch_size = rawbpf_device_scratch_size(30);
	generate();
	filter.scratch_size--;
	ck_assert_int_eq(rawbpf_device_filter_generate(insns, INSNS, &filter), -ENOSPC);
	ck_assert_int_eq(rawbpf_device_elements_generate(elements, ELEMENTS, &filter), -ENOSPC);
	filter.scratch_size = sizeof scratch - 8;
	filter.scratch = (char *)scratch + 4;
	ck_assert_int_eq(rawbpf_device_filter_generate(insns, INSNS, &filter), -EINVAL);
}
END_TEST

static void assert_invalid(struct rawbpf_device_rule rule)
{
	begin();
	add(1, "c 1:3 r");
	rules[filter.rule_count++] = rule;
	ck_assert_int_eq(rawbpf_device_filter_generate(insns, INSNS, &filter), -EINVAL);
	ck_assert_int_eq(rawbpf_device_elements_generate(elements, ELEMENTS, &filter), -EINVAL);
}

START_TEST(test_invalid)
{
	assert_invalid((struct rawbpf_device_rule){ 1, 0, 1, 3, 7 });
	assert_invalid((struct rawbpf_device_rule){ 1, 4, 1, 3, 7 });
	assert_invalid((struct rawbpf_device_rule){ 1, CHAR, -2, 3, 7 });
	assert_invalid((struct rawbpf_device_rule){ 1, CHAR, 4096, 3, 7 });
	assert_invalid((struct rawbpf_device_rule){ 1, CHAR, 1, -2, 7 });
	assert_invalid((struct rawbpf_device_rule){ 1, CHAR, 1, 1048576, 7 });
	assert_invalid((struct rawbpf_device_rule){ 1, CHAR, 1, 3, 8 });
	begin();
	filter.default_access = 8;
	ck_assert_int_eq(rawbpf_device_filter_generate(insns, INSNS, &filter), -EINVAL);
	begin();
	filter.rule_count = (unsigned)INT32_MAX + 1;
	ck_assert_int_eq(rawbpf_device_filter_generate(insns, INSNS, &filter), -E2BIG);
	filter.rule_count--;
	ck_assert_int_eq(rawbpf_device_filter_generate(insns, INSNS, &filter), -ENOSPC);
}
END_TEST

/* 256 rules for any major number pass, one more does not. */
START_TEST(test_stars)
{
	unsigned i;

	for (i = 0; i < 256; i++)
		rules[i] = (struct rawbpf_device_rule){ 1, CHAR, ANY, (int)(3 * i), 7 };
	rules[256] = rules[0];
	filter.rule_count = 256;
	compare_all(generate());
	compare_map();
	filter.rule_count = 257;
	ck_assert_int_eq(rawbpf_device_filter_generate(insns, INSNS, &filter), -E2BIG);
	ck_assert_int_eq(rawbpf_device_elements_generate(elements, ELEMENTS, &filter), -E2BIG);
}
END_TEST

/*
 * 4,096 major numbers, and 256 stars that each decide all of them again: the program is too long
 * for any kernel.
 */
START_TEST(test_too_long)
{
	unsigned i;

	for (i = 0; i < 4096; i++)
		rules[i] = (struct rawbpf_device_rule){ (int)(i & 1), CHAR, (int)i, ANY, 7 };
	for (; i < 4096 + 256; i++)
		rules[i] = (struct rawbpf_device_rule){ 1, CHAR, ANY, (int)(3 * i), 1 };
	filter.rule_count = i;
	ck_assert_int_eq(rawbpf_device_filter_generate(insns, INSNS, &filter), -E2BIG);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, begin, NULL);
	tcase_add_loop_test(tests, test_parse, 0, RAWBPF_COUNT(good));
	tcase_add_loop_test(tests, test_parse_error, 0, RAWBPF_COUNT(bad));
	tcase_add_test(tests, test_meaning);
	tcase_add_test(tests, test_random);
	tcase_add_test(tests, test_large);
	tcase_add_test(tests, test_canonical);
	tcase_add_test(tests, test_canonical_random);
	tcase_add_test(tests, test_smallest);
	tcase_add_test(tests, test_room);
	tcase_add_test(tests, test_invalid);
	tcase_add_test(tests, test_stars);
	tcase_add_test(tests, test_too_long);
}

int main(void)
{
	return unit_run("device", add_tests);
}
