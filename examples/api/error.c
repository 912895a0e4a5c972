/* SPDX-License-Identifier: MIT */
/* An errno has several causes: find the one that applies here. CAP_BPF. Linux 5.10. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "error");

	char why[512];
	int fd;

	/* Explain in one line, for a log. */
	fd = rawbpf_obj_open("/sys/fs/bpf/no-such-pin", 0);
	rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
		.operation = RAWBPF_OBJ_OPEN, .error = fd, .name = "/sys/fs/bpf/no-such-pin" });
	printf("%s\n\n", why);

	/* Explain with cause and remedy on lines of their own, for a terminal. */
	fd = rawbpf_map_create(&(struct rawbpf_map_spec){
		.type = BPF_MAP_TYPE_RINGBUF, .max_entries = 1000 });
	rawbpf_error_explain(why, sizeof why, &(struct rawbpf_error){
		.operation = RAWBPF_MAP_CREATE, .error = fd, .type = BPF_MAP_TYPE_RINGBUF,
		.lines = 1 });
	printf("%s\n", why);
	return done();
}
