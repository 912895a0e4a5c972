/* SPDX-License-Identifier: MIT */
#include "objects.h"
static void add_tests(TCase *tests) { (void)tests; }
int main(void)
{
	return live_run("info_link", add_tests);
}
