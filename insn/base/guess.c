/* SPDX-License-Identifier: MIT */
#include "guess.h"

#define GUESS_LENGTH 40		/* authors do not mistype longer names */
#define GUESS_DISTANCE 2

static unsigned guess_least(unsigned a, unsigned b, unsigned c)
{
	return a < b ? a < c ? a : c : b < c ? b : c;
}

/* Count the letters to add, drop, change or swap with their neighbour to turn `b` into `a`. */
static unsigned guess_distance(const char *a, unsigned a_length, const char *b,
			       unsigned b_length)
{
	unsigned char rows[3][GUESS_LENGTH + 1];
	unsigned i, j;

	for (j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (i = 1; i <= a_length; i++) {
		unsigned char *row = rows[i % 3], *above = rows[(i - 1) % 3];
		unsigned char *second = rows[(i + 1) % 3];

		row[0] = i;
		for (j = 1; j <= b_length; j++) {
			row[j] = guess_least(above[j] + 1, row[j - 1] + 1,
					     above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    second[j - 2] + 1 < row[j])
				row[j] = second[j - 2] + 1;
		}
	}
	return rows[a_length % 3][b_length];
}

RAWBPF__PRIVATE void rawbpf__guess_offer(struct rawbpf__guess *guess, const char *name,
					 unsigned length)
{
	unsigned distance, limit = guess->length > 4 ? GUESS_DISTANCE : guess->length / 2;

	if (length > GUESS_LENGTH || guess->length > GUESS_LENGTH ||
	    length > guess->length + limit || length + limit < guess->length)
		return;
	distance = guess_distance(guess->name, guess->length, name, length);
	if (distance > limit || (guess->best && distance >= guess->distance))
		return;
	guess->best = name;
	guess->best_length = length;
	guess->distance = distance;
}
