/* SPDX-License-Identifier: MIT */
/*
 * usage: workload CALLS MILLISECONDS
 *
 * Call fchownat(2) CALLS times, with a pause of that length before each, for others to count.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: workload CALLS MILLISECONDS\n", stderr);
		return 2;
	}
	for (long calls = atol(argv[1]); calls > 0; calls--) {
		usleep(atol(argv[2]) * 1000);
		/* The path is empty, so that the call only fails. */
		syscall(__NR_fchownat, AT_FDCWD, "", -1, -1, 0);
	}
	return 0;
}
