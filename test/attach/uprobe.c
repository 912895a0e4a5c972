/* SPDX-License-Identifier: MIT */
/* uprobes, one and many: the calls they see, cookies, counters in the file, errors. */
#include "../live.h"

#include "../elf/image.h"
#include "link_kinds.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

#if defined(__x86_64__)
enum { NATIVE_MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { NATIVE_MACHINE = EM_AARCH64 };
#elif defined(__riscv)
enum { NATIVE_MACHINE = EM_RISCV };
#else
enum { NATIVE_MACHINE = EM_S390 };
#endif

__attribute__((noinline)) static void probed(void)
{
	__asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void probed_too(void)
{
	__asm__ volatile("nop" ::: "memory");
}

/*
 * The kernel keeps this counter above 0 while a probe is attached. USDT probes have theirs in a
 * section of its own.
 */
static volatile uint16_t watched __attribute__((section(".probes"))) = 0;

/* Load a program that adds the attachment's cookie to the only element of `map`. */
static int load_adding_cookies(int map, unsigned attach_type)
{
	const struct bpf_insn insns[] = {
		BPF_EMIT_CALL(174 /* BPF_FUNC_get_attach_cookie */),
		BPF_MOV64_REG(BPF_REG_6, BPF_REG_0),
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_0, BPF_REG_6, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_KPROBE, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns), .expected_attach_type = attach_type });

	ck_assert_int_gt(prog, 2);
	return prog;
}

static uint64_t sum(int map)
{
	const unsigned key = 0;
	uint64_t value = 0;

	ck_assert_int_eq(rawbpf_map_lookup(map, &key, &value, 0), 0);
	return value;
}

static int kprobe(unsigned attach_type)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, 0), BPF_EXIT_INSN() };
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_KPROBE, .license = "GPL", .insns = insns, .insn_count = 2,
		.expected_attach_type = attach_type });

	ck_assert_int_gt(prog, 2);
	return prog;
}

#define UPROBE_IN(LINK, PROG, PATH, ...)                                                           \
	rawbpf_uprobe_attach((LINK), (PROG), &(struct rawbpf_uprobe_spec){                         \
		.path = (PATH), __VA_ARGS__ })
#define UPROBE(LINK, PROG, ...) UPROBE_IN(LINK, PROG, "/proc/self/exe", __VA_ARGS__)

/* ----------------------------------------------------------------------------- by name */

__attribute__((noinline, noclone)) int uprobe_global(int n);
__attribute__((noinline, noclone)) int uprobe_global(int n)
{
	__asm__ volatile("" : "+r"(n));
	return n + 1;
}

__attribute__((noinline, noclone)) static void uprobe_static(void)
{
	__asm__ volatile("nop; nop" ::: "memory");
}

static void call_global(void) { uprobe_global(1); }
static void call_static(void) { uprobe_static(); }
static void call_library(void) { srand(1); }

/* Return the path of libc's file: it contains srand(). */
static const char *libc_path(void)
{
	Dl_info info;

	ck_assert_int_ne(dladdr(dlsym(RTLD_NEXT, "srand"), &info), 0);
	return info.dli_fname;
}

/* Load a program that adds 1 to the only element of `map`. */
static int load_counting(int map)
{
	const struct bpf_insn insns[] = {
		BPF_ST_MEM(BPF_W, BPF_REG_10, -4, 0),
		BPF_MOV64_REG(BPF_REG_2, BPF_REG_10),
		BPF_ALU64_IMM(BPF_ADD, BPF_REG_2, -4),
		BPF_LD_MAP_FD(BPF_REG_1, map),
		BPF_EMIT_CALL(BPF_FUNC_map_lookup_elem),
		BPF_JMP_IMM(BPF_JEQ, BPF_REG_0, 0, 2),
		BPF_MOV64_IMM(BPF_REG_1, 1),
		BPF_ATOMIC_OP(BPF_DW, BPF_ADD, BPF_REG_0, BPF_REG_1, 0),
		BPF_MOV64_IMM(BPF_REG_0, 0),
		BPF_EXIT_INSN(),
	};
	int prog = rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.type = BPF_PROG_TYPE_KPROBE, .license = "GPL", .insns = insns,
		.insn_count = RAWBPF_COUNT(insns) });

	ck_assert_int_gt(prog, 2);
	return prog;
}

static uint64_t calls_seen(const char *path, const char *name, void (*call)(void), int calls)
{
	int map = live_array(1), prog = load_counting(map);
	struct rawbpf_link link;
	uint64_t offset, seen;

	ck_assert_msg(rawbpf_uprobe_find(&offset, 1, path, name) == 1, "%s of %s", name, path);
	ck_assert_int_eq(UPROBE_IN(&link, prog, path, .offset = offset, .pid = getpid()), 0);
	while (calls--)
		call();
	seen = sum(map);
	rawbpf_link_detach(&link);
	close(prog);
	close(map);
	return seen;
}

static const char self[] = "/proc/self/exe";

START_TEST(test_find)
{
	ck_assert_uint_eq(calls_seen(self, "uprobe_global", call_global, 3), 3);
	ck_assert_uint_eq(calls_seen(self, "uprobe_global", call_static, 3), 0);
	ck_assert_uint_eq(calls_seen(self, "uprobe_static", call_static, 2), 2);
	ck_assert_uint_eq(calls_seen(libc_path(), "srand", call_library, 5), 5);
}
END_TEST

/* link_kinds.c has a static function of that name, too. */
START_TEST(test_find_twins)
{
	uint64_t offsets[3] = { 7, 7, 7 }, ours = link_kinds_offset(probed_too);

	ck_assert_int_eq(rawbpf_uprobe_find(offsets, 3, self, "probed_too"), 2);
	ck_assert((offsets[0] == ours) != (offsets[1] == ours));
	ck_assert_uint_eq(offsets[2], 7);
}
END_TEST

/* The stub sees the calls of this file alone, not those by a pointer of libc. */
START_TEST(test_find_stub)
{
	ck_assert_uint_eq(calls_seen(self, "srand@plt", call_library, 4), 4);
	ck_assert_uint_eq(calls_seen(self, "srand@plt", call_global, 4), 0);
}
END_TEST

#if defined(__x86_64__)
static void call_realpath(const char *version)
{
	char *(*function)(const char *, char *), path[PATH_MAX];
	void *symbol = dlvsym(RTLD_DEFAULT, "realpath", version);

	ck_assert_ptr_nonnull(symbol);
	memcpy(&function, &symbol, sizeof function);
	ck_assert_ptr_eq(function("/", path), path);
}

static void call_old(void) { call_realpath("GLIBC_2.2.5"); }
static void call_new(void) { call_realpath("GLIBC_2.3"); }

START_TEST(test_find_version)
{
	const char *libc = libc_path();

	ck_assert_uint_eq(calls_seen(libc, "realpath@GLIBC_2.2.5", call_old, 3), 3);
	ck_assert_uint_eq(calls_seen(libc, "realpath@GLIBC_2.2.5", call_new, 3), 0);
	ck_assert_uint_eq(calls_seen(libc, "realpath", call_new, 2), 2);
	ck_assert_uint_eq(calls_seen(libc, "realpath@GLIBC_2.3", call_new, 2), 2);
	ck_assert_uint_eq(calls_seen(libc, "realpath@@GLIBC_2.3", call_new, 2), 2);
	/* The default version is a resolver. */
	ck_assert_int_eq(rawbpf_uprobe_find(NULL, 0, libc, "memcpy@GLIBC_2.2.5"), 1);
	ck_assert_int_eq(rawbpf_uprobe_find(NULL, 0, libc, "memcpy"), -EDESTADDRREQ);
}
END_TEST
#endif

/* A file of these bytes. */
static const char *file_of(const void *bytes, size_t size)
{
	static char name[32];
	int fd;

	strcpy(name, "/tmp/uprobe-XXXXXX");
	fd = mkstemp(name);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, size), size);
	close(fd);
	return name;
}

static void assert_file(const void *bytes, size_t size, int error)
{
	const char *path = file_of(bytes, size);
	uint64_t offset = 7;

	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, path, "main"), error);
	ck_assert_uint_eq(offset, error > 0 ? IMAGE_TEXT + 0x10 : 7);
	unlink(path);
}

/* A sparse file, which takes no space, names a table of more than 1 GiB. The search reads none of it. */
START_TEST(test_find_sparse)
{
	struct image *image = image_write(64, 0);
	const uint64_t size = (1ull << 30) + IMAGE_SIZE;
	struct rusage usage;
	const char *path;
	uint64_t offset = 7;

	image_put(image, 18, 2, NATIVE_MACHINE);
	image_section(image, IMAGE_SECTIONS - 1,
		      &(struct image_section){ .type = SHT_STRTAB, .size = size });
	path = file_of(image->bytes, IMAGE_SIZE);
	ck_assert_int_eq(truncate(path, (off_t)size), 0);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, path, "main"), -E2BIG);
	unlink(path);
	ck_assert_uint_eq(offset, 7);
	ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
	ck_assert_int_lt(usage.ru_maxrss, 1 << 19); /* KiB */
	free(image);
}
END_TEST

START_TEST(test_find_refused)
{
	struct image *image = image_write(64, 0);
	int first = open("/dev/null", O_RDONLY | O_CLOEXEC), second;
	uint64_t offset = 7;

	close(first);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, NULL, "x"), -EINVAL);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, "", "x"), -EINVAL);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, self, NULL), -EINVAL);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, self, ""), -EINVAL);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, "/nowhere", "x"), -ENOENT);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, "/dev/null/x", "x"), -ENOTDIR);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, "/tmp", "x"), -EISDIR);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, "/dev/zero", "x"), -EISDIR);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, self, "no_such_function"), -ESRCH);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, self, "watched"), -ENXIO);
	ck_assert_int_eq(rawbpf_uprobe_find(&offset, 1, self, "srand"), -ENOLINK);
	ck_assert_uint_eq(offset, 7);
	assert_file("", 0, -ENOEXEC);
	assert_file("text", 4, -ENOEXEC);
	image_put(image, 18, 2, NATIVE_MACHINE);
	assert_file(image->bytes, IMAGE_SIZE, 1);
	assert_file(image->bytes, IMAGE_SIZE - 1, -EBADMSG);
	assert_file(image->bytes, 40, -EBADMSG);
	image_put(image, 18, 2, EM_ALPHA);
	assert_file(image->bytes, IMAGE_SIZE, -EXDEV);
	image_put(image, 18, 2, NATIVE_MACHINE);
	/* Sections that all have the whole file: the copies end. */
	for (unsigned i = IMAGE_STRINGS; i <= IMAGE_STUBS; i++)
		image_section(image, i, &(struct image_section){ .type = SHT_STRTAB, .size = IMAGE_SIZE });
	assert_file(image->bytes, IMAGE_SIZE, -EBADMSG);
	free(image);
	second = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(second, first); /* no descriptor is left open */
	close(second);
}
END_TEST

/* ----------------------------------------------------------------------------------- one */

START_TEST(test_cookie)
{
	int map = live_array(1), prog = load_adding_cookies(map, 0);
	struct rawbpf_link links[2];

	ck_assert_int_eq(UPROBE(&links[0], prog, .offset = link_kinds_offset(probed),
				.cookie = 1, .pid = getpid()), 0);
	ck_assert_int_eq(UPROBE(&links[1], prog, .offset = link_kinds_offset(probed_too),
				.cookie = 1000, .pid = getpid(), .retprobe = 1), 0);
	probed();
	probed();
	probed_too();
	ck_assert_uint_eq(sum(map), 1002);
	rawbpf_link_detach(&links[0]);
	probed();
	probed_too();
	ck_assert_uint_eq(sum(map), 2002);
	rawbpf_link_detach(&links[1]);
	probed_too();
	ck_assert_uint_eq(sum(map), 2002);
	close(prog);
	close(map);
}
END_TEST

/* A probe of one process does not see its child; a probe of all processes does. */
START_TEST(test_pid)
{
	int map = live_array(1), prog = load_adding_cookies(map, 0), status;
	struct rawbpf_link link;
	pid_t pid;

	ck_assert_int_eq(UPROBE(&link, prog, .offset = link_kinds_offset(probed), .cookie = 1,
				.pid = _i ? getpid() : 0), 0);
	pid = fork();
	if (pid == 0) {
		probed();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ck_assert_uint_eq(sum(map), _i ? 0 : 1);
	probed();
	ck_assert_uint_eq(sum(map), _i ? 1 : 2);
	rawbpf_link_detach(&link);
	close(prog);
	close(map);
}
END_TEST

/* The counter goes up in every process that maps the file, as long as a probe is attached. */
START_TEST(test_ref_ctr)
{
	int prog = kprobe(0);
	struct rawbpf_link link;

	ck_assert_uint_eq(watched, 0);
	ck_assert_int_eq(UPROBE(&link, prog, .offset = link_kinds_offset(probed),
				.ref_ctr_offset = link_kinds_offset((void (*)(void))(uintptr_t)
								    &watched)), 0);
	ck_assert_uint_eq(watched, 1);
	rawbpf_link_detach(&link);
	ck_assert_uint_eq(watched, 0);
	close(prog);
}
END_TEST

START_TEST(test_refused)
{
	int prog = kprobe(0), raw = live_prog(BPF_PROG_TYPE_RAW_TRACEPOINT, 0);
	uint64_t offset = link_kinds_offset(probed);
	struct rawbpf_link link = { .fd = 12345 };

	ck_assert_int_eq(UPROBE_IN(&link, prog, "/nowhere", .offset = 0), -ENOENT);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_int_eq(UPROBE_IN(&link, prog, "/tmp", .offset = 0), -EINVAL);
	ck_assert_int_eq(UPROBE_IN(&link, prog, NULL, .offset = 0), -EINVAL);
	ck_assert_int_eq(UPROBE_IN(&link, prog, "", .offset = 0), -EINVAL);
	ck_assert_int_eq(UPROBE(&link, prog, .offset = 1ull << 40), -EINVAL);
	/* no instruction begins there */
	ck_assert_int_eq(UPROBE(&link, prog, .offset = 64), -ENOTSUPP);
	ck_assert_int_eq(UPROBE(&link, prog, .offset = offset, .pid = 1 << 22), -ESRCH);
	ck_assert_int_eq(UPROBE(&link, raw, .offset = offset), -EINVAL);
	ck_assert_int_eq(UPROBE(&link, 9999, .offset = offset), -EBADF);
	ck_assert_int_eq(UPROBE(&link, prog, .offset = offset, .cookie = 1,
				.bind = RAWBPF_BIND_IOCTL), -EOPNOTSUPP);
	live_be_nobody();
	ck_assert_int_eq(UPROBE(&link, prog, .offset = offset), -EACCES);
	ck_assert_int_eq(link.fd, 0);
	close(prog);
	close(raw);
}
END_TEST

/* A uprobe that was set by ioctl(2): only this call tells which program it runs. */
START_TEST(test_task_fd_of_uprobe)
{
	int prog = live_prog(BPF_PROG_TYPE_KPROBE, 0);
	char name[4096];
	struct rawbpf_task_fd_info query = { .name = name, .name_size = sizeof name };
	struct rawbpf_link link;
	int err = rawbpf_uprobe_attach(&link, prog, &(struct rawbpf_uprobe_spec){
		.path = "/proc/self/exe", .offset = link_kinds_offset(probed), .pid = getpid(),
		.bind = RAWBPF_BIND_IOCTL });

	ck_assert_int_eq(err, 0);
	ck_assert_int_eq(rawbpf_task_fd_info(&query, getpid(), link.fd), 0);
	ck_assert_uint_eq(query.type, BPF_FD_TYPE_UPROBE);
	ck_assert_uint_eq(query.prog_id, live_prog_id(prog));
	ck_assert_uint_eq(query.offset, link_kinds_offset(probed));
	ck_assert_ptr_nonnull(strstr(name, "exe"));
	rawbpf_link_detach(&link);
	close(prog);
}
END_TEST

/* ---------------------------------------------------------------------------------- many */

#define MULTI_IN(LINK, PROG, PATH, ...)                                                            \
	rawbpf_uprobe_multi_attach((LINK), (PROG), &(struct rawbpf_uprobe_multi_spec){             \
		.path = (PATH), __VA_ARGS__ })
#define MULTI(LINK, PROG, ...) MULTI_IN(LINK, PROG, "/proc/self/exe", __VA_ARGS__)

START_TEST(test_multi_cookies)
{
	const uint64_t offsets[] = { link_kinds_offset(probed), link_kinds_offset(probed_too) };
	static const uint64_t cookies[] = { 1, 1000 };
	int map = live_array(1), prog = load_adding_cookies(map, BPF_TRACE_UPROBE_MULTI);
	struct rawbpf_link link;
	int err = MULTI(&link, prog, .offsets = offsets, .cookies = cookies, .count = 2,
			.pid = getpid(), .retprobe = _i);

	if (err == -EINVAL && live_kernel() < 0x606)
		SKIP("there is no uprobe_multi before 6.6");
	ck_assert_int_eq(err, 0);
	probed();
	probed();
	probed_too();
	ck_assert_uint_eq(sum(map), 1002);
	rawbpf_link_detach(&link);
	probed();
	ck_assert_uint_eq(sum(map), 1002);
	close(prog);
	close(map);
}
END_TEST

START_TEST(test_multi_refused)
{
	static const uint64_t too_far[] = { 1ull << 40 };
	const uint64_t offsets[] = { link_kinds_offset(probed) };
	int prog = kprobe(BPF_TRACE_UPROBE_MULTI), plain = kprobe(0), err;
	struct rawbpf_link link = { .fd = 12345 };

	if (live_kernel() < 0x60d)
		SKIP("what is refused, and how, is as of Linux 6.13");
	ck_assert_int_eq(MULTI_IN(&link, prog, "/nowhere", .offsets = offsets, .count = 1),
			 -ENOENT);
	ck_assert_int_eq(link.fd, 0);
	ck_assert_int_eq(MULTI_IN(&link, prog, "/tmp", .offsets = offsets, .count = 1),
			 -EBADF);
	ck_assert_int_eq(MULTI_IN(&link, prog, NULL, .offsets = offsets, .count = 1), -EINVAL);
	ck_assert_int_eq(MULTI(&link, prog, .count = 1), -EINVAL);
	ck_assert_int_eq(MULTI(&link, prog, .offsets = offsets), -EINVAL);
	ck_assert_int_eq(MULTI(&link, prog, .offsets = offsets, .count = 1 << 21), -E2BIG);
	ck_assert_int_eq(MULTI(&link, prog, .offsets = (void *)8, .count = 1), -EFAULT);
	ck_assert_int_eq(MULTI(&link, prog, .offsets = offsets, .count = 1, .pid = 1 << 22),
			 -ESRCH);
	ck_assert_int_eq(MULTI(&link, prog, .offsets = too_far, .count = 1), -EINVAL);
	ck_assert_int_eq(MULTI(&link, prog, .offsets = offsets, .count = 1, .session = 1), -EINVAL);
	ck_assert_int_eq(MULTI(&link, plain, .offsets = offsets, .count = 1), -EINVAL);
	/* Linux 7.0 accepts a descriptor in place of a path. */
	err = MULTI_IN(&link, prog, NULL, .path_fd = open("/proc/self/exe", O_RDONLY),
		       .offsets = offsets, .count = 1);
	ck_assert_int_eq(err, live_kernel() < 0x700 ? -EINVAL : 0);
	rawbpf_link_detach(&link);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_find);
	tcase_add_test(tests, test_find_twins);
	tcase_add_test(tests, test_find_stub);
#if defined(__x86_64__)
	tcase_add_test(tests, test_find_version);
#endif
	tcase_add_test(tests, test_find_sparse);
	tcase_add_test(tests, test_find_refused);
	tcase_add_test(tests, test_cookie);
	tcase_add_loop_test(tests, test_pid, 0, 2);
	tcase_add_test(tests, test_ref_ctr);
	tcase_add_test(tests, test_refused);
	tcase_add_test(tests, test_task_fd_of_uprobe);
	tcase_add_loop_test(tests, test_multi_cookies, 0, 2);
	tcase_add_test(tests, test_multi_refused);
}

int main(void)
{
	if (access("/sys/bus/event_source/devices/uprobe", F_OK) != 0) {
		printf("skip: uprobe: this kernel has no uprobes, or sysfs is not mounted\n");
		return EXIT_SKIPPED;
	}
	return live_run("uprobe", add_tests);
}
