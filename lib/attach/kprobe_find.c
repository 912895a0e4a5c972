/* SPDX-License-Identifier: MIT */
#include <rawbpf/kprobe.h>

#include "../object/ksym.h"
#include "../sys/lines.h"
#include "tracefs.h"
#include "../../insn/base/glob.h"
#include "../../insn/base/number.h"
#include "../../insn/base/string.h"

/*
 * Parse "ffffffff81000000 name" or "ffffffff81000000 name [module]". Returns 0 for another line,
 * and for a place where the linker dropped a function: ftrace calls it __ftrace_invalid_address__.
 */
static int kprobe_find_parse(const char *at, const char *end, uint64_t *address, const char **name,
			     size_t *length)
{
	const char *line = at;

	if (!rawbpf__digits_parse(&at, end, 16, address) || at == line || at == end || *at != ' ')
		return 0;
	*name = ++at;
	*length = rawbpf__find_byte(at, end, ' ') - at;
	return *length && !rawbpf__behind(at, end, "__ftrace_invalid_address__");
}

static int kprobe_find_read(uint64_t *addresses, unsigned max, const char *glob,
			    struct rawbpf__lines *lines)
{
	const char *at, *end, *name;
	uint64_t address;
	size_t length;
	int more, found = 0;

	while ((more = rawbpf__lines_next(lines, &at, &end)) > 0) {
		if (!kprobe_find_parse(at, end, &address, &name, &length) ||
		    !rawbpf__glob_matches(glob, name, length))
			continue;
		if ((unsigned)found < max)
			addresses[found] = address;
		found++;
	}
	if (more < 0)
		return more;
	return found ? found : -ENOENT;
}

int rawbpf_kprobe_find(uint64_t *addresses, unsigned max, const char *glob)
{
	struct rawbpf__lines lines;
	int err, events = rawbpf__tracefs_events_open();

	if (events < 0)
		return events;
	err = rawbpf__lines_open(&lines, events, "../available_filter_functions_addrs");
	rawbpf__close(events);
	if (err == -ENOENT) /* before 6.5 */
		return rawbpf__ksym_functions(addresses, max, glob);
	if (err == 0) {
		err = kprobe_find_read(addresses, max, glob, &lines);
		rawbpf__lines_close(&lines);
	}
	return err;
}
