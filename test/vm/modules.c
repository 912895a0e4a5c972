/* SPDX-License-Identifier: MIT */
/* boot.sh carries modules into the guest, and init loads them. */
#include "modules.h"
#include "parts.h"

START_TEST(modules_are_loaded)
{
	struct boot *boot = &boots[_i];

#define IS_LIVE(NAME) ck_assert_fact_str(boot, "module." #NAME, "Live");
	GUEST_MODULES(IS_LIVE)
}
END_TEST

void vm_modules_add(TCase *kernel, int boot)
{
	tcase_add_loop_test(kernel, modules_are_loaded, boot, boot + 1);
}
