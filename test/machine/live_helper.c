/* SPDX-License-Identifier: MIT */
/*
 * Compare helpers with this kernel's test runs, those that need more than a packet: formats, VLAN
 * tags, maps of devices, perf buffers. Each program leaves eight words in map 0; both must be equal,
 * and so must the packet and what the perf buffer has.
 */
#include "../live.h"

#include <rawbpf/vm_context.h>
#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

enum { PACKET = 60, MEMORY = 4096 - 320, WORDS = 8, INSNS = 64, TEXT = 64, EVENT = 200 };
enum { MAP_WORDS, MAP_TEXT, MAP_DEVICES, MAP_HASH, MAP_CPUS, MAP_EVENTS, MAPS };

#define CALL(NAME) BPF_EMIT_CALL(BPF_FUNC_##NAME)
#define SET(REG, IMM) BPF_MOV64_IMM(BPF_REG_##REG, IMM)
#define WIDE(REG, IMM) BPF_LD_IMM64(BPF_REG_##REG, IMM)
#define COPY(REG, FROM) BPF_MOV64_REG(BPF_REG_##REG, BPF_REG_##FROM)
#define STACK(REG, OFF) COPY(REG, 10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_##REG, OFF)
#define MAP(REG, NUMBER) RAWBPF_LD_MAP_IDX(BPF_REG_##REG, NUMBER)
#define TEXT_AT(REG, OFF) BPF_LD_IMM64_RAW_FULL(BPF_REG_##REG, BPF_PSEUDO_MAP_IDX_VALUE, 0, 0, MAP_TEXT, OFF)
#define KEEP(WORD, REG) BPF_STX_MEM(BPF_DW, BPF_REG_7, BPF_REG_##REG, 8 * (WORD))
#define FIELD(WORD, NAME) \
	BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_6, offsetof(struct __sk_buff, NAME)), KEEP(WORD, 2)

static const struct rawbpf_map_spec map_specs[MAPS] = {
	[MAP_WORDS] = { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8 * WORDS, .max_entries = 1 },
	[MAP_TEXT] = { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = TEXT, .max_entries = 1,
		       .flags = BPF_F_RDONLY_PROG },
	[MAP_DEVICES] = { .type = BPF_MAP_TYPE_DEVMAP, .key_size = 4, .value_size = 4, .max_entries = 3 },
	[MAP_HASH] = { .type = BPF_MAP_TYPE_DEVMAP_HASH, .key_size = 4, .value_size = 4, .max_entries = 3 },
	[MAP_CPUS] = { .type = BPF_MAP_TYPE_CPUMAP, .key_size = 4, .value_size = 4, .max_entries = 1 },
	[MAP_EVENTS] = { .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 2 },
};

/* What a program gets, and what it leaves. */
struct given {
	uint32_t type;
	const char *text;
	unsigned tags; /* VLAN tags of the packet */
	const struct bpf_insn *insns;
	unsigned count;
};

struct left {
	int refused;
	uint32_t r0;
	unsigned size, event_size;
	unsigned char bytes[MEMORY], event[EVENT];
	uint64_t words[WORDS];
};

static unsigned char packet[PACKET];

static void packet_begin(unsigned tags)
{
	unsigned i;

	for (i = 0; i < PACKET; i++)
		packet[i] = (unsigned char)(0x37 * i);
	for (i = 0; i < tags; i++) {
		packet[12 + 4 * i] = 0x81;
		packet[13 + 4 * i] = 0;
	}
	packet[12 + 4 * i] = 8;
	packet[13 + 4 * i] = 0;
}

/* Put the program between a beginning, r6 the context and r7 the words, and an end. */
static unsigned finish(struct bpf_insn *insns, const struct given *given)
{
	const struct bpf_insn begin[] = { COPY(6, 1), BPF_LD_IMM64_RAW_FULL(BPF_REG_7, BPF_PSEUDO_MAP_IDX_VALUE, 0, 0, 0, 0) };
	const struct bpf_insn end[] = { BPF_LDX_MEM(BPF_W, BPF_REG_0, BPF_REG_7, 0), BPF_EXIT_INSN() };
	unsigned count = given->count;

	while (count && !given->insns[count - 1].code)
		count--;
	memcpy(insns, begin, sizeof(begin));
	memcpy(insns + 3, given->insns, count * sizeof(*insns));
	memcpy(insns + 3 + count, end, sizeof(end));
	return count + 5;
}

static int keep_event(void *context, const void *record, size_t size)
{
	struct left *left = context;

	left->event_size = (unsigned)size;
	memcpy(left->event, record, size < EVENT ? size : EVENT);
	return 0;
}

/* What is in the maps at first: numbers, and in MAP_TEXT the bytes of first_text(). */
static const struct {
	unsigned map;
	uint32_t key, value;
} elements[] = { { MAP_DEVICES, 1, 1 }, { MAP_HASH, 77, 1 }, { MAP_CPUS, 0, 192 } };
static const uint32_t first_key;

static const char *first_text(const char *text)
{
	static char value[TEXT];

	memset(value, 0, sizeof(value));
	strcpy(value, text);
	strcpy(value + TEXT - 8, "abcdef");
	return value;
}

/* ---------------------------------------------------------------------------- the kernel */

static void open_maps(int maps[MAPS], const char *text)
{
	unsigned i;

	for (i = 0; i < MAPS; i++) {
		maps[i] = rawbpf_map_create(&map_specs[i]);
		ck_assert_int_gt(maps[i], 2);
	}
	ck_assert_int_eq(rawbpf_map_update(maps[MAP_TEXT], &first_key, first_text(text), BPF_ANY), 0);
	ck_assert_int_eq(rawbpf_map_freeze(maps[MAP_TEXT]), 0);
	for (i = 0; i < RAWBPF_COUNT(elements); i++)
		ck_assert_int_eq(rawbpf_map_update(maps[elements[i].map], &elements[i].key, &elements[i].value, BPF_ANY),
				 0);
}

static void run_natively(const struct given *given, struct left *left)
{
	struct bpf_insn insns[INSNS + 6];
	struct rawbpf_perfbuf perfbuf;
	const uint32_t key = 0;
	unsigned count = finish(insns, given), i;
	int maps[MAPS], prog;
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = PACKET, .data_out = left->bytes,
				       .data_size_out = sizeof(left->bytes) };

	memset(left, 0, sizeof(*left));
	open_maps(maps, given->text ? given->text : "");
	ck_assert_int_eq(rawbpf_perfbuf_open(&perfbuf, maps[MAP_EVENTS], keep_event, left, NULL), 0);
	prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = given->type, .license = "GPL", .insns = insns, .insn_count = count, .fd_array = maps });
	if (prog < 0) {
		left->refused = prog;
	} else {
		ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
		left->r0 = run.retval;
		left->size = run.data_size_out;
		ck_assert_int_eq(rawbpf_map_lookup(maps[MAP_WORDS], &key, left->words, 0), 0);
		ck_assert_int_ge(rawbpf_perfbuf_read(&perfbuf), 0);
		close(prog);
	}
	rawbpf_perfbuf_close(&perfbuf);
	for (i = 0; i < MAPS; i++)
		close(maps[i]);
}

/* ---------------------------------------------------------------------------- the machine */

static void open_ours(struct rawbpf_vm_map *maps, struct rawbpf_vm_map **pointers, const char *text)
{
	static uint64_t memory[MAPS][(RAWBPF_VM_PERF_SIZE * 5 / 2 + 1000) / 8];
	unsigned i;

	for (i = 0; i < MAPS; i++) {
		maps[i] = (struct rawbpf_vm_map){ .name = "map", .type = map_specs[i].type,
			.key_size = map_specs[i].key_size, .value_size = map_specs[i].value_size,
			.max_entries = map_specs[i].max_entries, .flags = map_specs[i].flags,
			.memory = memory[i], .memory_size = sizeof(memory[i]) };
		ck_assert_int_eq(rawbpf_vm_map_open(&maps[i]), 0);
		pointers[i] = &maps[i];
	}
	ck_assert_int_eq(rawbpf_vm_map_update(&maps[MAP_TEXT], &first_key, first_text(text), BPF_ANY), 0);
	for (i = 0; i < RAWBPF_COUNT(elements); i++)
		ck_assert_int_eq(rawbpf_vm_map_update(&maps[elements[i].map], &elements[i].key, &elements[i].value,
						      BPF_ANY), 0);
}

static void run_in_machine(const struct given *given, struct left *left, struct rawbpf_vm_context *context)
{
	static struct rawbpf_vm vm;
	static unsigned char memory[MEMORY];
	static uint64_t stack[RAWBPF_VM_STACK / 8];
	static struct rawbpf_vm_map maps[MAPS], *pointers[MAPS];
	struct bpf_insn insns[INSNS + 6];
	struct rawbpf_vm_world world = { .cpu = 0 };
	struct rawbpf_vm_helpers helpers;
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = finish(insns, given) };
	struct rawbpf_vm_region *regions[RAWBPF_VM_CONTEXT_REGIONS + 2 * MAPS];
	struct rawbpf_vm_spec spec = { .prog = &prog, .stack = stack, .stack_size = sizeof(stack),
		.regions = regions, .region_max = RAWBPF_COUNT(regions), .maps = pointers, .map_count = MAPS,
		.helpers = &helpers };
	const void *record;
	const uint32_t key = 0;
	size_t size;
	char text[200];

	memset(left, 0, sizeof(*left));
	rawbpf_vm_helpers_get(&helpers, &world);
	open_ours(maps, pointers, given->text ? given->text : "");
	ck_assert_int_eq(rawbpf_vm_context_open(context, &(struct rawbpf_vm_context_spec){
		.prog_type = given->type, .packet = packet, .packet_size = PACKET, .memory = memory,
		.memory_size = sizeof(memory) }), 0);
	ck_assert_int_eq(rawbpf_vm_context_bind(context, &spec), 0);
	ck_assert_int_eq(rawbpf_vm_open(&vm, &spec), 0);
	if (rawbpf_vm_run(&vm, 1000) != RAWBPF_VM_ENDED) {
		rawbpf_vm_trap_explain(text, sizeof(text), &vm);
		ck_abort_msg("%s", text);
	}
	left->r0 = (uint32_t)vm.r[0];
	left->size = (unsigned)context->size;
	memcpy(left->bytes, context->bytes, context->size);
	if (given->type == BPF_PROG_TYPE_SOCKET_FILTER)
		memset(left->bytes, 0, 14); /* the kernel clears them after the run */
	ck_assert_int_eq(rawbpf_vm_map_lookup(&maps[MAP_WORDS], &key, left->words), 0);
	while (rawbpf_vm_ring_next(&maps[MAP_EVENTS], &record, &size) == 0)
		keep_event(left, record, size);
}

static void compare(const char *name, const struct given *given, unsigned event, struct rawbpf_vm_context *context)
{
	static struct left kernels, ours;
	unsigned i;

	packet_begin(given->tags);
	run_natively(given, &kernels);
	run_in_machine(given, &ours, context);
	ck_assert_msg(!kernels.refused, "%s: refused, %d", name, kernels.refused);
	for (i = 0; i < WORDS; i++)
		ck_assert_msg(kernels.words[i] == ours.words[i], "%s: word %u: the kernel's %#llx, ours %#llx", name, i,
			      (unsigned long long)kernels.words[i], (unsigned long long)ours.words[i]);
	ck_assert_msg(kernels.size == ours.size, "%s: size: the kernel's %u, ours %u", name, kernels.size, ours.size);
	ck_assert_mem_eq(kernels.bytes, ours.bytes, ours.size);
	ck_assert_msg(kernels.event_size == ours.event_size, "%s: event: the kernel's %u, ours %u", name,
		      kernels.event_size, ours.event_size);
	ck_assert_mem_eq(kernels.event, ours.event, event);
}

/* ----------------------------------------------------------------------------- formats */

#define HOSTILE 0x8081828384858687 /* upper half set, lower half negative */
static const struct {
	const char *text;
	unsigned count, size; /* arguments, bytes of room */
	uint64_t arguments[3];
} formats[] = {
	{ "", 0, 48, { 0 } }, { "plain", 0, 48, { 0 } }, { "plain", 0, 3, { 0 } }, { "plain", 0, 1, { 0 } },
	{ "100%%", 0, 48, { 0 } }, { "%d %i %u", 3, 48, { HOSTILE, -1, -1 } }, { "%x %X", 2, 48, { HOSTILE, 0xabcdef } },
	{ "%ld %li", 2, 48, { HOSTILE, 5 } }, { "%lld|%llu", 2, 48, { HOSTILE, HOSTILE } }, { "%lx %llX", 2, 48, { HOSTILE, -1 } },
	{ "%5d|%-5d|%05d", 3, 48, { -7, -7, -7 } }, { "%+d|% d|%+d", 3, 48, { 7, 7, -7 } }, { "%+5d|%-+5d|%+05d", 3, 48, { 7, 7, 7 } },
	{ "%1d|%2x|%03x", 3, 48, { 12345, 0x123, 0xa } }, { "%-05d|%0-5d|%-05x", 3, 48, { 1, 2, 3 } }, { "%+u|% x|%+x", 3, 48, { 1, 2, 3 } },
	{ "%c%c%c", 3, 48, { 'a', 0x162, 'c' } }, { "%3c|%-3c|", 2, 48, { 'a', 'b' } }, { "%px", 1, 48, { HOSTILE } },
	{ "%px", 1, 9, { 1 } }, { "%20px|", 1, 48, { HOSTILE } }, { "%d", 3, 48, { 1, 2, 3 } }, { "%20d|%-20d", 2, 48, { 1, 2 } },
	{ "a\tb\nc", 0, 48, { 0 } }, { "%0+5d|%+ d|% +d", 3, 48, { 1, 2, 3 } }, { "%30d|", 1, 8, { 77 } },
}, bad[] = {
	{ "%", 1, 48, { 1 } }, { "%d", 0, 48, { 1 } }, { "%d%d", 1, 48, { 1 } }, { "%o", 1, 48, { 1 } }, { "%hd", 1, 48, { 1 } },
	{ "%llld", 1, 48, { 1 } }, { "%5", 1, 48, { 1 } }, { "%.5d", 1, 48, { 1 } }, { "%n", 1, 48, { 1 } }, { "%*d", 2, 48, { 1, 2 } },
	{ "%lp", 1, 48, { 1 } }, { "%ls", 1, 48, { 1 } }, { "\x01", 0, 48, { 0 } }, { "%zu", 1, 48, { 1 } },
};

/* Format into the words behind the first one, which gets the result. */
static unsigned format_program(struct bpf_insn *insns, unsigned count, unsigned size, const uint64_t *arguments)
{
	const struct bpf_insn call[] = {
		COPY(1, 7), BPF_ALU64_IMM(BPF_ADD, BPF_REG_1, 8), SET(2, (int)size), TEXT_AT(3, 0), STACK(4, -24),
		SET(5, (int)count * 8), CALL(snprintf), KEEP(0, 0) };
	unsigned i, n = 0;

	for (i = 0; i < 3; i++) {
		const struct bpf_insn put[] = { WIDE(1, arguments[i]), BPF_STX_MEM(BPF_DW, BPF_REG_10, BPF_REG_1, -24 + 8 * (int)i) };

		memcpy(insns + n, put, sizeof(put));
		n += RAWBPF_COUNT(put);
	}
	memcpy(insns + n, call, sizeof(call));
	return n + RAWBPF_COUNT(call);
}

static struct rawbpf_vm_context context;

START_TEST(test_format)
{
	struct bpf_insn insns[INSNS];
	unsigned count = format_program(insns, formats[_i].count, formats[_i].size, formats[_i].arguments);

	compare(formats[_i].text, &(struct given){ BPF_PROG_TYPE_SCHED_CLS, formats[_i].text, 0, insns, count }, 0, &context);
}
END_TEST

/* The verifier refuses what the machine's helper answers with -EINVAL. */
START_TEST(test_bad_format)
{
	static struct left kernels, ours;
	struct bpf_insn insns[INSNS];
	unsigned count = format_program(insns, bad[_i].count, bad[_i].size, bad[_i].arguments);
	const struct given given = { BPF_PROG_TYPE_SCHED_CLS, bad[_i].text, 0, insns, count };

	packet_begin(0);
	run_natively(&given, &kernels);
	run_in_machine(&given, &ours, &context);
	ck_assert_int_eq(kernels.refused, -EINVAL);
	ck_assert_int_eq((int)ours.words[0], -EINVAL);
}
END_TEST

/* ------------------------------------------------------------------ tags, devices, events */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NET16(N) ((N) >> 8 | ((N) & 255) << 8)
#else
#define NET16(N) (N)
#endif
#define PUSH(PROTO, TCI) COPY(1, 6), SET(2, PROTO), SET(3, TCI), CALL(skb_vlan_push), KEEP(0, 0)
#define POP COPY(1, 6), CALL(skb_vlan_pop), KEEP(0, 0)
/* Keep the fields, and the first bytes of the network's header. */
#define FIELDS \
	FIELD(1, len), FIELD(2, protocol), FIELD(3, vlan_present), FIELD(4, vlan_tci), FIELD(5, vlan_proto), \
	COPY(1, 6), SET(2, 0), COPY(3, 7), BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, 48), SET(4, 8), SET(5, 1), \
	CALL(skb_load_bytes_relative), KEEP(7, 0)
#define TAGS(NAME, TAGS, ...) { NAME, BPF_PROG_TYPE_SCHED_CLS, TAGS, 0, { __VA_ARGS__, FIELDS } }
#define GO(NAME, MAPNUMBER, KEY, FLAGS) \
	{ NAME, BPF_PROG_TYPE_XDP, 0, 0, { MAP(1, MAPNUMBER), SET(2, KEY), SET(3, FLAGS), CALL(redirect_map), KEEP(0, 0) } }
#define LOOK(NAME, MAPNUMBER, KEY) \
	{ NAME, BPF_PROG_TYPE_XDP, 0, 0, { BPF_ST_MEM(BPF_W, BPF_REG_10, -4, KEY), MAP(1, MAPNUMBER), STACK(2, -4), \
	  CALL(map_lookup_elem), BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 1), BPF_LDX_MEM(BPF_W, BPF_REG_0, BPF_REG_0, 0), KEEP(0, 0) } }
#define SEND(NAME, TYPE, EVENT, FLAGS, SIZE) \
	{ NAME, BPF_PROG_TYPE_##TYPE, 0, EVENT, { BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0x12345678), BPF_ST_MEM(BPF_DW, BPF_REG_10, -16, -2), \
	  COPY(1, 6), MAP(2, MAP_EVENTS), WIDE(3, FLAGS), STACK(4, -16), SET(5, SIZE), CALL(perf_event_output), KEEP(0, 0) } }
#define HERE 0xffffffffull

static const struct {
	const char *name;
	uint32_t type;
	unsigned tags, event;
	struct bpf_insn insns[INSNS];
} programs[] = {
	TAGS("push", 0, PUSH(NET16(0x8100), 5)),
	TAGS("push 802.1ad, and more bits", 0, PUSH(NET16(0x88a8), 0x12345)),
	TAGS("push no tag's protocol", 0, PUSH(NET16(0x0800), 0xffff)),
	TAGS("push two", 0, PUSH(NET16(0x88a8), 0x1005), PUSH(NET16(0x8100), 0x6789)),
	TAGS("push three", 0, PUSH(NET16(0x88a8), 0x1005), PUSH(NET16(0x8100), 0x6789), PUSH(NET16(0x8100), 3)),
	TAGS("push before a tag", 1, PUSH(NET16(0x8100), 5), PUSH(NET16(0x8100), 6)),
	TAGS("pop nothing", 0, POP),
	TAGS("pop what was pushed", 0, PUSH(NET16(0x8100), 5), POP),
	TAGS("pop one of two", 0, PUSH(NET16(0x88a8), 5), PUSH(NET16(0x8100), 6), POP),
	TAGS("pop both", 0, PUSH(NET16(0x88a8), 5), PUSH(NET16(0x8100), 6), POP, POP),
	TAGS("pop the packet's tag", 1, POP),
	TAGS("pop one of the packet's two", 2, POP),
	TAGS("pop both of the packet's", 2, POP, POP),
	TAGS("pop one of the packet's three", 3, POP),
	GO("a device", MAP_DEVICES, 1, 0), GO("a device, else pass", MAP_DEVICES, 1, XDP_PASS),
	GO("no device", MAP_DEVICES, 0, 0), GO("no device, else pass", MAP_DEVICES, 0, XDP_PASS),
	GO("no device, else tx", MAP_DEVICES, 2, XDP_TX), GO("no place, else drop", MAP_DEVICES, 3, XDP_DROP),
	GO("a wrong flag", MAP_DEVICES, 1, 4), GO("an unknown flag", MAP_DEVICES, 1, 32),
	GO("all devices", MAP_DEVICES, 0, 8), GO("all devices but one", MAP_DEVICES, 9, 8 | 16), GO("no device but one", MAP_DEVICES, 0, 16 | 2),
	GO("a hashed device", MAP_HASH, 77, XDP_PASS), GO("no hashed device", MAP_HASH, 1, XDP_PASS),
	GO("a CPU", MAP_CPUS, 0, XDP_PASS), GO("no CPU", MAP_CPUS, 1, XDP_PASS), GO("all CPUs", MAP_CPUS, 0, 8),
	LOOK("look at a device", MAP_DEVICES, 1), LOOK("look at no device", MAP_DEVICES, 0), LOOK("look past the end", MAP_DEVICES, 3),
	LOOK("look at a hashed device", MAP_HASH, 77), LOOK("look at no hashed device", MAP_HASH, 1),
	SEND("16 bytes", XDP, 16, HERE, 16), SEND("12 bytes", SCHED_CLS, 12, HERE, 12), SEND("a byte", SCHED_CLS, 1, HERE, 1),
	SEND("nothing", SCHED_CLS, 0, HERE, 0), SEND("this CPU", SCHED_CLS, 16, 0, 16), SEND("another CPU", SCHED_CLS, 0, 1, 16),
	SEND("no CPU", XDP, 0, 2, 16), SEND("a flag", XDP, 0, 1ull << 52, 16), SEND("the packet", XDP, 16 + PACKET, (uint64_t)PACKET << 32 | HERE, 16),
	SEND("more than the packet", XDP, 0, (uint64_t)(PACKET + 1) << 32 | HERE, 16),
	SEND("a part of it", SCHED_CLS, 8 + 20, 20ull << 32 | HERE, 8), SEND("more than it", SCHED_CLS, 0, 61ull << 32 | HERE, 8),
	SEND("a socket's packet", SOCKET_FILTER, 8 + 46, 46ull << 32 | HERE, 8), SEND("more than that", SOCKET_FILTER, 0, 47ull << 32 | HERE, 8),
};

START_TEST(test_program)
{
	compare(programs[_i].name, &(struct given){ programs[_i].type, NULL, programs[_i].tags, programs[_i].insns, INSNS },
		programs[_i].event, &context);
}
END_TEST

/* The caller of the machine learns where the packet goes. */
START_TEST(test_redirect_target)
{
	static struct left left;
	const struct bpf_insn insns[] = { MAP(1, MAP_HASH), SET(2, 77), SET(3, 0), CALL(redirect_map) };

	packet_begin(0);
	run_in_machine(&(struct given){ BPF_PROG_TYPE_XDP, NULL, 0, insns, RAWBPF_COUNT(insns) }, &left, &context);
	ck_assert_ptr_nonnull(context.redirect_map);
	ck_assert_uint_eq(context.redirect_map->type, BPF_MAP_TYPE_DEVMAP_HASH);
	ck_assert_uint_eq(context.redirect, 77);
}
END_TEST

/* Perf buffers and the machine have one CPU here. */
static void stay_on_cpu(void)
{
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(first), &first), 0);
}

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_checked_fixture(tests, stay_on_cpu, NULL);
	tcase_add_loop_test(tests, test_format, 0, RAWBPF_COUNT(formats));
	tcase_add_loop_test(tests, test_bad_format, 0, RAWBPF_COUNT(bad));
	tcase_add_loop_test(tests, test_program, 0, RAWBPF_COUNT(programs));
	tcase_add_test(tests, test_redirect_target);
}

int main(void)
{
	return live_run("live_helper", add_tests);
}
