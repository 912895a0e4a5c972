/* SPDX-License-Identifier: MIT */
/*
 * A fault for each check of .clang-tidy: lint.sh tests that clang-tidy finds all. No build compiles
 * this file.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define TWICE(A) ((A) + (A))

int planted(int limit, const char *name, size_t size);

static void on_signal(int number)
{
	printf("%d\n", number); /* bugprone-signal-handler */
}

static void wait_for(int wanted)
{
	int state = 0;

	while (state < wanted) /* bugprone-infinite-loop */
		;
}

/* readability-inconsistent-declaration-parameter-name */
int planted(int want, const char *name, size_t size)
{
	int bytes[8];
	unsigned value = name[0]; /* bugprone-signed-char-misuse */

	signal(SIGINT, on_signal);
	wait_for(want);
	memset(bytes, 0, sizeof(sizeof bytes)); /* bugprone-sizeof-expression */
	if (strcmp(name, "map")) /* bugprone-suspicious-string-compare */
		value++;
	for (unsigned char i = 0; i < size; i++) /* bugprone-too-small-loop-variable */
		value += i;
	return (int)value + TWICE(want++) + bytes[0]; /* bugprone-macro-repeated-side-effects */
}
