/* SPDX-License-Identifier: MIT */
/* Each kernel's errors for programs and processes, and the output of `rawbpf doctor`. */
#include "parts.h"

#include "../diagnose/answer.h"
#include "../diagnose/capability.h"
#include "../log/taught.h"

#include <string.h>

/* Debian's riscv64 wants aligned accesses, and its verifier looks at that first. */
static bool is_misaligned(struct boot *boot, const char *name)
{
	return is_machine(boot, "riscv64") && !strncmp(fact_str(boot, name), "misaligned", 10);
}

/* Each hint fits this kernel's log of the program that provokes it. */
START_TEST(every_hint)
{
	struct boot *boot = &boots[_i];
	unsigned kernel = kernel_of(boot);

	if (is_left_out(boot, "rejected"))
		return;
	for (unsigned n = 0; n < rejected_count; n++) {
		const struct rejected *of = &rejected[n];
		char name[64];

		snprintf(name, sizeof(name), "hint.%u.%s", n, of->hint);
		if (kernel < of->since || (of->before && kernel >= of->before))
			fact_str(boot, name);
		else if (!is_misaligned(boot, name))
			ck_assert_fact_str(boot, name, "found");
	}
}
END_TEST

#define BEGIN(ERRNO, INDEX) "the verifier rejected the program (" ERRNO ") at instruction " INDEX "|"
#define LOOK_UP \
	"   5: call bpf_map_lookup_elem#1                    text:6|" \
	"         ^-- update: R0 changed from uninitialized value to nullable map value|" \
	"             at offset 0|"

/* Linux 7.3 prints a causal path. The explanation shows it with the source lines. */
START_TEST(causal_path)
{
	static const struct {
		const char *name, *text;
	} explained[] = {
		{ "explained.index_negative", BEGIN("EACCES", "13") LOOK_UP
		  "   6: if r0 != 0 goto +2                            text:7|"
		  "         ^-- branch: took the true branch of this conditional, goto followed|"
		  "  12: r0 += r1                                      text:13|"
		  "         ^-- update: R0 changed from map value at offset 0 to map value with|"
		  "             variable offset: known bits 0x0, unknown mask 0xffffffffffffffff,|"
		  "             signed range [-2, 1], unsigned range [0, U64_MAX]|"
		  "  13: r2 = *(u8 *)(r0 +0)                           text:14|"
		  "                   ^~ r0 is map_value(id=1,ks=4,vs=8,smin=smin32=-2,smax=smax32=1)|" },
		{ "explained.maybe_null", BEGIN("EACCES", "6") LOOK_UP
		  "   6: *(u64 *)(r0 +0) = 1                           text:7|"
		  "               ^~ r0 is map_value_or_null(id=1,ks=4,vs=8)|" },
		{ "explained.reference", BEGIN("EINVAL", "6")
		  "   4: call bpf_ringbuf_reserve#131                  text:5|"
		  "         ^-- acquired: owned resource (id=2)|"
		  "   5: r0 = 0                                        text:6|"
		  "   6: exit                                          text:7|" },
	};
	struct boot *boot = &boots[_i];

	if (is_left_out(boot, "rejected"))
		return;
	for (size_t i = 0; i < sizeof(explained) / sizeof(*explained); i++) {
		const char *text = fact_str(boot, explained[i].name);

		if (kernel_of(boot) < KERNEL(7, 3))
			ck_assert_msg(!strstr(text, "^-- "), "%s: %s", boot->name, text);
		else
			ck_assert_msg(!strncmp(text, explained[i].text, strlen(explained[i].text)),
				      "%s: %s", boot->name, text);
	}
}
END_TEST

/* The pages' claims about the verifier hold on this kernel. */
START_TEST(every_claim)
{
	struct boot *boot = &boots[_i];
	const char *machine = fact_str(boot, "machine");

	if (is_left_out(boot, "taught"))
		return;
	for (unsigned n = 0; n < taught_count; n++)
		for (unsigned p = 0; p < TAUGHT_PROGRAMS && taught[n].programs[p].text; p++) {
			const char *verdict = taught_verdict(&taught[n].programs[p], kernel_of(boot), machine);
			char name[64];

			snprintf(name, sizeof(name), "taught.%u.%u", n, p);
			if (verdict && !is_misaligned(boot, name))
				ck_assert_fact_str(boot, name, verdict);
			else
				fact_str(boot, name);
		}
}
END_TEST

/* The answers to these depend on the kernel's BTF. Debian's s390x has none before 6.12. */
static bool is_about_btf(const char *operation)
{
	static const char *const operations[] = { "LOAD tp_btf", "LOAD iter/task",
		"BTF_GET_NEXT_ID", "BTF_GET_FD_BY_ID", "open /sys/kernel/btf/vmlinux" };

	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		if (!strcmp(operation, operations[i]))
			return true;
	return false;
}

/* The rows of test/diagnose/capabilities.tsv that apply to this kernel. */
START_TEST(every_capability)
{
	static struct capability_row rows[200];
	int count = capability_read(CAPABILITIES, rows, 200), tried = 0;
	struct boot *boot = &boots[_i];
	unsigned kernel = kernel_of(boot);

	ck_assert_int_ge(count, 80);
	if (is_left_out(boot, "capabilities"))
		return;
	ck_assert_fact_int(boot, "capabilities", 0);
	for (int i = 0; i < count; i++) {
		char name[64], answers[128] = "";

		snprintf(name, sizeof(name), "capability.%.39s", rows[i].operation);
		for (char *at = name; *at; at++)
			if (*at == ' ')
				*at = '_';
		for (int set = 0; set < CAPABILITY_SETS; set++) {
			strcat(answers, set ? " " : "");
			strcat(answers, rows[i].answers[set]);
		}
		if (kernel < rows[i].since || (rows[i].before && kernel >= rows[i].before) ||
		    (is_machine(boot, "s390x") && is_about_btf(rows[i].operation))) {
			fact_str(boot, name);
			continue;
		}
		ck_assert_fact_str(boot, name, answers);
		tried++;
	}
	ck_assert_int_ge(tried, 70);
}
END_TEST

/* The rows of test/diagnose/answer.c that apply to this kernel. */
START_TEST(every_answer)
{
	struct boot *boot = &boots[_i];
	unsigned kernel = kernel_of(boot);

	if (is_left_out(boot, "answers"))
		return;
	for (unsigned n = 0; n < answers_count; n++) {
		char name[64];

		if (kernel < answers[n].since || (answers[n].before && kernel >= answers[n].before))
			continue;
		snprintf(name, sizeof(name), "answer.%s", answers[n].question);
		ck_assert_fact_int(boot, name, answers[n].expected);
	}
}
END_TEST

/* The table of helpers, compared with this kernel: first kernels, types of programs, licenses. */
START_TEST(every_helper)
{
	struct boot *boot = &boots[_i];
	unsigned kernel = kernel_of(boot);
	bool amd64 = is_machine(boot, "amd64");

	if (is_left_out(boot, "helpers"))
		return;
	ck_assert_fact_str(boot, "helpers.last", "none");
	ck_assert_fact_int(boot, "helpers.faults", 0);
	/* Other architectures lack the types of programs that need a JIT, BTF or LSM. */
	ck_assert_int_ge(fact_int(boot, "helpers.types"), amd64 ? 28 : 20);
	ck_assert_int_ge(fact_int(boot, "helpers.licenses"), kernel < KERNEL(6, 1) ? 140 : 190);
}
END_TEST

static void assert_says(struct boot *boot, const char *key, bool has)
{
	const char *doctor = fact_str(boot, "doctor");
	char expected[64];

	snprintf(expected, sizeof(expected), "\"%s\":{\"has\":%s,", key, has ? "true" : "false");
	ck_assert_msg(strstr(doctor, expected) != NULL, "%s: no %s in %s", boot->name, expected, doctor);
}

START_TEST(doctor)
{
	struct boot *boot = &boots[_i];
	unsigned kernel = kernel_of(boot);
	bool amd64 = is_machine(boot, "amd64");

	if (is_left_out(boot, "doctor"))
		return;
	ck_assert_fact_int(boot, "doctor.exit", 0);
	ck_assert_ptr_nonnull(strstr(fact_str(boot, "doctor"),
				     kernel < KERNEL(6, 6) ? "\"isa\":3}" : "\"isa\":4}"));
	assert_says(boot, "kprobe", true);
	assert_says(boot, "tracepoint", true);
	assert_says(boot, "raw_tp", true);
	assert_says(boot, "uprobe", true);
	assert_says(boot, "perf_event", true);
	assert_says(boot, "cgroup", true);
	assert_says(boot, "xdp", true);
	assert_says(boot, "tcx", kernel >= KERNEL(6, 6));
	assert_says(boot, "uprobe_multi", kernel >= KERNEL(6, 6));
	assert_says(boot, "netfilter", kernel >= KERNEL(6, 4));
	if (amd64) {
		assert_says(boot, "kprobe_multi", kernel >= KERNEL(6, 12));
		assert_says(boot, "fentry", true);
		/* Debian 11 does not enable the security module. */
		assert_says(boot, "lsm", kernel >= KERNEL(6, 1));
	}
	assert_says(boot, "bloom_filter", kernel >= KERNEL(5, 16));
	assert_says(boot, "user_ringbuf", kernel >= KERNEL(6, 1));
	assert_says(boot, "rhash", kernel >= KERNEL(7, 2));
	assert_says(boot, "syscall", kernel >= KERNEL(5, 14));
	assert_says(boot, "lirc_mode2", false);

	ck_assert_fact_int(boot, "doctor.nobody.exit", 0);
	ck_assert_ptr_nonnull(strstr(fact_str(boot, "doctor.nobody"), "\"uid\":65534,"));
	ck_assert_ptr_nonnull(strstr(fact_str(boot, "doctor.nobody"), "\"xdp\":{\"has\":null,\"error\":\"EPERM\"},"));
}
END_TEST

#define UNTRACEABLE "is not a function that can be traced (notrace and inline ones cannot); " \
		    "see available_filter_functions in tracefs"
#define NO_ENTRY "and no entry function of such a system call; see /proc/kallsyms"
#define SYSTEM_CALL "a system call goes into .syscall, without a prefix"
#define SEVERAL "this kernel has several functions 'name_show'; probe each by its address " \
		"(/proc/kallsyms, rawbpf_ksym_find())"

/* Each cause is named, and not its nearest neighbour with the same errno. */
START_TEST(every_cause)
{
	static const struct {
		const char *name, *text;
		unsigned since, before;
	} causes[] = {
		{ "none", "ENOENT: this kernel has no function 'no_such_function', " NO_ENTRY, 0, 0 },
		{ "entry", "ENOENT: this kernel has no function 'fchownat'; " SYSTEM_CALL, 0, 0 },
		{ "prefixed", "ENOENT: this kernel has no function 'sys_fchownat'; " SYSTEM_CALL, 0, 0 },
		{ "function", "ENOENT: 'do_fchownat' is a function, not a system call; name it as a "
			      "symbol", 0, 0 },
		{ "no_call", "ENOENT: this kernel has no function 'no_such_call', " NO_ENTRY, 0, 0 },
		{ "foreign", "ENOENT: this kernel has no function 'waitpid', " NO_ENTRY, 0, 0 },
		{ "notrace", "EINVAL: 'sched_clock' " UNTRACEABLE, 0, 0 },
		{ "notrace.tracefs", "EINVAL: 'sched_clock' " UNTRACEABLE, 0, 0 },
		{ "variable", "EINVAL: 'jiffies' " UNTRACEABLE, 0, 0 },
		{ "several", "attached", 0, KERNEL(5, 11) },
		{ "several", "EADDRNOTAVAIL: " SEVERAL, KERNEL(6, 1), 0 },
		{ "several.tracefs", "attached", 0, KERNEL(5, 11) },
		{ "several.tracefs", "EADDRNOTAVAIL: " SEVERAL, KERNEL(6, 1), KERNEL(6, 2) },
		{ "several.tracefs", "EINVAL: " SEVERAL, KERNEL(6, 12), 0 },
		{ "inside", "EILSEQ: 'do_fchownat' cannot be probed: the offset is inside an "
			    "instruction", 0, 0 },
		{ "type", "EINVAL: the program is not of type kprobe", 0, 0 },
		{ "good", "attached", 0, 0 },
	};
	struct boot *boot = &boots[_i];
	unsigned kernel = kernel_of(boot);

	if (is_left_out(boot, "causes"))
		return;
	for (size_t i = 0; i < sizeof(causes) / sizeof(*causes); i++) {
		char name[64];

		snprintf(name, sizeof(name), "cause.%s", causes[i].name);
		/* A row names the kernels that differ. */
		if (kernel < causes[i].since ||
		    (causes[i].before && kernel >= causes[i].before))
			fact_str(boot, name);
		else
			ck_assert_fact_str(boot, name, causes[i].text);
	}
}
END_TEST

void vm_errors_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, causal_path, boot, boot + 1);
	tcase_add_loop_test(kernel, every_answer, boot, boot + 1);
	tcase_add_loop_test(kernel, every_cause, boot, boot + 1);
	tcase_add_loop_test(kernel, every_claim, boot, boot + 1);
	tcase_add_loop_test(kernel, every_helper, boot, boot + 1);
	tcase_add_loop_test(kernel, every_hint, boot, boot + 1);
	tcase_add_loop_test(kernel, every_capability, boot, boot + 1);
	tcase_add_loop_test(kernel, doctor, boot, boot + 1);
}
