/* SPDX-License-Identifier: MIT */
/* Operations on all kinds of bpf objects: pins in bpffs, ids, descriptions. */
#include "../live.h"

#include <stdint.h>

#define PIN "/sys/fs/bpf/pinned"

static const struct {
	const char *what;
	const char *path;
	int error;
} bad_pins[] = {
	{ "not on bpffs", "/tmp/rawbpf-never-there", -EPERM },
	{ "a dot in the name", "/sys/fs/bpf/a.b", -EPERM },
	{ "no such directory", "/sys/fs/bpf/none/pinned", -ENOENT },
	{ "there already", "/sys/fs/bpf/taken", -EEXIST },
	{ "no name", "", -ENOENT },
	{ "not our memory", NULL, -EFAULT },
};

START_TEST(test_pin_refused)
{
	int map = live_array(1), null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	unsigned i;

	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/taken"), 0);
	for (i = 0; i < RAWBPF_COUNT(bad_pins); i++) {
		int err = rawbpf_obj_pin(map, bad_pins[i].path);

		ck_assert_msg(err == bad_pins[i].error, "%s: %d", bad_pins[i].what, err);
	}
	ck_assert_int_eq(access("/tmp/rawbpf-never-there", F_OK), -1);
	ck_assert_int_eq(rawbpf_obj_pin(-1, PIN), -EINVAL);
	ck_assert_int_eq(rawbpf_obj_pin(null, PIN), -EINVAL);
	ck_assert_int_eq(access(PIN, F_OK), -1);
	close(null);
	close(map);
}
END_TEST

START_TEST(test_get_refused)
{
	int map = live_array(1);

	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(map, PIN), 0);
	ck_assert_int_eq(rawbpf_obj_open("/sys/fs/bpf/none", 0), -ENOENT);
	ck_assert_int_eq(rawbpf_obj_open("/proc/self/status", 0), -EACCES);
	ck_assert_int_eq(rawbpf_obj_open("/sys/fs/bpf", 0), -EACCES);
	ck_assert_int_eq(rawbpf_obj_open(NULL, 0), -EFAULT);
	ck_assert_int_eq(rawbpf_obj_open(PIN, 1u << 20), -EINVAL);
	close(map);
	live_be_nobody();
	ck_assert_int_eq(rawbpf_obj_open(PIN, 0), live_kernel() < 0x510 ? -EPERM : -EACCES);
}
END_TEST

START_TEST(test_pinned_map)
{
	int map = live_array(1), again, only_read, only_write;
	uint32_t key = 0;
	uint64_t value = 5;

	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(map, PIN), 0);
	ck_assert_int_eq(rawbpf_map_update(map, &key, &value, BPF_ANY), 0);
	close(map);

	again = rawbpf_obj_open(PIN, 0);
	only_read = rawbpf_obj_open(PIN, BPF_F_RDONLY);
	only_write = rawbpf_obj_open(PIN, BPF_F_WRONLY);
	ck_assert(again > 2 && only_read > 2 && only_write > 2);
	ck_assert_int_eq(fcntl(again, F_GETFD), FD_CLOEXEC);
	value = 0;
	ck_assert_int_eq(rawbpf_map_lookup(again, &key, &value, 0), 0);
	ck_assert_uint_eq(value, 5);
	ck_assert_int_eq(rawbpf_map_lookup(only_read, &key, &value, 0), 0);
	ck_assert_int_eq(rawbpf_map_update(only_read, &key, &value, 0), -EPERM);
	ck_assert_int_eq(rawbpf_map_lookup(only_write, &key, &value, 0), -EPERM);
	ck_assert_int_eq(rawbpf_map_update(only_write, &key, &value, 0), 0);
	ck_assert_int_eq(unlink(PIN), 0);
	ck_assert_int_eq(rawbpf_obj_open(PIN, 0), -ENOENT);
	close(again);
	close(only_read);
	close(only_write);
}
END_TEST

START_TEST(test_pinned_prog)
{
	int prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0), again;
	unsigned id = live_prog_id(prog);

	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(prog, PIN), 0);
	close(prog);
	again = rawbpf_obj_open(PIN, 0);
	ck_assert_int_gt(again, 2);
	ck_assert_uint_eq(live_prog_id(again), id);
	close(again);
	ck_assert_int_eq(unlink(PIN), 0);
	ck_assert(live_is_gone(RAWBPF_OBJ_PROG, id));
}
END_TEST

static int attach(struct rawbpf_link *link)
{
	int prog = live_prog(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	int err = rawbpf_raw_tracepoint_attach(link, prog, &(struct rawbpf_raw_tracepoint_spec){
		.name = "sys_enter" });

	ck_assert_int_gt(prog, 2);
	close(prog);
	return err;
}

static unsigned link_id(const struct rawbpf_link *link)
{
	struct bpf_link_info info;

	memset(&info, 0, sizeof info);
	ck_assert_int_gt(rawbpf_obj_info(link->fd, &info, sizeof info), 0);
	ck_assert_uint_eq(info.type, BPF_LINK_TYPE_RAW_TRACEPOINT);
	return info.id;
}

/* A pinned attachment outlives the link. Opening the pin makes a link again. */
START_TEST(test_pinned_link)
{
	struct rawbpf_link link, again;
	unsigned id;

	live_mount_bpffs();
	ck_assert_int_eq(attach(&link), 0);
	id = link_id(&link);
	ck_assert_int_eq(rawbpf_link_pin(&link, "/sys/fs/bpf/no/directory"), -ENOENT);
	ck_assert_int_eq(rawbpf_link_pin(&link, PIN), 0);
	ck_assert_int_eq(rawbpf_link_pin(&link, PIN), -EEXIST);
	ck_assert_int_eq(rawbpf_obj_open(PIN, BPF_F_RDONLY), -EINVAL);
	ck_assert_int_eq(rawbpf_link_detach(&link), 0);

	ck_assert_int_eq(rawbpf_link_open(&again, PIN), 0);
	ck_assert_int_gt(again.fd, 2);
	ck_assert_uint_eq(again.tracefs_event, 0);
	ck_assert_uint_eq(link_id(&again), id);
	ck_assert_int_eq(unlink(PIN), 0);
	ck_assert_int_eq(rawbpf_link_detach(&again), 0);
	ck_assert(live_is_gone(RAWBPF_OBJ_LINK, id));
}
END_TEST

/* Pins of other objects do not open as links. */
START_TEST(test_link_open_refused)
{
	int map = live_array(1), prog = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	struct rawbpf_link link = { .fd = 77, .tracefs_event = 77 };

	live_mount_bpffs();
	ck_assert_int_eq(rawbpf_obj_pin(map, "/sys/fs/bpf/map"), 0);
	ck_assert_int_eq(rawbpf_obj_pin(prog, "/sys/fs/bpf/prog"), 0);
	ck_assert_int_eq(rawbpf_link_open(&link, "/sys/fs/bpf/map"), -EINVAL);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_int_eq(rawbpf_link_open(&link, "/sys/fs/bpf/prog"), -EINVAL);
	ck_assert_int_eq(rawbpf_link_open(&link, "/sys/fs/bpf/none"), -ENOENT);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_uint_eq(link.tracefs_event, 0);
	close(map);
	close(prog);
}
END_TEST

/* ------------------------------------------------------------------ descriptions */

START_TEST(test_info)
{
	union {
		struct bpf_map_info map;
		unsigned char bytes[1024];
	} info;
	int known, map = live_array(3);
	unsigned i;

	/* a buffer larger than any kernel's struct: this kernel fills its own size */
	memset(&info, 0, sizeof info);
	known = rawbpf_obj_info(map, &info, sizeof info);
	ck_assert_int_ge(known, 80); /* the size on 5.10 */
	ck_assert_int_lt(known, (int)sizeof info);
	ck_assert_uint_eq(info.map.type, BPF_MAP_TYPE_ARRAY);
	ck_assert_uint_eq(info.map.max_entries, 3);
	for (i = known; i < sizeof info; i++)
		ck_assert_int_eq(info.bytes[i], 0);

	/* a byte behind the struct that this kernel knows */
	memset(&info, 0, sizeof info);
	info.bytes[sizeof info - 1] = 1;
	ck_assert_int_eq(rawbpf_obj_info(map, &info, sizeof info), -E2BIG);

	/* a smaller buffer is filled */
	memset(&info, 0x5a, sizeof info);
	memset(&info, 0, 8);
	ck_assert_int_eq(rawbpf_obj_info(map, &info, 8), 8);
	ck_assert_uint_eq(info.map.type, BPF_MAP_TYPE_ARRAY);
	ck_assert_uint_ne(info.map.id, 0);
	ck_assert_int_eq(info.bytes[8], 0x5a);

	ck_assert_int_eq(rawbpf_obj_info(map, NULL, 80), -EFAULT);
	ck_assert_int_eq(rawbpf_obj_info(-1, &info, sizeof info), -EBADF);
	close(map);
	map = open("/dev/null", O_RDONLY | O_CLOEXEC);
	memset(&info, 0, sizeof info);
	ck_assert_int_eq(rawbpf_obj_info(map, &info, sizeof info), -EINVAL);
	close(map);
}
END_TEST

/* --------------------------------------------------------------------------- ids */

static int is_listed(enum rawbpf_obj_kind kind, unsigned wanted)
{
	unsigned id = 0, previous = 0;
	int err;

	while ((err = rawbpf_obj_id_next(&id, kind, id)) == 0) {
		ck_assert_uint_gt(id, previous);
		previous = id;
		if (id == wanted)
			return 1;
	}
	ck_assert_int_eq(err, -ENOENT);
	return 0;
}

START_TEST(test_ids)
{
	struct rawbpf_link link;
	struct bpf_map_info info;
	int fds[3], opened, i;
	unsigned ids[3];
	static const enum rawbpf_obj_kind kinds[] = {
		RAWBPF_OBJ_PROG, RAWBPF_OBJ_MAP, RAWBPF_OBJ_LINK };

	memset(&info, 0, sizeof info);
	fds[0] = live_prog(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	ids[0] = live_prog_id(fds[0]);
	fds[1] = live_array(1);
	ck_assert_int_gt(rawbpf_obj_info(fds[1], &info, sizeof info), 0);
	ids[1] = info.id;
	ck_assert_int_eq(attach(&link), 0);
	ids[2] = link_id(&link);
	fds[2] = rawbpf_link_release(&link);

	for (i = 0; i < 3; i++) {
		ck_assert(is_listed(kinds[i], ids[i]));
		opened = rawbpf_obj_id_open(kinds[i], ids[i], NULL);
		ck_assert_int_gt(opened, 2);
		ck_assert_int_eq(fcntl(opened, F_GETFD), FD_CLOEXEC);
		close(opened);
		close(fds[i]);
		ck_assert(live_is_gone(kinds[i], ids[i]));
		ck_assert(!is_listed(kinds[i], ids[i]));
	}
}
END_TEST

START_TEST(test_btf_ids)
{
	struct bpf_btf_info info;
	char name[16] = "";
	unsigned id = 0;
	int fd, err = rawbpf_obj_id_next(&id, RAWBPF_OBJ_BTF, 0);

	if (err == -ENOENT)
		SKIP("this kernel has no BTF");
	ck_assert_int_eq(err, 0);
	fd = rawbpf_obj_id_open(RAWBPF_OBJ_BTF, id, NULL);
	ck_assert_int_gt(fd, 2);
	memset(&info, 0, sizeof info);
	info.name = (uintptr_t)name;
	info.name_len = sizeof name;
	ck_assert_int_gt(rawbpf_obj_info(fd, &info, sizeof info), 0);
	ck_assert_uint_eq(info.id, id);
	close(fd);
}
END_TEST

START_TEST(test_ids_refused)
{
	unsigned next = 77;
	int kind;

	for (kind = RAWBPF_OBJ_PROG; kind <= RAWBPF_OBJ_LINK; kind++) {
		ck_assert_int_eq(rawbpf_obj_id_next(&next, kind, 0x7ffffffe), -ENOENT);
		ck_assert_int_eq(rawbpf_obj_id_open(kind, 0x7ffffffe, NULL), -ENOENT);
		ck_assert_int_eq(rawbpf_obj_id_open(kind, 0, NULL), -ENOENT);
	}
	ck_assert_int_eq(rawbpf_obj_id_next(&next, -1, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_obj_id_next(&next, RAWBPF_OBJ_LINK + 1, 0), -EINVAL);
	ck_assert_int_eq(rawbpf_obj_id_open(-1, 1, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_obj_id_open(RAWBPF_OBJ_LINK + 1, 1, NULL), -EINVAL);
	ck_assert_uint_eq(next, 77);

	/* Flags belong to maps, a token to BTF. */
	for (kind = RAWBPF_OBJ_PROG; kind <= RAWBPF_OBJ_LINK; kind++) {
		struct rawbpf_obj_id_spec spec = { .flags = BPF_F_RDONLY, .token = 0 };

		ck_assert_int_eq(rawbpf_obj_id_open(kind, 0x7ffffffe, &spec),
				 kind == RAWBPF_OBJ_MAP ? -ENOENT : -EINVAL);
		spec = (struct rawbpf_obj_id_spec){ .flags = BPF_F_TOKEN_FD, .token = 9999 };
		if (live_kernel() >= 0x611)
			ck_assert_int_eq(rawbpf_obj_id_open(kind, 0x7ffffffe, &spec),
					 kind == RAWBPF_OBJ_BTF ? -EBADF : -EINVAL);
	}

	live_be_nobody();
	for (kind = RAWBPF_OBJ_PROG; kind <= RAWBPF_OBJ_LINK; kind++) {
		ck_assert_int_eq(rawbpf_obj_id_next(&next, kind, 0), -EPERM);
		ck_assert_int_eq(rawbpf_obj_id_open(kind, 1, NULL), -EPERM);
	}
	ck_assert_uint_eq(next, 77);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_pin_refused);
	tcase_add_test(tests, test_get_refused);
	tcase_add_test(tests, test_pinned_map);
	tcase_add_test(tests, test_pinned_prog);
	tcase_add_test(tests, test_pinned_link);
	tcase_add_test(tests, test_link_open_refused);
	tcase_add_test(tests, test_info);
	tcase_add_test(tests, test_ids);
	tcase_add_test(tests, test_btf_ids);
	tcase_add_test(tests, test_ids_refused);
}

int main(void)
{
	return live_run("obj", add_tests);
}
