/* SPDX-License-Identifier: MIT */
/* A program that outlives its loader: pin its link, open, update and revoke it. Root. Linux 5.9. */
#include "api.h"

#include <linux/if_link.h>
#include <net/if.h>

static char pin[4096];

static void remove_pin(void)
{
	unlink(pin);
}

static int load(const char *name)
{
	const struct bpf_insn insns[] = { BPF_MOV64_IMM(BPF_REG_0, XDP_PASS), BPF_EXIT_INSN() };

	return must(RAWBPF_PROG_LOAD, rawbpf_prog_load(&(struct rawbpf_prog_spec){
		.name = name, .type = BPF_PROG_TYPE_XDP, .insns = insns, .insn_count = 2 }));
}

static void show(const char *when, const struct rawbpf_link *link)
{
	struct rawbpf_link_info info = { .type = 0 };
	struct rawbpf_prog_info prog_info = { .type = 0 };
	int prog;

	must(RAWBPF_LINK_INFO, rawbpf_link_info(&info, link->fd));
	prog = must(RAWBPF_OBJ_ID_OPEN, rawbpf_obj_id_open(RAWBPF_OBJ_PROG, info.prog_id, NULL));
	must(RAWBPF_PROG_INFO, rawbpf_prog_info(&prog_info, prog));
	printf("%s: %s on %s\n", when, prog_info.name, info.ifindex ? "a device" : "nothing");
	close(prog);
}

int main(int argc, char **argv)
{
	struct rawbpf_link link, again;
	int old, new;

	check_arguments(argc, argv, 0, 1, "link [BPFFS] (default: /sys/fs/bpf)");
	old = load("version_1");
	new = load("version_2");
	snprintf(pin, sizeof pin, "%s/rawbpf-example", argc > 1 ? argv[1] : "/sys/fs/bpf");
	must(RAWBPF_XDP_ATTACH,
	     rawbpf_xdp_attach(&link, old, if_nametoindex("lo"), XDP_FLAGS_SKB_MODE));
	must(RAWBPF_LINK_PIN, rawbpf_link_pin(&link, pin));
	atexit(remove_pin);
	close(rawbpf_link_release(&link)); /* only the pin holds the link now, as after our exit */

	must(RAWBPF_LINK_OPEN, rawbpf_link_open(&again, pin));
	show("pinned", &again);
	must(RAWBPF_LINK_UPDATE, rawbpf_link_update(&again, new, old)); /* only in old's place */
	show("updated", &again);
	must(RAWBPF_LINK_REVOKE, rawbpf_link_revoke(&again)); /* for every holder */
	show("revoked", &again);
	rawbpf_link_detach(&again);
	return done();
}
