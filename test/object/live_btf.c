/* SPDX-License-Identifier: MIT */
/* The kernel's BTF and symbols. BTF of ours, loaded into the kernel. */
#include "../live.h"

#include <time.h>

#define BTF_FILE "/sys/kernel/btf/vmlinux"

enum { LOOP = 181 }; /* BPF_FUNC_loop, Linux 5.17 */

/* Ask the same questions, however the BTF was opened. */
static void look_at_kernel(const struct rawbpf_btf *kernel)
{
	struct rawbpf_btf_member member;
	char text[100];
	int id = rawbpf_btf_type_find(kernel, BTF_KIND_STRUCT, "task_struct");

	ck_assert_int_gt(id, 0);
	ck_assert_int_eq(rawbpf_btf_member_find(&member, kernel, id, "comm"), 0);
	rawbpf_btf_type_format(text, sizeof text, kernel, member.type);
	ck_assert_str_eq(text, "char[16]");
	ck_assert_int_eq(rawbpf_btf_offset_find(kernel, "task_struct", "comm"), member.offset);
	ck_assert_int_gt(rawbpf_btf_offset_find(kernel, "task_struct", "tgid"), 0);
	/* a member of an unnamed struct in an unnamed union */
	ck_assert_int_ge(rawbpf_btf_offset_find(kernel, "sock_common", "skc_dport"), 0);
	ck_assert_int_ge(rawbpf_btf_offset_find(kernel, "sock", "__sk_common.skc_family"), 0);
	ck_assert_int_eq(rawbpf_btf_offset_find(kernel, "task_struct", "no_such"), -ENOENT);
	ck_assert_int_eq(rawbpf_btf_type_size(kernel, rawbpf_btf_type_find(kernel, 0, "list_head")),
			 16);
	ck_assert_int_gt(rawbpf_btf_type_find(kernel, BTF_KIND_TYPEDEF, "btf_trace_sys_enter"), 0);
	for (unsigned type = 1; type < rawbpf_btf_type_end(kernel); type += 97) {
		ck_assert_ptr_nonnull(rawbpf_btf_type_get(kernel, type));
		ck_assert_uint_gt(rawbpf_btf_type_format(text, sizeof text, kernel, type), 0);
	}
}

START_TEST(test_kernel)
{
	struct rawbpf_btf kernel;

	if (access(BTF_FILE, R_OK) != 0)
		SKIP("no " BTF_FILE);
	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), 0);
	look_at_kernel(&kernel);
	rawbpf_btf_close(&kernel);
	rawbpf_btf_close(&kernel);
	ck_assert_int_eq(rawbpf_btf_module_open(&kernel, "no_such_module", NULL), -ENOENT);
	ck_assert_int_eq(rawbpf_btf_module_open(&kernel, "../vmlinux", NULL), -ENOENT);
	ck_assert_int_eq(rawbpf_btf_module_open(&kernel, "", NULL), -ENOENT);
}
END_TEST

/* A file that cannot be mapped, unlike sysfs's: the library reads it in pieces. */
START_TEST(test_kernel_read)
{
	struct rawbpf_btf kernel;
	pid_t writer;

	if (access(BTF_FILE, R_OK) != 0)
		SKIP("no " BTF_FILE);
	live_private_mounts();
	ck_assert_int_eq(mount("none", "/tmp", "tmpfs", 0, NULL), 0);
	ck_assert_int_eq(system("cp " BTF_FILE " /tmp/btf && mkfifo /tmp/pipe"), 0);
	ck_assert_int_eq(mount("/tmp/pipe", BTF_FILE, NULL, MS_BIND, NULL), 0);
	writer = fork();
	if (!writer) {
		execlp("cp", "cp", "/tmp/btf", "/tmp/pipe", NULL);
		_exit(1);
	}
	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), 0);
	look_at_kernel(&kernel);
	rawbpf_btf_close(&kernel);
}
END_TEST

START_TEST(test_kernel_by_id)
{
	struct rawbpf_btf kernel;
	int fd;

	if (live_kernel() < 0x50b)
		SKIP("before 5.11 the kernel's BTF has no id");
	if (access(BTF_FILE, R_OK) != 0)
		SKIP("no " BTF_FILE);
	live_private_mounts();
	live_hide_directory("/sys");
	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), 0);
	look_at_kernel(&kernel);
	rawbpf_btf_close(&kernel);
	fd = rawbpf_btf_fd_open("vmlinux");
	ck_assert_int_gt(fd, 2);
	close(fd);
	ck_assert_int_eq(rawbpf_btf_fd_open("vmlinu"), -ENOENT);
	live_be_nobody();
	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), -EPERM);
}
END_TEST

START_TEST(test_broken_file)
{
	struct rawbpf_btf kernel;

	if (access(BTF_FILE, R_OK) != 0)
		SKIP("no " BTF_FILE);
	live_private_mounts();
	live_fake_file(BTF_FILE, "no BTF at all, but more than thirty-two bytes");
	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), -EINVAL);
	umount2(BTF_FILE, MNT_DETACH);
	live_fake_file(BTF_FILE, "short");
	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), -EINVAL);
	rawbpf_btf_close(&kernel);
}
END_TEST

START_TEST(test_load)
{
	uint32_t memory[100];
	char log[1000] = "?";
	size_t length = 0;
	struct rawbpf_btf_build b = { .data = memory, .max = sizeof memory };
	struct rawbpf_btf_spec spec = { .data = memory, .log = log, .log_size = sizeof log,
					.log_length = &length };
	struct rawbpf_btf mine;
	int fd;

	rawbpf_btf_int_emit(&b, "int", 4, BTF_INT_SIGNED);
	rawbpf_btf_ref_emit(&b, BTF_KIND_TYPEDEF, "number", 1);
	spec.size = b.size;
	fd = rawbpf_btf_load(&spec);
	ck_assert_int_gt(fd, 2);
	ck_assert_str_eq(log, "");
	ck_assert_uint_eq(length, 1);
	ck_assert_int_eq(rawbpf_btf_open(&mine, fd, NULL), 0);
	ck_assert_int_eq(rawbpf_btf_type_find(&mine, 0, "number"), 2);
	rawbpf_btf_close(&mine);
	close(fd);

	rawbpf_btf_ref_emit(&b, BTF_KIND_TYPEDEF, "nowhere", 77);
	spec.size = b.size;
	ck_assert_int_eq(rawbpf_btf_load(&spec), -EINVAL);
	ck_assert_ptr_nonnull(strstr(log, "nowhere"));
	ck_assert_uint_eq(length, strlen(log) + 1);
	spec.log_size = 10;
	ck_assert_int_eq(rawbpf_btf_load(&spec), -EINVAL);
	ck_assert_uint_eq(strlen(log), 9);
	ck_assert_int_eq(rawbpf_btf_open(&mine, 999, NULL), -EBADF);
}
END_TEST

/* bpf_loop(10, callback, ...): the callback adds 1 to the context. */
START_TEST(test_callback)
{
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_DW, BPF_REG_10, -8, 0),
		BPF_MOV64_IMM(BPF_REG_1, 10),
		BPF_LD_IMM64_RAW_FULL(BPF_REG_2, BPF_PSEUDO_FUNC, 0, 0, 7, 0),
		BPF_MOV64_REG(BPF_REG_3, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, -8),
		BPF_MOV64_IMM(BPF_REG_4, 0),
		BPF_EMIT_CALL(LOOP),
		BPF_LDX_MEM(BPF_DW, BPF_REG_0, BPF_REG_10, -8),
		BPF_EXIT_INSN(),
		BPF_MOV64_IMM(BPF_REG_0, 0), /* slot 10, 7 behind slot 2 */
		BPF_LDX_MEM(BPF_DW, BPF_REG_3, BPF_REG_2, 0),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_3, 1),
		BPF_STX_MEM(BPF_DW, BPF_REG_2, BPF_REG_3, 0),
		BPF_EXIT_INSN(),
	};
	struct rawbpf_prog_run run = { 0 };
	struct bpf_func_info infos[2];
	struct rawbpf_prog_spec spec = {
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT, .license = "GPL",
		.insns = insns, .insn_count = RAWBPF_COUNT(insns),
	};
	int prog, btf;

	if (live_kernel() < 0x511)
		SKIP("bpf_loop is of 5.17");
	ck_assert_int_eq(rawbpf_prog_load(&spec), -EINVAL); /* the BTF's func_info is missing */
	ck_assert_int_eq(rawbpf_prog_btf_load(&spec, infos, 1), -ENOSPC);
	btf = rawbpf_prog_btf_load(&spec, infos, 2);
	ck_assert_int_gt(btf, 2);
	prog = rawbpf_prog_load(&spec);
	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	ck_assert_uint_eq(run.retval, 10);
	close(prog);
	close(btf);
}
END_TEST

/* User space also takes a value's lock, with BPF_F_LOCK. The kernel keeps the lock's bytes. */
START_TEST(test_spin_lock)
{
	struct {
		uint32_t lock, number;
	} value = { .number = 7 }, got = { .lock = 9 };
	const struct rawbpf_btf_special locked = { "bpf_spin_lock", 0 };
	struct rawbpf_map_spec spec = { .type = BPF_MAP_TYPE_HASH, .key_size = 4,
					.value_size = sizeof value, .max_entries = 1 };
	const uint32_t key = 1;
	int map, btf;

	map = live_map(BPF_MAP_TYPE_HASH, 4, sizeof value, 1);
	ck_assert_int_eq(rawbpf_map_update(map, &key, &value, BPF_F_LOCK), -EINVAL);
	close(map);
	btf = rawbpf_map_btf_load(&spec, &locked, 1);
	ck_assert_int_gt(btf, 2);
	map = rawbpf_map_create(&spec);
	close(btf);
	ck_assert_int_gt(map, 2);
	ck_assert_int_eq(rawbpf_map_update(map, &key, &value, BPF_NOEXIST | BPF_F_LOCK), 0);
	ck_assert_int_eq(rawbpf_map_lookup(map, &key, &got, BPF_F_LOCK), 0);
	ck_assert_uint_eq(got.number, 7);
	ck_assert_uint_eq(got.lock, 0);
	close(map);
}
END_TEST

enum { TIMER_INIT = 169, TIMER_SET_CALLBACK, TIMER_START }; /* BPF_FUNC_timer_*, Linux 5.15 */

/* A program sets a timer. Its function counts behind the timer in the same value. */
START_TEST(test_timer)
{
	struct value {
		uint64_t timer[2];
		uint64_t fired;
	} value = { 0 };
	const struct rawbpf_btf_special timer = { "bpf_timer", 0 };
	struct rawbpf_map_spec map_spec = { .type = BPF_MAP_TYPE_ARRAY, .key_size = 4,
					    .value_size = sizeof value, .max_entries = 1 };
	const uint32_t key = 0;
	int map, map_btf, prog, prog_btf, tries;

	if (live_kernel() < 0x50f)
		SKIP("timers are of 5.15");
	map_btf = rawbpf_map_btf_load(&map_spec, &timer, 1);
	ck_assert_int_gt(map_btf, 2);
	map = rawbpf_map_create(&map_spec);
	ck_assert_int_gt(map, 2);
	close(map_btf);

	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 14),
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_0),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_6),
		BPF_LD_MAP_FD(BPF_REG_2, map),
		BPF_MOV64_IMM(BPF_REG_3, CLOCK_MONOTONIC),
		BPF_EMIT_CALL(TIMER_INIT),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_6),
		BPF_LD_IMM64_RAW_FULL(BPF_REG_2, BPF_PSEUDO_FUNC, 0, 0, 8, 0), /* slot 14 */
		BPF_EMIT_CALL(TIMER_SET_CALLBACK),
		BPF_MOV64_REG(BPF_REG_1, BPF_REG_6),
		BPF_MOV64_IMM(BPF_REG_2, 0), /* in so many ns */
		BPF_MOV64_IMM(BPF_REG_3, 0),
		BPF_EMIT_CALL(TIMER_START),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
		/* the timer's function at slot 23: (map, key, value) */
		BPF_MOV64_IMM(BPF_REG_1, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_3, BPF_REG_1, 16),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	struct bpf_func_info infos[2];
	char log[4096], packet[64] = { 0 };
	struct rawbpf_prog_spec spec = {
		.type = BPF_PROG_TYPE_SOCKET_FILTER, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns), .log = log, .log_size = sizeof log,
	};

	prog_btf = rawbpf_prog_btf_load(&spec, infos, 2);
	ck_assert_int_gt(prog_btf, 2);
	ck_assert_uint_eq(infos[1].insn_off, 23);
	prog = rawbpf_prog_load(&spec);
	ck_assert_msg(prog > 2, "%d\n%s", prog, log);
	close(prog_btf);
	ck_assert_int_eq(rawbpf_prog_run(prog, &(struct rawbpf_prog_run){
		.data_in = packet, .data_size_in = sizeof packet }), 0);
	for (tries = 0; tries < PATIENCE_MS && !value.fired; tries++) {
		usleep(1000);
		ck_assert_int_eq(rawbpf_map_lookup(map, &key, &value, 0), 0);
	}
	ck_assert_uint_eq(value.fired, 1);
	close(prog);
	close(map);
}
END_TEST

/* ------------------------------------------------------------------------------- symbols */

/* Read the address from the file. */
static unsigned long long address_of(const char *symbol)
{
	char line[512], name[300];
	unsigned long long address, found = 0;
	FILE *file = fopen("/proc/kallsyms", "re");

	while (file && !found && fgets(line, sizeof line, file))
		if (sscanf(line, "%llx %*c %299s", &address, name) == 2 && !strcmp(name, symbol))
			found = address;
	if (file)
		fclose(file);
	return found;
}

START_TEST(test_symbols)
{
	struct rawbpf_ksym syms[4] = { 0 };
	uint64_t address;

	if (!address_of("do_sys_openat2"))
		SKIP("/proc/kallsyms does not show do_sys_openat2");
	ck_assert_int_eq(rawbpf_ksym_find(&address, 1, "do_sys_openat2"), 1);
	ck_assert_uint_eq(address, address_of("do_sys_openat2"));
	ck_assert_int_eq(rawbpf_ksym_find(&address, 1, "do_sys_openat"), -ENOENT);
	syms[0].address = address_of("do_sys_openat2") + 3;
	syms[1].address = 1;
	syms[2].address = address_of("do_sys_openat2");
	syms[3].address = address_of("do_sys_openat2") - 1;
	ck_assert_int_eq(rawbpf_ksym_resolve(syms, 4), 3);
	ck_assert_str_eq(syms[0].name, "do_sys_openat2");
	ck_assert_str_eq(syms[0].module, "");
	ck_assert_uint_eq(syms[0].offset, 3);
	ck_assert_str_eq(syms[1].name, "");
	ck_assert_str_eq(syms[2].name, "do_sys_openat2");
	ck_assert_uint_eq(syms[2].offset, 0);
	ck_assert_str_ne(syms[3].name, "do_sys_openat2");
	ck_assert_uint_eq(address_of(syms[3].name) + syms[3].offset, syms[3].address);
}
END_TEST

/* Names and modules up to their room and longer; lines up to a chunk and longer. */
START_TEST(test_long_symbols)
{
	enum { CHUNK = 1 << 14 };
	static char file[4 * CHUNK], name[CHUNK + 1];
	char *at = file;
	struct rawbpf_ksym syms[6];
	uint64_t address;

	live_private_mounts();
	memset(name, 'n', sizeof name - 1);
	for (unsigned i = 0; i < 3; i++) { /* names have room for 128 bytes, modules for 64 */
		at += sprintf(at, "%016x T %.*s\n", 0x1000 * (2 * i + 1), 126 + i, name);
		at += sprintf(at, "%016x T in\t[%.*s]\n", 0x1000 * (2 * i + 2), 62 + i, name);
		syms[2 * i] = (struct rawbpf_ksym){ .address = 0x1000 * (2 * i + 1) };
		syms[2 * i + 1] = (struct rawbpf_ksym){ .address = 0x1000 * (2 * i + 2) };
	}
	live_fake_file("/proc/kallsyms", file);
	ck_assert_int_eq(rawbpf_ksym_resolve(syms, 6), 6);
	for (unsigned i = 0; i < 3; i++) {
		const char *no_module = syms[2 * i].module, *in = syms[2 * i + 1].name;

		ck_assert_uint_eq(strlen(syms[2 * i].name), i ? 127 : 126);
		ck_assert_str_eq(no_module, "");
		ck_assert_str_eq(in, "in");
		ck_assert_uint_eq(strlen(syms[2 * i + 1].module), i ? 63 : 62);
	}
	for (unsigned i = 0; i < 3; i++) { /* found by its full name */
		name[126 + i] = '\0';
		ck_assert_int_eq(rawbpf_ksym_find(&address, 1, name), 1);
		ck_assert_uint_eq(address, 0x1000 * (2 * i + 1));
		name[126 + i] = 'n';
	}
	umount2("/proc/kallsyms", MNT_DETACH);

	for (int longer = 0; longer < 2; longer++) { /* 20 bytes before the name, and a newline */
		at = file + sprintf(file, "%016x T %.*s\n", 0x1000, CHUNK - 20 + longer, name);
		ck_assert_int_eq(at - file, CHUNK + longer);
		sprintf(at, "%016x T last\n", 0x2000);
		live_fake_file("/proc/kallsyms", file);
		ck_assert_int_eq(rawbpf_ksym_find(&address, 1, "last"), longer ? -EINVAL : 1);
		umount2("/proc/kallsyms", MNT_DETACH);
	}
}
END_TEST

/* Lines that end early, and addresses with the last bit set. */
START_TEST(test_short_symbols)
{
	static const char file[] =
		"ffffffffffffffff T top\n"
		"0000000000001000 t \n"
		"0000000000002000 t a\n"
		"0000000000002800 t\n"
		"0000000000002900 \n"
		"0000000000003000 w b\t[\n"
		"0000000000004000 W c\t[m\n"
		"0000000000005000 V d\n";
	struct rawbpf_ksym syms[] = {
		{ .address = UINT64_MAX }, { .address = 0x2fff }, { .address = 0x3000 },
		{ .address = 0x4000 }, { .address = 0x5000 },
	};
	uint64_t address;

	live_private_mounts();
	live_fake_file("/proc/kallsyms", file);
	ck_assert_int_eq(rawbpf_ksym_resolve(syms, RAWBPF_COUNT(syms)), 5);
	ck_assert_str_eq(syms[0].name, "top");
	ck_assert_uint_eq(syms[0].offset, 0);
	ck_assert_str_eq(syms[1].name, "a"); /* a line without a name is no function */
	ck_assert_uint_eq(syms[1].offset, 0xfff);
	ck_assert_str_eq(syms[2].name, "b");
	ck_assert_str_eq(syms[2].module, "");
	ck_assert_str_eq(syms[3].name, "c");
	ck_assert_str_eq(syms[3].module, "m");
	ck_assert_str_eq(syms[4].name, "c");
	ck_assert_uint_eq(syms[4].offset, 0x1000);
	ck_assert_int_eq(rawbpf_ksym_find(&address, 1, "d"), 1);
	ck_assert_uint_eq(address, 0x5000);
}
END_TEST

START_TEST(test_symbols_of_any_file)
{
	static const char file[] =
		"0000000000000000 A per_cpu_start\n"
		"0000000000001000 T first\n"
		"0000000000001000 t another_name\n"
		"0000000000002000 D data\n"
		"0000000000003000 t second\n"
		"0000000000000800 t in_module\t[some_module]\n"
		"0000000000000900 t in_module\t[another]\n"
		"0000000000005000 t bpf_prog_0123456789abcdef_name\t[bpf]\n"
		"garbage\n"
		"\n"
		"0000000000004000 T last";
	struct rawbpf_ksym syms[] = {
		{ .address = 0x2010 }, { .address = 0x810 }, { .address = 0x5004 },
		{ .address = 0x4fff }, { .address = 0x7ff }, { .address = 0x1000 },
	};
	uint64_t address, both[3] = { 1, 1, 1 };

	live_private_mounts();
	live_fake_file("/proc/kallsyms", file);
	ck_assert_int_eq(rawbpf_ksym_resolve(syms, RAWBPF_COUNT(syms)), 5);
	ck_assert_str_eq(syms[0].name, "first"); /* data symbols are no functions */
	ck_assert_uint_eq(syms[0].offset, 0x1010);
	ck_assert_str_eq(syms[1].name, "in_module");
	ck_assert_str_eq(syms[1].module, "some_module");
	ck_assert_uint_eq(syms[1].offset, 0x10);
	ck_assert_str_eq(syms[2].name, "bpf_prog_0123456789abcdef_name");
	ck_assert_str_eq(syms[2].module, "bpf");
	ck_assert_str_eq(syms[3].name, "second"); /* a last line without a newline is incomplete */
	ck_assert_str_eq(syms[4].name, "");
	ck_assert_str_eq(syms[5].name, "first");
	ck_assert_int_eq(rawbpf_ksym_find(&address, 1, "data"), 1);
	ck_assert_uint_eq(address, 0x2000);
	ck_assert_int_eq(rawbpf_ksym_find(&address, 1, "in_module"), 2);
	ck_assert_uint_eq(address, 0x800);
	ck_assert_int_eq(rawbpf_ksym_find(both, 3, "in_module"), 2);
	ck_assert_uint_eq(both[0], 0x800);
	ck_assert_uint_eq(both[1], 0x900);
	ck_assert_uint_eq(both[2], 1);
	ck_assert_int_eq(rawbpf_ksym_find(NULL, 0, "in_module"), 2);
	ck_assert_int_eq(rawbpf_ksym_find(&address, 1, "per_cpu_start"), 1);
	ck_assert_uint_eq(address, 0);
	ck_assert_int_eq(rawbpf_ksym_find(&address, 1, "nobody"), -ENOENT);

	umount2("/proc/kallsyms", MNT_DETACH);
	live_fake_file("/proc/kallsyms", "0000000000000000 T hidden\n0000000000000000 t all\n");
	ck_assert_int_eq(rawbpf_ksym_resolve(syms, 1), -EPERM);
	ck_assert_int_eq(rawbpf_ksym_find(&address, 1, "all"), -EPERM);
	ck_assert_int_eq(rawbpf_ksym_find(&address, 1, "nobody"), -EPERM);
	live_hide_directory("/proc");
	ck_assert_int_eq(rawbpf_ksym_resolve(syms, 1), -ENOENT);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_kernel);
	tcase_add_test(tests, test_kernel_read);
	tcase_add_test(tests, test_kernel_by_id);
	tcase_add_test(tests, test_broken_file);
	tcase_add_test(tests, test_load);
	tcase_add_test(tests, test_callback);
	tcase_add_test(tests, test_spin_lock);
	tcase_add_test(tests, test_timer);
	tcase_add_test(tests, test_symbols);
	tcase_add_test(tests, test_symbols_of_any_file);
	tcase_add_test(tests, test_long_symbols);
	tcase_add_test(tests, test_short_symbols);
}

int main(void)
{
	return live_run("live_btf", add_tests);
}
