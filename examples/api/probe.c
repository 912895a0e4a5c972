/* SPDX-License-Identifier: MIT */
/* Choose by features, which probes try: versions would mislead. Root. Linux 5.10. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "probe");

	struct rawbpf_error why = { .error = 0 };
	struct rawbpf_btf kernel;
	unsigned char helper;
	char text[512];
	int has, isa;

	/* Open it once, not for each question. */
	must(RAWBPF_BTF_KERNEL_OPEN, rawbpf_btf_kernel_open(&kernel));
	must(RAWBPF_PROBE_MAP_HAS, rawbpf_probe_map_has(&has, BPF_MAP_TYPE_RINGBUF, &kernel));
	printf("records by a %s\n", has ? "ring buffer" : "perf buffer");
	must(RAWBPF_PROBE_PROG_HAS, rawbpf_probe_prog_has(&has, BPF_PROG_TYPE_XDP, &kernel));
	printf("XDP: %s\n", has ? "yes" : "no");
	must(RAWBPF_PROBE_HELPERS_HAS,
	     rawbpf_probe_helpers_has(&helper, BPF_PROG_TYPE_XDP, BPF_FUNC_xdp_adjust_head, 1, &kernel));
	printf("%s in XDP: %s\n", rawbpf_constant_name(RAWBPF_HELPER, BPF_FUNC_xdp_adjust_head),
	       helper ? "yes" : "no");
	isa = must(RAWBPF_PROBE_ISA_FIND, rawbpf_probe_isa_find());
	printf("instructions of v3: %s\n", isa >= 3 ? "yes" : "no");

	must(RAWBPF_PROBE_ATTACH_HAS,
	     rawbpf_probe_attach_has(&has, RAWBPF_PROBE_RAW_TRACEPOINT, &kernel, &why));
	printf("%s: %s\n", rawbpf_probe_attach_name(RAWBPF_PROBE_RAW_TRACEPOINT), has ? "yes" : "no");
	if (!has) {
		rawbpf_error_explain(text, sizeof text, &why);
		fprintf(stderr, "%s\n", text);
	}
	rawbpf_btf_close(&kernel);
	return done();
}
