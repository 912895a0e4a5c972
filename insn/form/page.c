/* SPDX-License-Identifier: MIT */
#include "page.h"

enum { PAGE_INDENT = 11 };

static void page_name(struct rawbpf__out *out, const char *name)
{
	size_t start = out->length;

	rawbpf__out_text(out, "  ");
	rawbpf__out_text(out, name);
	rawbpf__out_repeat(out, ' ', start + PAGE_INDENT - out->length);
}

RAWBPF__PRIVATE void rawbpf__page_words(struct rawbpf__out *out, const char *name, const char *words)
{
	page_name(out, name);
	rawbpf__out_words(out, words, PAGE_INDENT);
}

RAWBPF__PRIVATE void rawbpf__page_since(struct rawbpf__out *out, unsigned kernel)
{
	page_name(out, "since");
	rawbpf__out_text(out, "Linux ");
	rawbpf__out_kernel(out, kernel);
	rawbpf__out_byte(out, '\n');
}
