/* SPDX-License-Identifier: MIT */
/*
 * Compare packets with this kernel's test runs: the same program, packet and context on both must
 * give the same r0, packet and map. Programs keep results in the map: eight words.
 */
#include "../live.h"

#include <rawbpf/vm_context.h>
#include <rawbpf/vm_helper.h>
#include <rawbpf/vm_map.h>

enum { PACKET = 60, MEMORY = 4096 - 320, WORDS = 8, INSNS = 40 };

#define CALL(NAME) BPF_EMIT_CALL(BPF_FUNC_##NAME)
#define SET(REG, IMM) BPF_MOV64_IMM(BPF_REG_##REG, IMM)
#define SET32(REG, IMM) BPF_MOV32_IMM(BPF_REG_##REG, (int32_t)(IMM))
#define COPY(REG, FROM) BPF_MOV64_REG(BPF_REG_##REG, BPF_REG_##FROM)
#define STACK(REG, OFF) COPY(REG, 10), BPF_ALU64_IMM(BPF_ADD, BPF_REG_##REG, OFF)
#define PUT(SIZE, OFF, IMM) BPF_ST_MEM(BPF_##SIZE, BPF_REG_10, OFF, IMM)
#define CONTEXT COPY(1, 6)
#define END BPF_EXIT_INSN()

/* Keep a register in a word of the map. r7 has the map's value. */
#define KEEP(WORD, REG) BPF_STX_MEM(BPF_DW, BPF_REG_7, BPF_REG_##REG, 8 * (WORD))
/* Load a field into r2 and keep it. */
#define FIELD(WORD, STRUCT, NAME) \
	BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_6, offsetof(struct STRUCT, NAME)), KEEP(WORD, 2)
/* Keep data_end - data. */
#define LENGTH(WORD, STRUCT) \
	BPF_LDX_MEM(BPF_W, BPF_REG_2, BPF_REG_6, offsetof(struct STRUCT, data_end)), \
	BPF_LDX_MEM(BPF_W, BPF_REG_3, BPF_REG_6, offsetof(struct STRUCT, data)), \
	BPF_ALU64_REG(BPF_SUB, BPF_REG_2, BPF_REG_3), KEEP(WORD, 2)
/* Keep the helper's answer, and give it to the caller. */
#define SAID(WORD) KEEP(WORD, 0)

#define XDP(NAME, ...) { NAME, BPF_PROG_TYPE_XDP, 0, { __VA_ARGS__ } }
#define NEW_XDP(NAME, ...) { NAME, BPF_PROG_TYPE_XDP, 0x612, { __VA_ARGS__ } }
#define TC(NAME, ...) { NAME, BPF_PROG_TYPE_SCHED_CLS, 0, { __VA_ARGS__ } }
#define NEW_TC(NAME, ...) { NAME, BPF_PROG_TYPE_SCHED_CLS, 0x60d, { __VA_ARGS__ } }
#define SOCKET(NAME, ...) { NAME, BPF_PROG_TYPE_SOCKET_FILTER, 0, { __VA_ARGS__ } }

#define ADJUST(HELPER, BY) CONTEXT, SET(2, BY), CALL(HELPER), SAID(0), LENGTH(1, xdp_md)
#define LOAD_BYTES(OFF, SIZE) \
	PUT(DW, -8, -1), PUT(DW, -16, -1), CONTEXT, SET32(2, OFF), STACK(3, -16), SET(4, SIZE), CALL(skb_load_bytes), \
	SAID(0), BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_10, -16), KEEP(1, 2), \
	BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_10, -8), KEEP(2, 2)
#define LOAD_RELATIVE(OFF, SIZE, FROM) \
	PUT(DW, -8, -1), CONTEXT, SET32(2, OFF), STACK(3, -8), SET(4, SIZE), SET32(5, FROM), \
	CALL(skb_load_bytes_relative), SAID(0), BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_10, -8), KEEP(1, 2)
#define STORE_BYTES(OFF, SIZE, FLAGS) \
	PUT(DW, -8, 0x12345678), CONTEXT, SET32(2, OFF), STACK(3, -8), SET(4, SIZE), SET(5, FLAGS), \
	CALL(skb_store_bytes), SAID(0), LENGTH(1, __sk_buff)
#define CSUM(LAYER, OFF, FROM, TO, FLAGS) \
	CONTEXT, SET32(2, OFF), SET32(3, FROM), SET32(4, TO), SET(5, FLAGS), CALL(LAYER##_csum_replace), SAID(0)
#define CHANGE(HELPER, TO, FLAGS) \
	CONTEXT, SET32(2, TO), SET(3, FLAGS), CALL(HELPER), SAID(0), FIELD(1, __sk_buff, len), LENGTH(2, __sk_buff)
#define ROOM(BY, MODE, FLAGS) \
	CONTEXT, SET(2, BY), SET32(3, MODE), SET(4, FLAGS), CALL(skb_adjust_room), SAID(0), \
	FIELD(1, __sk_buff, len), LENGTH(2, __sk_buff)
#define XDP_BYTES(HELPER, OFF, SIZE) \
	PUT(DW, -8, 0x76543210), CONTEXT, SET32(2, OFF), STACK(3, -8), SET(4, SIZE), CALL(HELPER), SAID(0), \
	BPF_LDX_MEM(BPF_DW, BPF_REG_2, BPF_REG_10, -8), KEEP(1, 2)
#define DIFF(FROM, FROM_SIZE, TO, TO_SIZE, SEED) \
	PUT(W, -8, FROM), PUT(W, -4, 0x7fff0001), PUT(W, -16, TO), PUT(W, -12, -1), STACK(1, -8), \
	SET(2, FROM_SIZE), STACK(3, -16), SET(4, TO_SIZE), SET32(5, SEED), CALL(csum_diff), SAID(0)

static const struct {
	const char *name;
	uint32_t type;
	unsigned since; /* the kernel that answers so */
	struct bpf_insn insns[INSNS]; /* without the beginning and the end */
} programs[] = {
	XDP("lengths", LENGTH(0, xdp_md), FIELD(1, xdp_md, rx_queue_index), CONTEXT, CALL(xdp_get_buff_len), SAID(2)),
	XDP("later", ADJUST(xdp_adjust_head, 14)),
	XDP("earlier", ADJUST(xdp_adjust_head, -8)),
	XDP("as early as possible", ADJUST(xdp_adjust_head, -216)),
	XDP("too early", ADJUST(xdp_adjust_head, -217)),
	XDP("as late as possible", ADJUST(xdp_adjust_head, PACKET - 14)),
	XDP("too late", ADJUST(xdp_adjust_head, PACKET - 13)),
	XDP("shorter", ADJUST(xdp_adjust_tail, -20)),
	XDP("as short as possible", ADJUST(xdp_adjust_tail, 14 - PACKET)),
	XDP("too short", ADJUST(xdp_adjust_tail, 13 - PACKET)),
	XDP("longer", ADJUST(xdp_adjust_tail, 100)),
	XDP("as long as possible", ADJUST(xdp_adjust_tail, MEMORY - 256 - PACKET)),
	XDP("too long", ADJUST(xdp_adjust_tail, MEMORY - 256 - PACKET + 1)),
	XDP("as far as an int goes", ADJUST(xdp_adjust_tail, INT32_MAX)),
	XDP("and back", ADJUST(xdp_adjust_head, INT32_MIN)),
	XDP("metadata", ADJUST(xdp_adjust_meta, -8)),
	XDP("metadata of 32 bytes", ADJUST(xdp_adjust_meta, -32)),
	NEW_XDP("metadata of 252 bytes", ADJUST(xdp_adjust_meta, -252)),
	NEW_XDP("metadata of 256 bytes", ADJUST(xdp_adjust_meta, -256)),
	NEW_XDP("metadata of 216 bytes", ADJUST(xdp_adjust_meta, -216)),
	NEW_XDP("metadata of 220 bytes", ADJUST(xdp_adjust_meta, -220)),
	XDP("metadata of 6 bytes", ADJUST(xdp_adjust_meta, -6)),
	XDP("metadata in the packet", ADJUST(xdp_adjust_meta, 4)),
	XDP("metadata that move", CONTEXT, SET(2, -8), CALL(xdp_adjust_meta), ADJUST(xdp_adjust_head, 20)),
	XDP("metadata without room", CONTEXT, SET(2, -8), CALL(xdp_adjust_meta), ADJUST(xdp_adjust_head, -212)),
	XDP("bytes", XDP_BYTES(xdp_load_bytes, 3, 8)),
	XDP("bytes up to the end", XDP_BYTES(xdp_load_bytes, PACKET - 8, 8)),
	XDP("bytes past the end", XDP_BYTES(xdp_load_bytes, PACKET - 7, 8)),
	XDP("bytes far behind", XDP_BYTES(xdp_load_bytes, 0x10000, 8)),
	XDP("new bytes", XDP_BYTES(xdp_store_bytes, PACKET - 8, 8)),
	XDP("new bytes past the end", XDP_BYTES(xdp_store_bytes, PACKET - 7, 8)),
	XDP("redirect with flags", SET(1, 1), SET(2, 1), CALL(redirect), SAID(0)),

	TC("bytes", LOAD_BYTES(1, 16)),
	TC("bytes up to the end", LOAD_BYTES(PACKET - 16, 16)),
	TC("bytes past the end", LOAD_BYTES(PACKET - 15, 16)),
	TC("bytes before the beginning", LOAD_BYTES(-1, 1)),
	TC("bytes beyond an int", LOAD_BYTES(INT32_MIN, 1)),
	SOCKET("bytes", LOAD_BYTES(1, 16)),
	SOCKET("bytes past the end", LOAD_BYTES(PACKET - 14 - 15, 16)),
	TC("bytes of the link layer", LOAD_RELATIVE(2, 8, 0)),
	TC("bytes of the network layer", LOAD_RELATIVE(2, 8, 1)),
	TC("the last bytes of the network layer", LOAD_RELATIVE(PACKET - 14 - 8, 8, 1)),
	TC("bytes behind the network layer", LOAD_RELATIVE(PACKET - 14 - 7, 8, 1)),
	TC("bytes of no layer", LOAD_RELATIVE(2, 8, 2)),
	SOCKET("bytes of the link layer", LOAD_RELATIVE(2, 8, 0)),
	SOCKET("bytes of the network layer", LOAD_RELATIVE(2, 8, 1)),
	TC("stored bytes", STORE_BYTES(20, 8, 0)),
	TC("stored at the end", STORE_BYTES(PACKET - 8, 8, BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH)),
	TC("stored past the end", STORE_BYTES(PACKET - 7, 8, 0)),
	TC("stored with unknown flags", STORE_BYTES(0, 8, 4)),
	TC("stored far behind", STORE_BYTES(-8, 8, 0)),
	TC("l3, a half", CSUM(l3, 24, 0x1234, 0xff00, 2)),
	TC("l3, a half of which more is set", CSUM(l3, 24, 0x81234, 0x7ff00, 2)),
	TC("l3, a word", CSUM(l3, 24, 0xfffe1234, 0x12, 4)),
	TC("l3, a difference", CSUM(l3, 24, 0, 0x89ab1234, 0)),
	TC("l3, a difference and a number", CSUM(l3, 24, 1, 2, 0)),
	TC("l3, an odd place", CSUM(l3, 25, 1, 2, 2)),
	TC("l3, the last place", CSUM(l3, PACKET - 2, 1, 2, 2)),
	TC("l3, behind the end", CSUM(l3, PACKET, 1, 2, 2)),
	TC("l3, three bytes", CSUM(l3, 24, 1, 2, 3)),
	TC("l3, unknown flags", CSUM(l3, 24, 1, 2, 0x12)),
	TC("l4, a half", CSUM(l4, 50, 0x1234, 0xff00, 2)),
	TC("l4, a word with the pseudo header", CSUM(l4, 50, 0x1234, 0xff00, 0x14)),
	TC("l4, a difference", CSUM(l4, 50, 0, 0x89ab1234, 0)),
	TC("l4, no checksum", CSUM(l4, 0, 1, 2, BPF_F_MARK_MANGLED_0 | 2)),
	TC("l4, no checksum, but enforced", CSUM(l4, 0, 1, 2, BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | 2)),
	TC("l4, a checksum that becomes 0", CSUM(l4, 4, 0, 0xffff, BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | 2)),
	TC("l4, a checksum of 0 that stays", CSUM(l4, 4, 0, 0xffff, 2)),
	TC("l4, unknown flags", CSUM(l4, 50, 1, 2, 0x102)),
	TC("l4, eight bytes", CSUM(l4, 50, 1, 2, 8)),
	TC("longer", CHANGE(skb_change_tail, PACKET + 30, 0)),
	TC("shorter", CHANGE(skb_change_tail, PACKET - 30, 0)),
	TC("as short as possible", CHANGE(skb_change_tail, 14, 0)),
	TC("too short", CHANGE(skb_change_tail, 13, 0)),
	TC("far too long", CHANGE(skb_change_tail, 1 << 20, 0)),
	TC("a tail with flags", CHANGE(skb_change_tail, PACKET, 1)),
	TC("more in front", CHANGE(skb_change_head, 14, 0)),
	TC("nothing in front", CHANGE(skb_change_head, 0, 0)),
	TC("less than nothing in front", CHANGE(skb_change_head, -1, 0)),
	TC("a head with flags", CHANGE(skb_change_head, 14, 1)),
	TC("a packet that is there", CHANGE(skb_pull_data, PACKET, 0)),
	TC("all of it", CHANGE(skb_pull_data, 0, 0)),
	TC("a packet that is not there", CHANGE(skb_pull_data, PACKET + 1, 0)),
	TC("room behind the link layer", ROOM(20, 1, 0)),
	TC("room behind the network layer", ROOM(20, 0, 0)),
	TC("less behind the link layer", ROOM(-20, 1, 0)),
	TC("less behind the network layer", ROOM(-20, 0, 0)),
	TC("nearly nothing behind the network layer", ROOM(-(PACKET - 34), 0, 0)),
	TC("nothing behind the network layer", ROOM(-(PACKET - 33), 0, 0)),
	TC("all behind the link layer", ROOM(-(PACKET - 34), 1, 0)),
	TC("more than all behind the link layer", ROOM(-(PACKET - 33), 1, 0)),
	TC("room for nothing", ROOM(0, 1, 0)),
	TC("room in no layer", ROOM(20, 2, 0)),
	TC("too much room", ROOM(0x1000, 1, 0)),
	TC("room with unknown flags", ROOM(20, 1, 1 << 20)),
	TC("redirect", SET(1, 1), SET(2, 1 << 10), CALL(redirect), SAID(0)),
	TC("skb_load_bytes after a new head", CONTEXT, SET(2, 4), SET(3, 0), CALL(skb_change_head), LOAD_RELATIVE(0, 8, 1)),
	TC("packet loads after a new head", CONTEXT, SET(2, 4), SET(3, 0), CALL(skb_change_head), CONTEXT, BPF_LD_ABS(BPF_W, 0),
	   KEEP(0, 0), BPF_LD_ABS(BPF_W, -0x100000), KEEP(1, 0)),
	NEW_TC("a difference of nothing", DIFF(1, 0, 2, 0, 0x12345)),
	NEW_TC("a difference", DIFF(0x11223344, 8, 0x55667788, 8, 0)),
	NEW_TC("a sum", DIFF(0, 0, 0x55667788, 8, 7)),
	NEW_TC("a sum that is taken away", DIFF(0x11223344, 8, 0, 0, 7)),
	NEW_TC("a part of a word, and an odd one", DIFF(0x11223344, 6, 0x55667788, 7, 7)),
	NEW_TC("what is 0", DIFF(0, 4, 0, 4, 0)),
	NEW_TC("0 that is taken away", DIFF(0, 4, 0, 0, 0)),
	NEW_TC("the same", DIFF(0x1234, 4, 0x1234, 4, 0)),
};

static unsigned char packet[PACKET];

/* IPv4 without a link layer's addresses, and bytes that all differ. */
static void packet_begin(void)
{
	unsigned i;

	for (i = 14; i < PACKET; i++)
		packet[i] = (unsigned char)(0x37 * i);
	packet[12] = 8;
	packet[14] = 0x45;
}

/* What a program leaves. */
struct left {
	uint32_t r0;
	unsigned size;
	unsigned char bytes[MEMORY];
	uint64_t words[WORDS];
};

static struct left kernels, ours;

/* Return the slots of the program with its beginning and end. */
static unsigned program_finish(struct bpf_insn *insns, const struct bpf_insn *body)
{
	const struct bpf_insn begin[] = { COPY(6, 1), BPF_LD_IMM64_RAW_FULL(BPF_REG_7, BPF_PSEUDO_MAP_IDX_VALUE, 0, 0, 0, 0) };
	const struct bpf_insn end[] = { SET(0, 0), BPF_LDX_MEM(BPF_W, BPF_REG_0, BPF_REG_7, 0), END };
	unsigned count = INSNS;

	while (!body[count - 1].code)
		count--;
	memcpy(insns, begin, sizeof(begin));
	memcpy(insns + 3, body, count * sizeof(*body));
	memcpy(insns + 3 + count, end, sizeof(end));
	return count + 6;
}

static void run_natively(uint32_t type, const struct bpf_insn *insns, unsigned count, struct left *left)
{
	static char log[4096];
	const uint32_t key = 0;
	int map = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = sizeof(left->words), .max_entries = 1 });
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = type, .license = "GPL", .insns = insns, .insn_count = count, .fd_array = &map,
		.log = log, .log_size = sizeof(log) });
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = PACKET, .data_out = left->bytes,
				       .data_size_out = sizeof(left->bytes) };

	ck_assert_msg(prog > 2, "%s", log);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	left->r0 = run.retval;
	left->size = run.data_size_out;
	ck_assert_int_eq(rawbpf_map_lookup(map, &key, left->words, 0), 0);
	close(prog);
	close(map);
}

static void run_in_machine(uint32_t type, const struct bpf_insn *insns, unsigned count, struct left *left)
{
	static struct rawbpf_vm_context context;
	static struct rawbpf_vm vm;
	static unsigned char memory[MEMORY];
	static uint64_t stack[RAWBPF_VM_STACK / 8], words[WORDS];
	struct rawbpf_vm_map map = { .name = "words", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
		.value_size = sizeof(words), .max_entries = 1, .memory = words, .memory_size = sizeof(words) };
	struct rawbpf_vm_map *maps[] = { &map };
	struct rawbpf_vm_world world = { .time = 0 };
	struct rawbpf_vm_helpers helpers;
	struct rawbpf_vm_prog prog = { .insns = insns, .insn_count = count };
	struct rawbpf_vm_region *regions[RAWBPF_VM_CONTEXT_REGIONS + 2];
	struct rawbpf_vm_spec spec = { .prog = &prog, .stack = stack, .stack_size = sizeof(stack),
		.regions = regions, .region_max = RAWBPF_COUNT(regions), .maps = maps, .map_count = 1,
		.helpers = &helpers };
	char text[200];

	rawbpf_vm_helpers_get(&helpers, &world);
	ck_assert_int_eq(rawbpf_vm_map_open(&map), 0);
	ck_assert_int_eq(rawbpf_vm_context_open(&context, &(struct rawbpf_vm_context_spec){
		.prog_type = type, .packet = packet, .packet_size = PACKET, .memory = memory,
		.memory_size = sizeof(memory) }), 0);
	ck_assert_int_eq(rawbpf_vm_context_bind(&context, &spec), 0);
	ck_assert_int_eq(rawbpf_vm_open(&vm, &spec), 0);
	if (rawbpf_vm_run(&vm, 1000) != RAWBPF_VM_ENDED) {
		rawbpf_vm_trap_explain(text, sizeof(text), &vm);
		ck_abort_msg("%s", text);
	}
	left->r0 = (uint32_t)vm.r[0];
	left->size = (unsigned)context.size;
	memcpy(left->bytes, context.bytes, context.size);
	if (type == BPF_PROG_TYPE_SOCKET_FILTER)
		memset(left->bytes, 0, 14); /* the kernel clears them after the run */
	memcpy(left->words, words, sizeof(words));
}

/* Compare what both leave, and name what differs. */
static void same(const char *name)
{
	unsigned i;

	for (i = 0; i < WORDS; i++)
		ck_assert_msg(kernels.words[i] == ours.words[i], "%s: word %u: the kernel's %#llx, ours %#llx", name, i,
			      (unsigned long long)kernels.words[i], (unsigned long long)ours.words[i]);
	ck_assert_msg(kernels.r0 == ours.r0, "%s: r0: the kernel's %#x, ours %#x", name, kernels.r0, ours.r0);
	ck_assert_msg(kernels.size == ours.size, "%s: size: the kernel's %u, ours %u", name, kernels.size, ours.size);
	for (i = 0; i < ours.size; i++)
		ck_assert_msg(kernels.bytes[i] == ours.bytes[i], "%s: byte %u: the kernel's %#x, ours %#x", name, i,
			      kernels.bytes[i], ours.bytes[i]);
}

START_TEST(test_program)
{
	struct bpf_insn insns[INSNS + 6];
	unsigned count = program_finish(insns, programs[_i].insns);

	if (live_kernel() < programs[_i].since)
		SKIP("%s: kernels before this answer otherwise", programs[_i].name);
	packet_begin();
	run_natively(programs[_i].type, insns, count, &kernels);
	run_in_machine(programs[_i].type, insns, count, &ours);
	same(programs[_i].name);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_loop_test(tests, test_program, 0, RAWBPF_COUNT(programs));
}

int main(void)
{
	return live_run("live_packet", add_tests);
}
