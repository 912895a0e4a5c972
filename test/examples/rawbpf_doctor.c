/* SPDX-License-Identifier: MIT */
/* rawbpf doctor, from outside. */
#include "../command.h"
#include "../schema.h"

#include <time.h>

static const char *const keys[] = {
	"kernel", "privilege", "programs", "maps", "attach", "mounts", "limits" };

/* The keys that rawbpf(1) lists. */
static const struct schema schema[] = {
	{ "", "o" }, { "kernel", "o" }, { "privilege", "o" }, { "programs", "o" }, { "maps", "o" },
	{ "attach", "o" }, { "helpers", "o" }, { "mounts", "o" }, { "limits", "o" },
	{ "kernel.release", "s" },
	{ "kernel.machine", "s" },
	{ "kernel.jit", "bz" },
	{ "kernel.btf_bytes", "nz" },
	{ "kernel.isa", "nz" },
	{ "privilege.uid", "n" },
	{ "privilege.user_namespace", "b" },
	{ "privilege.capabilities", "a" },
	{ "privilege.capabilities.[]", "s" },
	{ "programs.*", "o" }, { "programs.*.has", "bz" }, { "programs.*.error", "sz" },
	{ "maps.*", "o" }, { "maps.*.has", "bz" }, { "maps.*.error", "sz" },
	{ "attach.*", "o" }, { "attach.*.has", "bz" }, { "attach.*.error", "sz" },
	{ "attach.*.why", "sz" },
	{ "helpers.*", "o" }, { "helpers.*.has", "bz" }, { "helpers.*.error", "sz" },
	{ "helpers.*.names", "a" }, { "helpers.*.names.[]", "s" },
	{ "mounts.*", "sz" },
	{ "limits.lockdown", "sz" },
	{ "limits.memlock", "nz" }, { "limits.nofile", "nz" },
	{ "limits.unprivileged_bpf_disabled", "nz" }, { "limits.perf_event_paranoid", "nz" },
	{ "limits.kptr_restrict", "nz" }, { "limits.bpf_stats_enabled", "nz" },
	{ "limits.bpf_jit_harden", "nz" }, { "limits.bpf_jit_limit", "nz" },
	{ NULL, NULL },
};

static struct ending end;

START_TEST(test_text)
{
	struct utsname name;

	ck_assert_int_eq(uname(&name), 0);
	command_run(&end, NULL, ARGS("doctor"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(strncmp(end.out, "kernel      ", 12), 0);
	ck_assert_ptr_nonnull(strstr(end.out, name.release));
	ck_assert_ptr_nonnull(strstr(end.out, "\nprivilege   root"));
	ck_assert_ptr_nonnull(strstr(end.out, "\nprograms    "));
	ck_assert_ptr_nonnull(strstr(end.out, "\nmaps        "));
	ck_assert_ptr_nonnull(strstr(end.out, "\nattach      "));
	ck_assert_ptr_nonnull(strstr(end.out, "\nmounts      proc on /proc   "));
	ck_assert_ptr_nonnull(strstr(end.out, " raw_tp "));
	ck_assert_ptr_nonnull(strstr(end.out, "\nlimits      memlock "));
	if (access("/sys/bus/event_source/devices/kprobe", F_OK) != 0)
		ck_assert_ptr_nonnull(strstr(end.out, "  no kprobe       this kernel has no kprobes"));
}
END_TEST

/* The doctor prints each setting of the kernel with its number. */
START_TEST(test_settings)
{
	static const char *const settings[] = {
		"kernel/unprivileged_bpf_disabled", "kernel/perf_event_paranoid",
		"kernel/kptr_restrict", "kernel/bpf_stats_enabled", "net/core/bpf_jit_harden",
		"net/core/bpf_jit_limit",
	};

	command_run(&end, NULL, ARGS("doctor", "-j"));
	for (unsigned i = 0; i < RAWBPF_COUNT(settings); i++) {
		char path[64], member[96];
		long long number;
		FILE *file;

		snprintf(path, sizeof path, "/proc/sys/%s", settings[i]);
		file = fopen(path, "re");
		if (!file || fscanf(file, "%lld", &number) != 1)
			snprintf(member, sizeof member, "\"%s\":null,", strrchr(path, '/') + 1);
		else
			snprintf(member, sizeof member, "\"%s\":%lld,", strrchr(path, '/') + 1,
				 number);
		if (file)
			fclose(file);
		ck_assert_msg(strstr(end.out, member), "%s", member);
	}
}
END_TEST

/* Assert that no line is wider than the terminal: COLUMNS, or 80 columns if there is none. */
static void assert_fits(unsigned width)
{
	ck_assert_int_eq(end.status, 0);
	for (char *line = strtok(end.out, "\n"); line; line = strtok(NULL, "\n"))
		ck_assert_msg(strlen(line) <= width, "%s", line);
}

START_TEST(test_width)
{
	command_run(&end, NULL, ARGS("doctor", "-v"));
	assert_fits(80);
	command_run(&end, live_be_nobody, ARGS("doctor", "-v"));
	assert_fits(80);
	command_variable = "COLUMNS=50";
	command_run(&end, NULL, ARGS("doctor", "-v"));
	assert_fits(50);
}
END_TEST

START_TEST(test_json)
{
	struct timespec before, after;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &before);
	command_run(&end, NULL, ARGS("doctor", "-jv"));
	clock_gettime(CLOCK_MONOTONIC, &after);
	seconds = after.tv_sec - before.tv_sec + (after.tv_nsec - before.tv_nsec) / 1e9;
	printf("doctor -jv: %.2f s\n", seconds);
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, "");
	ck_assert_int_eq(command_lines(end.out), 1);
	ck_assert_int_eq(strncmp(end.out, "{\"kernel\":{\"release\":\"", 22), 0);
	for (unsigned i = 0; i < RAWBPF_COUNT(keys); i++) {
		char key[32];

		snprintf(key, sizeof key, "\"%s\":{", keys[i]);
		ck_assert_msg(strstr(end.out, key), "%s", key);
	}
	schema_check(schema, end.out);
	ck_assert_ptr_nonnull(strstr(end.out, "\"helpers\":{\"socket_filter\":{\"has\":true,"
					      "\"error\":null,\"names\":[\"map_lookup_elem\","));
	ck_assert_ptr_nonnull(strstr(end.out, "\"hash\":{\"has\":true,\"error\":null},"));
	ck_assert_ptr_nonnull(strstr(end.out, "\"raw_tp\":{\"has\":true,\"error\":null,"
					      "\"why\":null}"));
}
END_TEST

START_TEST(test_nobody)
{
	command_run(&end, live_be_nobody, ARGS("doctor"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_str_eq(end.err, "");
	ck_assert_ptr_nonnull(strstr(end.out, "\nprivilege   uid 65534   no CAP_BPF, no CAP_PERFMON, "));
	ck_assert_ptr_nonnull(strstr(end.out, "EPERM: this process lacks CAP_BPF and CAP_PERFMON"));
	ck_assert_ptr_nonnull(strstr(end.out, "\nattach      none\n"));
	command_run(&end, live_be_nobody, ARGS("doctor", "-jv"));
	ck_assert_int_eq(end.status, 0);
	schema_check(schema, end.out);
	ck_assert_ptr_nonnull(strstr(end.out, "\"uid\":65534,\"user_namespace\":false,"
					      "\"capabilities\":[]}"));
	ck_assert_ptr_nonnull(strstr(end.out, "\"xdp\":{\"has\":null,\"error\":\"EPERM\"},"));
	ck_assert_ptr_nonnull(strstr(end.out, "\"struct_ops\":{\"has\":null,\"error\":\"EPERM\","
					      "\"why\":\"EPERM: this process lacks CAP_BPF (or CAP_SYS_ADMIN)"));
}
END_TEST

static void hide_proc(void)
{
	live_private_mounts();
	mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL); /* if it is not mounted already */
	live_hide_directory("/proc");
}

/* In an initramfs /proc may not be mounted. The doctor still shows what exists. */
START_TEST(test_no_proc)
{
	command_run(&end, hide_proc, ARGS("doctor"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_ptr_nonnull(strstr(end.out, "\nprivilege   root"));
	ck_assert_ptr_null(strstr(end.out, "no CAP_BPF"));
	ck_assert_ptr_nonnull(strstr(end.out, "\nmounts      sysfs on /sys   "));
	ck_assert_ptr_nonnull(strstr(end.out, "\n  no proc         the tools cannot show settings, "
					      "processes and pins\n                  (mount -t proc "
					      "proc /proc)\n"));
	ck_assert_ptr_nonnull(strstr(end.out, "bpf on /sys/fs/bpf"));
}
END_TEST

static void hide_sys(void)
{
	live_private_mounts();
	live_hide_directory("/sys");
}

static void hide_sys_as_nobody(void)
{
	hide_sys();
	live_be_nobody();
}

/*
 * Without sysfs, root opens the kernel's BTF by its id. Others cannot tell whether the kernel has
 * one.
 */
START_TEST(test_no_sys)
{
	if (access("/sys/kernel/btf/vmlinux", F_OK) != 0)
		SKIP("this kernel has no BTF");
	command_run(&end, hide_sys, ARGS("doctor"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_ptr_nonnull(strstr(end.out, "   BTF "));
	ck_assert_ptr_nonnull(strstr(end.out, " MB"));
	command_run(&end, hide_sys_as_nobody, ARGS("doctor"));
	ck_assert_int_eq(end.status, 0);
	ck_assert_ptr_nonnull(strstr(end.out, "   BTF not readable"));
}
END_TEST

START_TEST(test_usage)
{
	command_run(&end, NULL, ARGS("doctor", "what"));
	ck_assert_int_eq(end.status, 2);
	ck_assert_str_eq(end.err, "usage: rawbpf doctor [-j] [-v]\n");
	command_run(&end, NULL, ARGS("doctor", "-x"));
	ck_assert_int_eq(end.status, 2);
	command_run(&end, command_full_stdout, ARGS("doctor"));
	ck_assert_int_eq(end.status, 1);
	ck_assert_str_eq(end.err, "rawbpf doctor: writing: No space left on device\n");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, test_text);
	tcase_add_test(tests, test_settings);
	tcase_add_test(tests, test_width);
	tcase_add_test(tests, test_json);
	tcase_add_test(tests, test_nobody);
	tcase_add_test(tests, test_no_proc);
	tcase_add_test(tests, test_no_sys);
	tcase_add_test(tests, test_usage);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return EXIT_FAILURE;
	command_path = argv[1];
	return live_run("rawbpf_doctor", add_tests);
}
