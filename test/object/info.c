/* SPDX-License-Identifier: MIT */
/* The kernel's information about programs, maps and BTF, with all arrays. */
#include "objects.h"

#include <time.h>

static uint64_t boot_time(void)
{
	struct timespec now;

	ck_assert_int_eq(clock_gettime(CLOCK_BOOTTIME, &now), 0);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static int jit_is_on(void)
{
	FILE *file = fopen("/proc/sys/net/core/bpf_jit_enable", "re");
	int on = file && fgetc(file) != '0';

	if (file)
		fclose(file);
	return on;
}

START_TEST(test_prog)
{
	struct rawbpf_prog_info info = { .type = 0 };
	uint64_t before = boot_time();
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog("count", map);

	ck_assert_int_eq(rawbpf_prog_info(&info, prog), 0);
	ck_assert_uint_eq(info.type, BPF_PROG_TYPE_SOCKET_FILTER);
	ck_assert_uint_eq(info.id, live_prog_id(prog));
	ck_assert_str_eq(info.name, "count");
	ck_assert(info.load_time >= before && info.load_time <= boot_time());
	ck_assert_uint_eq(info.created_by_uid, getuid());
	ck_assert_uint_eq(info.gpl_compatible, 1);
	ck_assert_uint_ne(info.btf_id, 0);
	ck_assert_uint_eq(info.map_ids.count, 1);
	ck_assert_uint_ge(info.xlated.count, 12);
	ck_assert_uint_eq(info.func_info.count, 2);
	ck_assert_uint_eq(info.func_info_size, sizeof(struct bpf_func_info));
	ck_assert_uint_eq(info.line_info.count, 2);
	ck_assert_uint_eq(info.line_info_size, sizeof(struct bpf_line_info));
	ck_assert_uint_eq(info.prog_tags.count, 2);
	ck_assert_uint_eq(info.jited_ksyms.count, jit_is_on() ? 2 : 1);
	ck_assert_uint_eq(info.run_cnt, 0);
	if (live_kernel() >= 0x510)
		ck_assert_uint_ge(info.verified_insns, 10);
	close(prog);
	close(map);
}
END_TEST

START_TEST(test_prog_arrays)
{
	struct bpf_insn insns[64];
	unsigned char jited[2048], tags[2][8];
	uint32_t map_ids[3] = { 0, 0x5a5a5a5a }, lens[2];
	uint64_t ksyms[2], jited_lines[2];
	struct bpf_func_info funcs[2];
	struct bpf_line_info lines[2];
	struct rawbpf_prog_info info = {
		.xlated = { insns, RAWBPF_COUNT(insns), 0 },
		.jited = { jited, sizeof jited, 0 },
		.map_ids = { map_ids, 3, 0 },
		.jited_ksyms = { ksyms, 2, 0 },
		.jited_func_lens = { lens, 2, 0 },
		.func_info = { funcs, 2, 0 },
		.line_info = { lines, 2, 0 },
		.jited_line_info = { jited_lines, 2, 0 },
		.prog_tags = { tags, 2, 0 },
	};
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog("count", map);

	ck_assert_int_eq(rawbpf_prog_info(&info, prog), 0);
	ck_assert_uint_eq(map_ids[0], objects_map_id(map));
	ck_assert_uint_eq(map_ids[1], 0x5a5a5a5a);
	/* the dump has the map's id; the last instruction is the last function's exit */
	ck_assert_int_eq(insns[3].code, BPF_LD | BPF_IMM | BPF_DW);
	ck_assert_int_eq(insns[3].src_reg, BPF_PSEUDO_MAP_FD);
	ck_assert_int_eq(insns[3].imm, objects_map_id(map));
	ck_assert_int_eq(insns[info.xlated.count - 1].code, BPF_JMP | BPF_EXIT);
	ck_assert_int_eq(insns[info.xlated.count - 2].imm, 7);
	ck_assert_uint_eq(funcs[0].insn_off, 0);
	ck_assert_uint_eq(funcs[0].type_id, 3);
	ck_assert_uint_eq(funcs[1].insn_off, info.xlated.count - 2);
	ck_assert_uint_eq(funcs[1].type_id, 4);
	ck_assert_uint_eq(lines[0].line_off, S_LINE_0);
	ck_assert_uint_eq(lines[0].line_col, 12 << 10 | 3);
	ck_assert_uint_eq(lines[1].insn_off, info.xlated.count - 2);
	ck_assert_int_ne(memcmp(tags[0], tags[1], 8), 0);
	if (jit_is_on() && info.jited.data) {
		ck_assert_uint_eq(info.jited.count, lens[0] + lens[1]);
		ck_assert_uint_ne(jited_lines[0], 0);
		ck_assert_uint_ne(ksyms[0], ksyms[1]);
	}
	close(prog);
	close(map);
}
END_TEST

/* Arrays that are too short get what fits, and nothing behind it; the count is complete. */
START_TEST(test_prog_arrays_short)
{
	struct bpf_insn insns[3] = { { .code = 0 } };
	struct bpf_func_info funcs[2] = { { 9, 9 }, { 9, 9 } };
	unsigned char tags[2][8] = { { 0 } };
	uint32_t id = 9;
	struct rawbpf_prog_info info = {
		.xlated = { insns, 2, 0 },
		.map_ids = { &id, 0, 0 },
		.func_info = { funcs, 1, 0 },
		.prog_tags = { tags, 1, 0 },
	};
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog("count", map);

	ck_assert_int_eq(rawbpf_prog_info(&info, prog), 0);
	ck_assert_uint_ge(info.xlated.count, 12);
	ck_assert_int_eq(insns[1].code, BPF_ALU64 | BPF_MOV | BPF_X);
	ck_assert_int_eq(insns[2].code, 0);
	ck_assert_uint_eq(info.map_ids.count, 1);
	ck_assert_uint_eq(id, 9);
	ck_assert_uint_eq(info.func_info.count, 2);
	ck_assert_uint_eq(funcs[0].type_id, 3);
	ck_assert_uint_eq(funcs[1].type_id, 9);
	ck_assert_uint_eq(info.prog_tags.count, 2);
	ck_assert_int_eq(tags[1][0], 0);
	/* again with the last result as input: its counts do no harm */
	ck_assert_int_eq(rawbpf_prog_info(&info, prog), 0);
	ck_assert_uint_ge(info.xlated.count, 12);
	close(prog);
	close(map);
}
END_TEST

START_TEST(test_statistics)
{
	struct rawbpf_prog_info info = { .type = 0 };
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog("count", map);
	struct { uint32_t type, zero; } attr = { 0, 0 };
	int on = objects_bpf(BPF_ENABLE_STATS, &attr, sizeof attr);
	char packet[64] = { 0 };
	struct rawbpf_prog_run run = { .data_in = packet, .data_size_in = sizeof packet, .repeat = 10 };

	ck_assert_int_gt(on, 2);
	ck_assert_int_eq(rawbpf_prog_run(prog, &run), 0);
	ck_assert_uint_eq(run.retval, 7);
	ck_assert_int_eq(rawbpf_prog_info(&info, prog), 0);
	ck_assert_uint_eq(info.run_cnt, 10);
	ck_assert_uint_gt(info.run_time_ns, 0);
	ck_assert_uint_eq(info.recursion_misses, 0);
	close(on);
	close(prog);
	close(map);
}
END_TEST

/* Without CAP_BPF the code is missing, which is no error. */
START_TEST(test_unprivileged)
{
	struct bpf_insn insns[64] = { { .code = 0 } };
	unsigned char jited[2048];
	uint32_t id = 0;
	struct rawbpf_prog_info info = {
		.xlated = { insns, RAWBPF_COUNT(insns), 0 },
		.jited = { jited, sizeof jited, 0 },
		.map_ids = { &id, 1, 0 },
	};
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int prog = objects_prog("count", map), err;

	live_be_nobody();
	err = rawbpf_prog_info(&info, prog);
	close(prog);
	close(map);
	if (err == -EPERM && live_kernel() < 0x513)
		SKIP("before 5.19, without CAP_BPF bpf(2) refuses everything");
	ck_assert_int_eq(err, 0);
	ck_assert_str_eq(info.name, "count");
	ck_assert_uint_eq(info.xlated.count, 0);
	ck_assert_uint_eq(info.jited.count, 0);
	ck_assert_int_eq(insns[0].code, 0);
}
END_TEST

START_TEST(test_map)
{
	struct rawbpf_map_info info = { .type = 0 };
	struct bpf_map_info theirs;
	int map = objects_map("trie", BPF_MAP_TYPE_LPM_TRIE, 8, 16, 100);

	ck_assert_int_eq(rawbpf_map_info(&info, map), 0);
	memset(&theirs, 0, sizeof theirs);
	ck_assert_int_gt(rawbpf_obj_info(map, &theirs, sizeof theirs), 0);
	ck_assert_uint_eq(info.id, theirs.id);
	ck_assert_uint_eq(info.type, BPF_MAP_TYPE_LPM_TRIE);
	ck_assert_uint_eq(info.key_size, 8);
	ck_assert_uint_eq(info.value_size, 16);
	ck_assert_uint_eq(info.max_entries, 100);
	ck_assert_uint_eq(info.flags, BPF_F_NO_PREALLOC);
	ck_assert_str_eq(info.name, "trie");
	ck_assert_uint_eq(info.btf_id, 0);
	close(map);
}
END_TEST

START_TEST(test_map_hash)
{
	unsigned char hash[32] = { 0 }, zero[32] = { 0 };
	struct rawbpf_map_info info = { .hash = { hash, 31, 0 } };
	int map = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1), trie, err;

	ck_assert_int_eq(rawbpf_map_info(&info, map), -EINVAL);
	info.hash.max = 32;
	if (live_kernel() >= 0x612)
		ck_assert_int_eq(rawbpf_map_info(&info, map), -EPERM);
	ck_assert_int_eq(rawbpf_map_freeze(map), 0);
	err = rawbpf_map_info(&info, map);
	close(map);
	if (err == -EINVAL && live_kernel() < 0x612)
		SKIP("map hashes came with 6.18");
	ck_assert_int_eq(err, 0);
	ck_assert_uint_eq(info.hash.count, 32);
	ck_assert_int_ne(memcmp(hash, zero, 32), 0);
	trie = objects_map("trie", BPF_MAP_TYPE_LPM_TRIE, 8, 16, 100);
	ck_assert_int_eq(rawbpf_map_info(&info, trie), -EINVAL);
	close(trie);
}
END_TEST

START_TEST(test_btf)
{
	unsigned char data[1024], whole[1024];
	char name[4] = "???";
	struct rawbpf_btf_info info = { .data = { data, 8, 0 }, .name = { name, sizeof name, 0 } };
	int btf = objects_btf();

	memset(data, 0x5a, sizeof data);
	ck_assert_int_eq(rawbpf_btf_info(&info, btf), 0);
	ck_assert_uint_ne(info.id, 0);
	ck_assert_uint_eq(info.kernel_btf, 0);
	ck_assert_str_eq(name, "");
	ck_assert_uint_gt(info.data.count, 100);
	ck_assert_int_eq(data[0] == 0x9f || data[0] == 0xeb, 1);
	ck_assert_int_eq(data[8], 0x5a);
	info.data = (struct rawbpf_info_array){ whole, sizeof whole, 0 };
	ck_assert_int_eq(rawbpf_btf_info(&info, btf), 0);
	ck_assert_int_eq(memcmp(data, whole, 8), 0);
	ck_assert_ptr_nonnull(memmem(whole, info.data.count, "count.c", 7));
	close(btf);
}
END_TEST

/* The kernel's own BTF has a name, which may be cut. */
START_TEST(test_kernel_btf)
{
	char name[8] = "", start[4] = "";
	struct rawbpf_btf_info info = { .name = { name, sizeof name, 0 } };
	unsigned id = 0;
	int fd, err = rawbpf_obj_id_next(&id, RAWBPF_OBJ_BTF, 0);

	if (err == -ENOENT)
		SKIP("this kernel has no BTF");
	fd = rawbpf_obj_id_open(RAWBPF_OBJ_BTF, id, NULL);
	ck_assert_int_eq(rawbpf_btf_info(&info, fd), 0);
	if (!info.name.count)
		SKIP("names of BTF came with 5.11");
	ck_assert_str_eq(name, "vmlinux");
	ck_assert_uint_eq(info.name.count, 8);
	ck_assert_uint_eq(info.kernel_btf, 1);
	ck_assert_uint_eq(info.id, id);
	ck_assert_uint_gt(info.data.count, 1000000);
	info.name = (struct rawbpf_info_array){ start, sizeof start, 0 };
	ck_assert_int_eq(rawbpf_btf_info(&info, fd), 0);
	ck_assert_str_eq(start, "vml");
	ck_assert_uint_eq(info.name.count, 8);
	close(fd);
}
END_TEST

START_TEST(test_refused)
{
	struct rawbpf_prog_info prog = { .map_ids = { (void *)1, 1, 0 } };
	struct rawbpf_map_info map = { .type = 0 };
	struct rawbpf_link_info link = { .type = 0 };
	struct rawbpf_btf_info btf = { .id = 0 };
	int numbers = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), fd = objects_prog("count", numbers);

	ck_assert_int_eq(rawbpf_prog_info(&prog, -1), -EBADF);
	ck_assert_int_eq(rawbpf_map_info(&map, -1), -EBADF);
	ck_assert_int_eq(rawbpf_link_info(&link, -1), -EBADF);
	ck_assert_int_eq(rawbpf_btf_info(&btf, -1), -EBADF);
	ck_assert_int_eq(rawbpf_prog_info(&prog, null), -EINVAL);
	ck_assert_int_eq(rawbpf_map_info(&map, null), -EINVAL);
	ck_assert_int_eq(rawbpf_link_info(&link, null), -EINVAL);
	ck_assert_int_eq(rawbpf_btf_info(&btf, null), -EINVAL);
	ck_assert_int_eq(rawbpf_prog_info(&prog, fd), -EFAULT);
	close(fd);
	close(null);
	close(numbers);
}
END_TEST

/* The kernel fills the struct of the descriptor's kind. The library rejects each other kind. */
START_TEST(test_kinds)
{
	struct rawbpf_map_spec spec = { .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8,
					.max_entries = 1 };
	int numbers = objects_map("numbers", BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	int queue = objects_map("queue", BPF_MAP_TYPE_QUEUE, 0, 8, 1); /* a queue has no batches */
	int btf = rawbpf_map_btf_load(&spec, NULL, 0);
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT, .insns = insns, .insn_count = 2 });
	struct rawbpf_link link;

	ck_assert_int_gt(btf, 2);
	ck_assert_int_gt(prog, 2);
	ck_assert_int_eq(rawbpf_raw_tracepoint_attach(&link, prog,
		&(struct rawbpf_raw_tracepoint_spec){ .name = "bpf_test_finish" }), 0);

	const int fds[] = { numbers, queue, prog, link.fd, btf };

	for (int i = 0; i < 5; i++) {
		struct rawbpf_prog_info of_prog = { .type = 0 };
		struct rawbpf_map_info of_map = { .type = 0 };
		struct rawbpf_link_info of_link = { .type = 0 };
		struct rawbpf_btf_info of_btf = { .id = 0 };

		ck_assert_int_eq(rawbpf_map_info(&of_map, fds[i]), i < 2 ? 0 : -EINVAL);
		ck_assert_int_eq(rawbpf_prog_info(&of_prog, fds[i]), i == 2 ? 0 : -EINVAL);
		ck_assert_int_eq(rawbpf_link_info(&of_link, fds[i]), i == 3 ? 0 : -EINVAL);
		ck_assert_int_eq(rawbpf_btf_info(&of_btf, fds[i]), i == 4 ? 0 : -EINVAL);
	}
	rawbpf_link_detach(&link);
	close(btf);
	close(prog);
	close(queue);
	close(numbers);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_prog);
	tcase_add_test(tests, test_prog_arrays);
	tcase_add_test(tests, test_prog_arrays_short);
	tcase_add_test(tests, test_statistics);
	tcase_add_test(tests, test_unprivileged);
	tcase_add_test(tests, test_map);
	tcase_add_test(tests, test_map_hash);
	tcase_add_test(tests, test_btf);
	tcase_add_test(tests, test_kernel_btf);
	tcase_add_test(tests, test_refused);
	tcase_add_test(tests, test_kinds);
}

int main(void)
{
	return live_run("info", add_tests);
}
