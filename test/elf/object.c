/* SPDX-License-Identifier: MIT */
/* objects.sh compiles this: two maps, variables of each kind, functions near and far, kfuncs. */
#define SECTION(NAME) __attribute__((section(NAME), used))

struct map {
	int (*type)[1];
	int (*max_entries)[4];
	unsigned *key;
	unsigned long long *value;
};
struct map counts SECTION(".maps"), totals SECTION(".maps");

struct context {
	unsigned data, data_end;
};

static void *(*const lookup)(void *, const void *) = (void *)1;
extern int kernel_function(int) __attribute__((section(".ksyms")));
extern int weak_function(int) __attribute__((section(".ksyms"), weak));
const volatile int limit = 7;
int seen;
static int states[4];

__attribute__((noinline)) int add(int a, int b)
{
	return a + b * 3;
}

static __attribute__((noinline)) int twice(int a)
{
	states[a & 3]++;
	return a * 2 + states[1];
}

SECTION("xdp") int first(struct context *context)
{
	unsigned key = 1;
	unsigned long long *value = lookup(&counts, &key);

	if (!value)
		return 1;
	*value += 1;
	seen++;
	for (int i = 0; i < limit; i++)
		seen += add(i, context->data);
	return twice(*value) + kernel_function(3);
}

static SECTION("xdp") __attribute__((noinline)) int near(int a)
{
	return a ? seen : states[2];
}

SECTION("xdp") int second(struct context *context)
{
	unsigned key = near(context->data);

	if (!lookup(&totals, &key))
		return near(2);
	return weak_function(key) ? add(1, 2) : first(context);
}

SECTION("tc") int third(void *context)
{
	(void)context;
	return twice(4);
}

char _license[] SECTION("license") = "GPL";
