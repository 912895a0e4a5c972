/* SPDX-License-Identifier: MIT */
/* `.test` blocks in the machine: what passes, what fails, and with which words. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rawbpf/vm_map.h>
#include <rawbpf/vm_test.h>

#include "../unit.h"

static struct rawbpf_vm_test test;
static struct rawbpf_collection collection;

/* What the programs below share. Lines count from the first of these. */
#define HEAD \
	".struct pair\nu32 first\ns32 second\nchar name[8]\n" \
	".map one array u32 u64 1\n.map four array u32 u32 4\n.map pairs hash u64 pair 4\n" \
	".map bytes hash u8 s8 4\n.map line queue 0 u32 2\n.ring events pair 4k\n" \
	".map wide hash pair u64 4\n.map cpus percpu_hash u32 s64 4\n"
enum { HEAD_LINES = 12 };

static void parse(const char *text)
{
	static void *memory;
	struct rawbpf_collection_error error = { .macro_line = 0 };
	struct rawbpf_collection_text input = { .text = text, .length = strlen(text),
		.errors = &error, .error_max = 1, .memory_size = 1 << 20 };

	free(memory);
	input.memory = memory = malloc(input.memory_size);
	ck_assert_msg(rawbpf_collection_parse(&collection, &input) == 0, "line %u: %s",
		      error.at.line, error.at.message);
}

/* Run a test on x86_64, so that system calls have arguments on each machine. */
static int run(struct rawbpf_vm_test_spec spec)
{
	static const struct rawbpf_collection_env env = { .arch = RAWBPF_ARCH_X86_64 };
	static void *memory;

	free(memory);
	if (!spec.load.memory_size)
		spec.load.memory_size = 1 << 18;
	spec.load.memory = memory = malloc(spec.load.memory_size);
	memset(memory, 0xa5, spec.load.memory_size);
	spec.load.collection = &collection;
	spec.load.env = &env;
	return rawbpf_vm_test_run(&test, &spec);
}

#define RUN(...) run((struct rawbpf_vm_test_spec){ __VA_ARGS__ })

/* A program, its test, the line behind HEAD that fails (0: it passes), and why. */
static const struct {
	const char *text;
	unsigned line;
	const char *reason;
} rows[] = {
	/* r0 */
	{ ".prog p\n.at socket\nr0 = 7\nexit\n.test \"t\" p\nexpect r0 == 7\n", 0, "" },
	{ ".prog p\n.at socket\nr0 = 7\nexit\n.test \"t\" p\nexpect r0 == 8\n", 6, "got 7, expected 8" },
	{ ".prog p\n.at socket\ncall ktime_get_ns\nr0 = r2\nexit\n.test \"t\" p\nexpect r0 == 0\n", 4,
	  "instruction 1 reads r2, which has no value since the function began, or since the last call" },
	{ ".prog p\n.at socket\nr0 = -7\nexit\n.test \"t\" p\nexpect r0 == -7\nexpect r0 < -7\n", 7,
	  "got -7, expected less than -7" },
	{ ".prog p\n.at socket\nr0 = 7\nexit\n.test \"t\" p\nexpect r0 > 6 && r0 > 7\n", 6,
	  "got 7, expected more than 7" },
	{ ".prog p\n.at socket\nr0 = 7\nexit\n.test \"t\" p\nexpect r0 != 7\n", 6,
	  "got 7, expected another number than 7" },
	{ ".prog p\n.at socket\nr0 = 7\nexit\n.test \"t\" p\nexpect r0 & 8\n", 6,
	  "got 0, expected another number" },
	{ ".prog p\n.at socket\nr0 = 7\nexit\n.test \"t\" p\nexpect r0 == 7 || 1 / (r0 - 7)\n", 0, "" },
	{ ".prog p\n.at socket\nr0 = 7\nexit\n.test \"t\" p\nexpect 1 / (r0 - 7)\n", 6,
	  "a division by 0, or a shift by more than 63 bits" },
	{ ".prog p\n.at socket\nr0 = 7\nexit\n.test \"t\" p\nexpect r0 == task_struct.tgid\n", 6,
	  "the file has no 'task_struct.tgid', and there is neither BTF nor an offsets file of the kernel" },

	/* packets and contexts */
	{ ".prog p\n.at xdp\nr2 = *(u32 *)(r1 + xdp_md.data)\nr3 = *(u32 *)(r1 + xdp_md.data_end)\n"
	  "r0 = r3\nr0 -= r2\nexit\n.test \"t\" p\nexpect r0 == 64\nexpect count(packet) == 64\n", 0, "" },
	{ ".prog p\n.at xdp\nr2 = *(u32 *)(r1 + xdp_md.data)\n*(u8 *)(r2 + 1) = 9\nr0 = *(u8 *)(r2 + 2)\n"
	  "exit\n.test \"t\" p\npacket 0a0B 0c\npacket *3\nexpect r0 == 12\nexpect packet[0] == 10\n"
	  "expect packet[1] == 9\nexpect count(packet) == 6\nexpect packet[6] == 0\n", 14,
	  "packet has no element 6" },
	{ ".prog p\n.at raw_tp x\nr0 = *(u64 *)(r1 + 8)\nr0 &= 255\nexit\n.test \"t\" p\n"
	  "context *8 0505050505050505\nexpect r0 == 5\n", 0, "" },
	/* fields by their names, elements of arrays, and arguments of the place */
	{ ".prog p\n.at tc ingress\nr0 = *(u32 *)(r1 + __sk_buff.mark)\nr2 = *(u32 *)(r1 + 56)\nr0 -= r2\nexit\n"
	  ".test \"t\" p\ncontext __sk_buff.mark = 0x10 + 7\ncontext __sk_buff.cb[2] = 9 # one of five\n"
	  "expect r0 == 14\n", 0, "" },
	{ ".prog p\n.at xdp\nr0 = *(u32 *)(r1 + 16)\nexit\n.test \"t\" p\ncontext xdp_md.rx_queue_index=3\n"
	  "expect r0 == 3\n", 0, "" },
	{ ".prog p\n.at socket\nr0 = *(u32 *)(r1 + 8)\nexit\n.test \"t\" p\ncontext *8 05000005\n"
	  "context __sk_buff.mark = 7\nexpect r0 == 7\n", 0, "" },
	{ ".prog p\n.at syscall openat(_, path, flags: u32)\nr0 = *(u64 *)(r10 + path)\n"
	  "w1 = *(u32 *)(r10 + flags)\nr0 += r1\nexit\n.test \"t\" p\ncontext path = 70\ncontext flags = 3\n"
	  "expect r0 == 73\n", 0, "" },
	{ ".prog p\n.at sysret openat -> ret: s32\nw0 = *(u32 *)(r10 + ret)\nexit\n.test \"t\" p\n"
	  "context ret = -2\nexpect r0 == 0xfffffffe\n", 0, "" },
	{ ".prog p\n.at raw_tp x(_, _, third)\nr0 = *(u64 *)(r10 + third)\nexit\n.test \"t\" p\n"
	  "context third = -1\nexpect r0 == -1\n", 0, "" },
	{ ".prog p\n.at xdp\nr0 = 0\nexit\n.test \"t\" p\ncontext xdp_md.nothing = 1\n", 6,
	  "neither a field STRUCT.FIELD nor an argument of the program's place is 'xdp_md.nothing'" },
	{ ".prog p\n.at xdp\nr0 = 0\nexit\n.test \"t\" p\ncontext nothing = 1\n", 6,
	  "neither a field STRUCT.FIELD nor an argument of the program's place is 'nothing'" },
	{ ".prog p\n.at xdp\nr0 = 0\nexit\n.test \"t\" p\ncontext XDP_PASS = 1\n", 6,
	  "no field of a context is 'XDP_PASS'" },
	{ ".prog p\n.at xdp\nr0 = 0\nexit\n.test \"t\" p\ncontext __sk_buff.mark = 1\n", 6,
	  "the context of this program is of another type than '__sk_buff.mark'" },
	{ ".prog p\n.at xdp\nr0 = 0\nexit\n.test \"t\" p\ncontext xdp_md.data_end = 1\n", 6,
	  "a packet line sets what this points to: 'xdp_md.data_end'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\ncontext __sk_buff.cb = 1\n", 6,
	  "a test sets numbers, and an element of an array by [N]; neither is '__sk_buff.cb'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\ncontext __sk_buff.cb[5] = 1\n", 6,
	  "neither a field STRUCT.FIELD nor an argument of the program's place is '__sk_buff.cb[5]'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\ncontext __sk_buff.mark = 1 << 32\n", 6,
	  "the number does not fit '__sk_buff.mark'" },
	{ ".prog p\n.at raw_tp x\nr0 = *(u64 *)(r1 + 8)\nexit\n.test \"t\" p\ncontext 0 1\n", 6,
	  "expected pairs of hexadecimal digits, or *N for N zeros, in '0 1'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\npacket 00\n", 5,
	  "a packet begins with the 14 bytes of its link layer" },
	{ ".prog p\n.at syscall read(from)\nr0 = *(u64 *)(r10 + from)\nexit\n.test \"t\" p\nexpect r0 == 0\n", 0, "" },

	/* maps */
	{ ".prog p\n.at socket\nr1 = &one[0]\nr0 = *(u64 *)(r1 + 0)\n*(u64 *)(r1 + 0) = 3\nexit\n"
	  ".test \"t\" p\nmap one[0] = 1 << 40\nexpect r0 == 1 << 40\nexpect one[0] == 3\n", 0, "" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap pairs[5].second = -2\n"
	  "map pairs[5].first = 6\nmap bytes[200] = -1\nmap cpus[7] = 8\nexpect count(pairs) == 1\n"
	  "expect pairs[5].second == -2\nexpect pairs[5].first == 6\nexpect bytes[200] == -1\n"
	  "expect cpus[7] == 8\nexpect count(four) == 4\nexpect four[3] == 0\nexpect pairs[4].first == 0\n",
	  17, "pairs has no element 4" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap four[4] = 1\n", 6,
	  "there is no room for this element in 'four'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap bytes[256] = 1\n", 6,
	  "this number is no key of 'bytes'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap bytes[1] = 256\n", 6,
	  "this number does not fit a value of 'bytes'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap pairs[1] = 1\n", 6,
	  "only numbers of up to 8 bytes can be compared; name a field of 'pairs'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap pairs[1].name = 1\n", 6,
	  "only numbers of up to 8 bytes can be compared; name a field of 'pairs'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap pairs[1].third = 1\n", 6,
	  "the value has no field '.third'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap wide[1] = 1\n", 6,
	  "tests name keys of up to 8 bytes, and more has 'wide'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap events[0].first = 1\n", 6,
	  "a test cannot fill 'events'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap packet[0] = 1\n", 6,
	  "the packet is no map; use a packet line" },
	{ ".prog p\n.at socket\n.local v u32\nr1 = map line\nr2 = r10 + v\ncall map_pop_elem\n"
	  "w0 = *(u32 *)(r10 + v)\nexit\n.test \"t\" p\nmap line[0] = 4\nmap line[0] = 5\nexpect r0 == 4\n"
	  "expect count(line) == 1\nexpect line[0] == 5\nexpect line[1]\n", 15, "line has no element 1" },
	{ ".map pile stack 0 pair 3\n.prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap pile[0].first = 7\n"
	  "map pile[0].second = -8\nexpect count(pile) == 2\nexpect pile[0].second == -8\n"
	  "expect pile[1].first == 7\nexpect pile[-1].first\n", 12, "pile has no element -1" },
	{ ".map s hash u32 u32 4\n.map pc hash u32 u32 4\n.prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\n"
	  "map s[1] = 2\nexpect s[1] == 2 && count(s) == 1\nexpect pc[1]\n", 10, "pc has no element 1" },
	{ ".map out perf_event_array u32 u32 1\n.prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\n"
	  "expect count(out) == 0\nexpect out[0]\n", 8,
	  "records have no type and can only be counted in 'out'" },

	/* records */
	{ ".prog p\n.at socket\n.local e pair\n*(u32 *)(r10 + e.first) = 1\n*(u32 *)(r10 + e.second) = -9\n"
	  "r1 = map events\nr2 = r10 + e\nr3 = 8\nr4 = 0\ncall ringbuf_output\n"
	  "r1 = map events\nr2 = r10 + e\nr3 = 4\nr4 = 0\ncall ringbuf_output\nexit\n.test \"t\" p\n"
	  "expect count(events) == 2\nexpect events[0].second == -9\nexpect events[1].first == 1\n"
	  "expect events[1].second\n", 21, "the record ends before this field, in 'events'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nexpect count(events) == 0\nexpect events[0].first\n",
	  7, "events has no element 0" },

	/* helpers */
	{ ".prog p\n.at socket\ncall ktime_get_ns\nr6 = r0\ncall get_prandom_u32\nr7 = r0\ncall ktime_get_ns\n"
	  "r0 -= r6\nr0 += r7\nexit\n.test \"t\" p\nhelper ktime_get_ns 100 0x12c\nhelper get_prandom_u32 -5\n"
	  "expect r0 == 195\n", 0, "" },
	{ ".prog p\n.at socket\ncall ktime_get_ns\ncall ktime_get_ns\nexit\n.test \"t\" p\nhelper ktime_get_ns 1\n",
	  4, "ktime_get_ns is called, and line 19 has no value left for it" },
	{ ".prog p\n.at socket\ncall ktime_get_ns\nexit\n.test \"t\" p\nhelper ktime_get_ns one\n",
	  3, "ktime_get_ns gets something that is no number, and line 18 has it" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nhelper ktime 1\n", 6,
	  "no helper has the name that begins 'ktime 1'" },
	{ ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nhelper ktime_get_ns 1\nhelper ktime_get_ns 1\n", 7,
	  "a test has one list of values for 'ktime_get_ns'" },
	{ ".prog p\n.at socket\ncall get_current_pid_tgid\nexit\n.test \"t\" p\nexpect r0 == 1 << 32 | 1\n", 0, "" },

	/* programs that cannot be loaded, or do what no program may */
	{ ".prog p\n.at fentry vfs_read\nr0 = 0\nexit\n.test \"t\" p\nexpect r0 == 0\n", 2,
	  "'vfs_read' needs the kernel's BTF, and there is none" },
	{ ".prog p\n.at socket\nr1 = 0\nr0 = *(u8 *)(r1 + 0)\nexit\n.test \"t\" p\nexpect r0 == 0\n", 4,
	  "instruction 1 reads 1 byte at 0x0; compare the pointer with 0 first" },
	{ ".prog p\n.at socket\nagain: goto again\nexit\n.test \"t\" p\nexpect r0 == 0\n", 3,
	  "the program does not end within its number of instructions" },
};

START_TEST(passes_or_fails)
{
	char text[4096];

	snprintf(text, sizeof(text), "%s%s", HEAD, rows[_i].text);
	parse(text);
	ck_assert_int_eq(RUN(.test = 0, .budget = 10000),
			 rows[_i].line ? RAWBPF_VM_FAILED : RAWBPF_VM_PASSED);
	ck_assert_str_eq(test.reason, rows[_i].reason);
	ck_assert_uint_eq(test.line, rows[_i].line ? rows[_i].line + HEAD_LINES : 0);
}
END_TEST

/* Each test begins with empty maps, and runs its own program. */
START_TEST(tests_are_alone)
{
	parse(HEAD ".prog p\n.at socket\nr1 = &one[0]\nr0 = *(u64 *)(r1 + 0)\nr0 += 1\n"
	      "*(u64 *)(r1 + 0) = r0\nexit\n.prog q\n.at socket\nr0 = 9\nexit\n"
	      ".test \"first\" p\nexpect one[0] == 1\n.test \"second\" q\nexpect r0 == 9\n"
	      ".test \"third\" p\nexpect one[0] == 1\n");
	for (unsigned i = 0; i < 3; i++)
		ck_assert_msg(RUN(.test = i) == RAWBPF_VM_PASSED, "%u: %s", i, test.reason);
	ck_assert_int_eq(RUN(.test = 3), -EINVAL);
	ck_assert_int_eq(rawbpf_vm_test_run(&test, NULL), -EINVAL);
}
END_TEST

/* Each size is either too small, and says so, or enough. */
START_TEST(memory)
{
	size_t size = 0;
	int result;

	parse(".prog p\n.at xdp\nr0 = 0\nexit\n.test \"t\" p\npacket *1000\nexpect r0 == 0\n");
	do {
		size += 512;
		result = RUN(.load = { .memory_size = size });
		ck_assert(result == -ENOSPC || result == RAWBPF_VM_PASSED);
	} while (result == -ENOSPC);
	ck_assert_uint_gt(size, 8192);
	ck_assert_uint_lt(size, 65536);
}
END_TEST

static int seen(struct rawbpf_vm_test *running, void *context)
{
	const uint32_t key = 2;
	uint32_t value = 0;

	ck_assert_ptr_eq(running, &test);
	ck_assert_int_eq(rawbpf_vm_map_lookup(&running->loaded.maps[1], &key, &value), 0);
	ck_assert_uint_eq(value, 5);
	ck_assert_uint_eq(running->vm.executed, 0);
	strcpy(running->reason, "seen");
	return *(int *)context;
}

START_TEST(before_the_run)
{
	int fails = 0;

	parse(HEAD ".prog p\n.at socket\nr0 = 0\nexit\n.test \"t\" p\nmap four[2] = 5\nexpect r0 == 0\n");
	ck_assert_int_eq(RUN(.begin = seen, .begin_context = &fails), RAWBPF_VM_PASSED);
	fails = 1;
	ck_assert_int_eq(RUN(.begin = seen, .begin_context = &fails), RAWBPF_VM_FAILED);
	ck_assert_str_eq(test.reason, "seen");
	ck_assert_uint_eq(test.vm.executed, 0);
}
END_TEST

/* r1 counts 3, 2, 1, 0: the jump goes back twice, and on once. */
/* What rawbpf_vm_test_run() does, in its parts: a caller may run the machine in its own way. */
START_TEST(parts)
{
	static uint64_t memory[1 << 13];
	struct rawbpf_vm_test_spec spec = { .load = { .collection = &collection, .memory = memory,
						      .memory_size = sizeof memory } };

	parse(HEAD ".prog p\n.at socket\nr1 = &one[0]\nr0 = *(u64 *)(r1 + 0)\nr0 += 1\n*(u64 *)(r1 + 0) = r0\nexit\n"
	      ".test \"t\" p\nmap one[0] = 4\nexpect r0 == 5\nexpect one[0] == 6\n.test \"u\" p\nmap four[4] = 1\n");
	ck_assert_int_eq(rawbpf_vm_test_open(&test, &spec), RAWBPF_VM_PASSED);
	ck_assert_uint_eq(test.vm.executed, 0);
	ck_assert_int_eq(rawbpf_vm_test_check(&test), RAWBPF_VM_FAILED);
	ck_assert_str_eq(test.reason, "the program does not end within its number of instructions");
	ck_assert_int_eq(rawbpf_vm_run(&test.vm, 2), RAWBPF_VM_PAUSED);
	ck_assert_uint_eq(test.vm.r[0], 4);
	ck_assert_int_eq(rawbpf_vm_run(&test.vm, 3), RAWBPF_VM_ENDED);
	ck_assert_int_eq(rawbpf_vm_test_check(&test), RAWBPF_VM_FAILED);
	ck_assert_uint_eq(test.line, HEAD_LINES + 11);
	ck_assert_str_eq(test.reason, "got 5, expected 6");
	*(uint64_t *)test.loaded.maps[0].values.bytes = 6;
	ck_assert_int_eq(rawbpf_vm_test_check(&test), RAWBPF_VM_PASSED);
	ck_assert_uint_eq(test.line, 0);
	ck_assert_str_eq(test.reason, "");
	spec.test = 1;
	ck_assert_int_eq(rawbpf_vm_test_open(&test, &spec), RAWBPF_VM_FAILED);
	ck_assert_uint_eq(test.line, HEAD_LINES + 13);
	spec.test = 2;
	ck_assert_int_eq(rawbpf_vm_test_open(&test, &spec), -EINVAL);
	spec.test = 0;
	spec.load.memory_size = 1 << 12;
	ck_assert_int_eq(rawbpf_vm_test_open(&test, &spec), -ENOSPC);
}
END_TEST

START_TEST(coverage)
{
	static const uint32_t ran[] = { 2, 6, 6, 2, 2, 2 }, jumped[] = { 0, 0, 4, 0, 0, 0 };
	uint32_t counted[2][6] = { { 0 } };
	struct rawbpf_vm_coverage progs[2] = {
		{ .slots = 0 }, { .ran = counted[0], .jumped = counted[1], .slots = 6 } };

	parse(".prog other\n.at socket\nr0 = 0\nexit\n.prog p\n.at socket\nr1 = 3\nagain: r1 -= 1\n"
	      "if r1 > 0 goto again\nif r1 > 0 goto again\nr0 = 0\nexit\n.test \"t\" p\nexpect r0 == 0\n");
	progs[1].slots = 6;
	ck_assert_int_eq(RUN(.coverage = progs), RAWBPF_VM_PASSED);
	ck_assert_int_eq(RUN(.coverage = progs), RAWBPF_VM_PASSED);
	for (unsigned i = 0; i < 6; i++) {
		ck_assert_uint_eq(counted[0][i], ran[i]);
		ck_assert_uint_eq(counted[1][i], jumped[i]);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, passes_or_fails, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tests, tests_are_alone);
	tcase_add_test(tests, memory);
	tcase_add_test(tests, before_the_run);
	tcase_add_test(tests, parts);
	tcase_add_test(tests, coverage);
}

int main(void)
{
	return unit_run("machine_test", add_tests);
}
