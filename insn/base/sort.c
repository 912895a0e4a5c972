/* SPDX-License-Identifier: MIT */
/* Heapsort: the largest number stands at the heap's front. Each step moves it to the heap's end. */
#include "sort.h"

/*
 * Put `number` into the heap of `count` numbers, at `at` or further down. Larger children move
 * up.
 */
static void sort_sift(uint64_t *heap, unsigned at, unsigned count, uint64_t number)
{
	unsigned child;

	while (child = 2 * at + 1, child < count) {
		if (child + 1 < count && heap[child + 1] > heap[child])
			child++;
		if (heap[child] <= number)
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = number;
}

RAWBPF__PRIVATE void rawbpf__sort(uint64_t *numbers, unsigned count)
{
	unsigned i;

	for (i = count / 2; i > 0; i--)
		sort_sift(numbers, i - 1, count, numbers[i - 1]);
	for (i = count; i > 1; i--) {
		uint64_t last = numbers[i - 1];

		numbers[i - 1] = numbers[0];
		sort_sift(numbers, 0, i - 1, last);
	}
}
