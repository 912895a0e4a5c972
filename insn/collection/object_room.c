/* SPDX-License-Identifier: MIT */
/* Memory and errors of an object file. */
#include "object_file.h"

RAWBPF__PRIVATE void *rawbpf__object_take(struct rawbpf__object_file *o, size_t count, size_t size)
{
	size_t bytes = (count * size + 7) / 8 * 8;
	void *taken = o->at;

	if (bytes > (size_t)(o->end - o->at)) {
		o->is_full = 1;
		return NULL;
	}
	__builtin_memset(taken, 0, bytes);
	o->at += bytes;
	return taken;
}

RAWBPF__PRIVATE int rawbpf__object_fail(struct rawbpf__object_file *o, int error, unsigned line,
					const char *sentence, const char *name)
{
	struct rawbpf__resolver r = { .c = o->c, .error = &o->spec->error, .line = line };

	return rawbpf__resolver_fail(&r, error, sentence, name, 0);
}
