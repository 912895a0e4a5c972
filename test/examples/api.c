/* SPDX-License-Identifier: MIT */
/* The programs of examples/api, from outside. The first argument is their folder. */
#include "../attach/cgroups.h"
#include "../command.h"
#include "api_examples.h"

#include <linux/btf.h>
#include <net/if.h>
#include <sys/ioctl.h>

static const char *folder;
static struct ending end;

/* Mount a BPF file system, and enter a network that is invisible outside. */
static void enter_world(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	live_mount_bpffs();
	ck_assert_int_eq(chmod("/sys/fs/bpf", 0755), 0);
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(ioctl(fd, SIOCSIFFLAGS, &request), 0);
	close(fd);
}

/* Count the pins or cgroups that the programs left. */
static int count_left(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int count = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)))
		count += strncmp(entry->d_name, "rawbpf-example", 14) == 0;
	closedir(dir);
	return count;
}

static void run(const struct api_example *example, void (*prepare)(void))
{
	static char path[4096], cgroup[4096];

	snprintf(path, sizeof path, "%s/%s", folder, example->name);
	command_path = path;
	if (!*cgroup && *cgroups_path)
		snprintf(cgroup, sizeof cgroup, "%s", cgroups_make(""));
	command_run(&end, prepare, example->flags & API_CGROUP ? ARGS(cgroup) : ARGS(NULL));
	/* The program leaves nothing behind. */
	ck_assert_int_eq(count_left("/sys/fs/bpf"), 0);
	if (*cgroup)
		ck_assert_int_eq(count_left(cgroup), 0);
	ck_assert_int_eq(system("q=$(tc qdisc show dev lo) && ! echo \"$q\" | grep clsact"), 0);
}

static void assert_output(const struct api_example *example)
{
	ck_assert_str_eq(end.err, "");
	ck_assert_msg(api_prints(example, end.out), "%s", end.out);
	ck_assert_int_eq(end.status, 0);
}

/* If the kernel lacks the feature, the program prints one line that says why. */
static int lacks(const struct api_example *example)
{
	if (end.status != 77 && !(end.status == 1 && example->flags & API_MAY_FAIL))
		return 0;
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(command_lines(end.err), 1);
	end.err[strcspn(end.err, "\n")] = '\0';
	return 1;
}

START_TEST(test_prints)
{
	const struct api_example *example = api_examples + _i;

	enter_world();
	run(example, NULL);
	if (lacks(example))
		SKIP("%s: %s", example->name, end.err);
	assert_output(example);
	run(example, command_full_stdout);
	ck_assert_str_eq(end.err, "stdout: No space left on device\n");
	ck_assert_int_eq(end.status, 1);
}
END_TEST

/* Without privilege the program does the same, or prints one line that says what is missing. */
START_TEST(test_nobody)
{
	const struct api_example *example = api_examples + _i;

	enter_world();
	run(example, live_be_nobody);
	if (example->flags & API_PURE) {
		assert_output(example);
		return;
	}
	if (example->flags & API_EXPLAINS) {
		ck_assert_ptr_nonnull(strstr(end.out, "EPERM"));
		return;
	}
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(command_lines(end.err), 1);
	ck_assert_msg(strncmp(end.err, "EPERM: ", 7) == 0 ||
		      strstr(end.err, ": Operation not permitted\n") ||
		      strstr(end.err, ": Permission denied\n"), "%s", end.err);
	ck_assert_int_eq(end.status, 1);
}
END_TEST

/* Write a module's BTF file over the kernel's own. It has one type, an int called "of_module". */
static void fake_module(const char *path)
{
	static const char name[] = "of_module";
	struct rawbpf_btf kernel;
	struct {
		struct btf_header header;
		struct btf_type type;
		uint32_t bits;
		char strings[sizeof name];
	} module = {
		.header = { .magic = 0xeb9f, .version = 1, .hdr_len = sizeof module.header,
			    .type_len = sizeof module.type + sizeof module.bits,
			    .str_off = sizeof module.type + sizeof module.bits,
			    .str_len = sizeof name },
		.type = { .info = BTF_KIND_INT << 24, .size = 4 },
		.bits = 32,
	};
	FILE *file;

	ck_assert_int_eq(rawbpf_btf_kernel_open(&kernel), 0);
	module.type.name_off = kernel.strings_size; /* the module's strings continue there */
	rawbpf_btf_close(&kernel);
	memcpy(module.strings, name, sizeof name);
	live_hide_directory("/sys/kernel/btf");
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fwrite(&module, offsetof(__typeof__(module), strings) + sizeof name, 1, file), 1);
	fclose(file);
}

/* The program's argument is the module's name. */
START_TEST(test_btf_module)
{
	static const struct api_example example = { .name = "btf_module" };
	static char path[4096];

	enter_world();
	run(&example, NULL);
	ck_assert_str_eq(end.err, "usage: btf_module MODULE (a loaded one, such as nf_conntrack)\n");
	ck_assert_int_eq(end.status, 2);
	snprintf(path, sizeof path, "%s/btf_module", folder);
	command_path = path;
	command_run(&end, NULL, ARGS("no_such_module"));
	ck_assert_msg(strncmp(end.err, "ENOENT: ", 8) == 0, "%s", end.err);
	ck_assert_int_eq(end.status, 1);

	fake_module("/sys/kernel/btf/example");
	command_run(&end, NULL, ARGS("example"));
	ck_assert_str_eq(end.err, "");
	ck_assert_str_eq(end.out, "1 types of its own, the last one: of_module\n");
	ck_assert_int_eq(end.status, 0);
}
END_TEST

/* The most arguments that a program takes. */
static unsigned most_arguments(const char *name)
{
	static const struct {
		const char *name;
		unsigned most;
	} with_arguments[] = {
		{ "btf_module", 1 }, { "cgroup", 1 }, { "elf", 2 }, { "elf_lines", 1 }, { "link", 1 },
		{ "obj", 1 }, { "prog", 1 }, { "prog_attach", 1 },
	};

	for (unsigned i = 0; i < RAWBPF_COUNT(with_arguments); i++)
		if (strcmp(with_arguments[i].name, name) == 0)
			return with_arguments[i].most;
	return 0;
}

/*
 * -h and --help print the usage on stdout. Too many arguments print it on stderr, with status 2. The
 * usage is one line, and nobody may ask for it.
 */
START_TEST(test_usage)
{
	static const char *const four[] = { "/none", "/none", "/none", "/none", NULL };
	const char *name = _i < API_EXAMPLES ? api_examples[_i].name : "btf_module";
	const unsigned most = most_arguments(name);
	char path[4096], begin[64];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	snprintf(begin, sizeof begin, "usage: %s%c", name, most ? ' ' : '\n');
	command_path = path;
	for (int i = 0; i < 2; i++) {
		command_run(&end, live_be_nobody, ARGS(i ? "-h" : "--help"));
		ck_assert_msg(strncmp(end.out, begin, strlen(begin)) == 0, "%s", end.out);
		ck_assert_int_eq(command_lines(end.out), 1);
		ck_assert_str_eq(end.err, "");
		ck_assert_int_eq(end.status, 0);
	}
	command_run(&end, NULL, four + 3 - most);
	ck_assert_msg(strncmp(end.err, begin, strlen(begin)) == 0, "%s", end.err);
	ck_assert_str_eq(end.out, "");
	ck_assert_int_eq(end.status, 2);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_unchecked_fixture(tests, cgroups_begin, cgroups_end);
	tcase_add_loop_test(tests, test_prints, 0, API_EXAMPLES);
	tcase_add_loop_test(tests, test_nobody, 0, API_EXAMPLES);
	tcase_add_test(tests, test_btf_module);
	tcase_add_loop_test(tests, test_usage, 0, API_EXAMPLES + 1);
}

int main(int argc, char **argv)
{
	(void)argc;
	folder = argv[1];
	return cgroups_run("api_examples", add_tests);
}
