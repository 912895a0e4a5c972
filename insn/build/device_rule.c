/* SPDX-License-Identifier: MIT */
/* Parse the rules of a device filter, and evaluate them. */
#include "../base/character.h"
#include "../base/number.h"
#include "device_sort.h"

/* ------------------------------------------------------------------------- parsing */

/* Each function moves *at behind its part and returns NULL, or returns why the text is wrong. */

static int device_is_blank(char c)
{
	return rawbpf__is_blank(c) || c == '\n';
}

static void device_skip_blanks(const char **at)
{
	while (device_is_blank(**at))
		(*at)++;
}

static const char *device_parse_type(struct rawbpf_device_rule *rule, const char **at)
{
	switch (**at) {
	case 'a':
		rule->type = RAWBPF__DEVICE_BOTH;
		break;
	case 'b':
		rule->type = BPF_DEVCG_DEV_BLOCK;
		break;
	case 'c':
		rule->type = BPF_DEVCG_DEV_CHAR;
		break;
	default:
		return "the type is a, b or c";
	}
	(*at)++;
	return NULL;
}

static int device_parse_number(int *number, int max, const char **at)
{
	const char *end = *at;
	unsigned value;

	if (**at == '*') {
		*number = RAWBPF_DEVICE_ANY;
		(*at)++;
		return 1;
	}
	if (!rawbpf__number_parse(&end, NULL, &value) || value > (unsigned)max)
		return 0;
	*number = (int)value;
	*at = end;
	return 1;
}

static const char *device_parse_numbers(struct rawbpf_device_rule *rule, const char **at)
{
	if (!device_parse_number(&rule->major, RAWBPF_DEVICE_MAJOR_MAX, at))
		return "the major number is 0 to 4095, or *";
	if (**at != ':')
		return "':' stands between major and minor number";
	(*at)++;
	if (!device_parse_number(&rule->minor, RAWBPF_DEVICE_MINOR_MAX, at))
		return "the minor number is 0 to 1048575, or *";
	return NULL;
}

static unsigned device_access_bit(char letter)
{
	return letter == 'r'   ? BPF_DEVCG_ACC_READ
	       : letter == 'w' ? BPF_DEVCG_ACC_WRITE
	       : letter == 'm' ? BPF_DEVCG_ACC_MKNOD
			       : 0;
}

static const char *device_parse_access(struct rawbpf_device_rule *rule, const char **at)
{
	unsigned bit;

	for (rule->access = 0; (bit = device_access_bit(**at)); (*at)++) {
		if (rule->access & bit)
			return "this letter stands there already";
		rule->access |= bit;
	}
	return rule->access && (!**at || device_is_blank(**at)) ? NULL : "the access is some of r, w and m";
}

static const char *device_parse_blank(const char **at, const char *missing)
{
	if (!**at)
		return missing;
	if (!device_is_blank(**at))
		return "a blank stands between the parts: TYPE MAJOR:MINOR ACCESS";
	device_skip_blanks(at);
	return NULL;
}

static const char *device_parse(struct rawbpf_device_rule *rule, const char **at)
{
	const char *reason, *behind;

	device_skip_blanks(at);
	reason = device_parse_type(rule, at);
	if (reason)
		return reason;
	behind = *at;
	device_skip_blanks(&behind);
	if (rule->type == RAWBPF__DEVICE_BOTH && !*behind) {
		rule->major = rule->minor = RAWBPF_DEVICE_ANY;
		rule->access = RAWBPF__DEVICE_ACCESS;
		return NULL;
	}
	if ((reason = device_parse_blank(at, "MAJOR:MINOR and the access are missing")) ||
	    (reason = device_parse_numbers(rule, at)) ||
	    (reason = device_parse_blank(at, "the access is missing: some of r, w and m")) ||
	    (reason = device_parse_access(rule, at)))
		return reason;
	device_skip_blanks(at);
	return **at ? "the rule ends before this" : NULL;
}

int rawbpf_device_rule_parse(struct rawbpf_device_rule *rule, const char *text,
			     struct rawbpf_device_error *error)
{
	struct rawbpf_device_rule parsed = *rule;
	const char *at = text, *reason = device_parse(&parsed, &at);

	if (reason) {
		if (error)
			*error = (struct rawbpf_device_error){ (unsigned)(at - text), reason };
		return -EINVAL;
	}
	*rule = parsed;
	return 0;
}

/* ---------------------------------------------------------------------- evaluation */

static int device_matches(int wanted, unsigned number)
{
	return wanted == RAWBPF_DEVICE_ANY || (unsigned)wanted == number;
}

unsigned rawbpf_device_filter_evaluate(const struct rawbpf_device_filter *filter, unsigned type,
				       unsigned major, unsigned minor)
{
	unsigned i, allowed = filter->default_access & RAWBPF__DEVICE_ACCESS;

	for (i = 0; i < filter->rule_count; i++) {
		const struct rawbpf_device_rule *rule = &filter->rules[i];

		if (!(rule->type & type) || !device_matches(rule->major, major) ||
		    !device_matches(rule->minor, minor))
			continue;
		allowed = rule->allow ? allowed | rule->access : allowed & ~rule->access;
	}
	return allowed;
}
