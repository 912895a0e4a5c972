/* SPDX-License-Identifier: MIT */
/* One text at a time that a test attaches with two options: -p, this process, and one of the test's. */
#ifndef TEST_STARTED_H
#define TEST_STARTED_H

#include "collected.h"

static struct collected collected;
static struct rawbpf_live live;
static struct rawbpf_live_reason reasons[16];
static struct rawbpf_option options[2] = { { .name = "pid" } };

static inline int start(const char *text)
{
	int err;

	options[0].value = live_tgid();
	collected_parse(&collected, text);
	err = rawbpf_live_open(&live, &collected.tables, &(struct rawbpf_live_spec){
		.options = options, .option_count = RAWBPF_COUNT(options),
		.reasons = reasons, .reason_max = RAWBPF_COUNT(reasons) });
	return err == 0 ? rawbpf_live_attach(&live) : err;
}

static inline void must_start(const char *text)
{
	int err = start(text);

	ck_assert_msg(err == 0, "%d: %s", err, reasons[0].text);
}

static inline uint64_t count(void)
{
	return collected_count(&collected, &live, "count");
}

#endif
