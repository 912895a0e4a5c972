/* SPDX-License-Identifier: MIT */
/* rawbpf doctor -j: one object on one line. rawbpf(1) names its keys, which do not change. */
#include "doctor.h"
#include "record.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_string(char **json, const char *string)
{
	char *quoted = json_escape(string, strlen(string));

	text_add(json, "%s", quoted);
	free(quoted);
}

/* Add {"has": true, false, or null, "error": null or the errno's name}, without the last brace. */
static void add_has(char **json, int has)
{
	text_add(json, "{\"has\":%s,\"error\":", has < 0 ? "null" : has ? "true" : "false");
	if (has < 0)
		add_string(json, doctor_errno(has));
	else
		text_add(json, "null");
}

static void add_number(char **json, const char *name, long long number, int known)
{
	if (known)
		text_add(json, "\"%s\":%lld", name, number);
	else
		text_add(json, "\"%s\":null", name);
}

static char *kernel_json(const struct doctor *doctor)
{
	char *json = NULL;

	text_add(&json, "{\"release\":");
	add_string(&json, doctor->system.release);
	text_add(&json, ",\"machine\":");
	add_string(&json, doctor->system.machine);
	text_add(&json, ",\"jit\":%s,", doctor->jit < 0 ? "null" : doctor->jit ? "true" : "false");
	add_number(&json, "btf_bytes", doctor->btf, doctor->btf >= 0);
	text_add(&json, ",");
	add_number(&json, "isa", doctor->isa, doctor->isa > 0);
	text_add(&json, "}");
	return json;
}

static char *privilege_json(const struct doctor *doctor)
{
	const char *between = "";
	char *json = NULL;

	text_add(&json, "{\"uid\":%u,\"user_namespace\":%s,\"capabilities\":[", doctor->uid,
		 doctor->user_namespace ? "true" : "false");
	for (const struct doctor_capability *at = doctor_capabilities; at->name; at++) {
		if (!(doctor->capabilities >> at->number & 1))
			continue;
		text_add(&json, "%s\"%s\"", between, at->name);
		between = ",";
	}
	text_add(&json, "]}");
	return json;
}

static char *types_json(const struct doctor_types *types)
{
	char *json = NULL;

	for (unsigned type = 1; type < types->end; type++) {
		text_add(&json, "%s\"%s\":", type > 1 ? "," : "{",
			 rawbpf_constant_name(types->kind, type));
		add_has(&json, types->has[type]);
		text_add(&json, "}");
	}
	text_add(&json, "}");
	return json;
}

static char *ways_json(const struct doctor *doctor)
{
	char *json = NULL;

	for (int i = 0; i < RAWBPF_PROBE_ATTACH_COUNT; i++) {
		text_add(&json, "%s\"%s\":", i ? "," : "{", rawbpf_probe_attach_name(i));
		add_has(&json, doctor->ways[i].has);
		text_add(&json, ",\"why\":");
		if (doctor->ways[i].has == 1)
			text_add(&json, "null");
		else
			add_string(&json, doctor->ways[i].why);
		text_add(&json, "}");
	}
	text_add(&json, "}");
	return json;
}

/* Add an array, which is empty if the kernel did not answer. */
static void add_helpers(char **json, const struct doctor *doctor, unsigned type)
{
	const char *between = "";

	text_add(json, ",\"names\":[");
	for (unsigned helper = 1; helper < doctor->helper_end; helper++) {
		if (doctor->helper_count[type] < 0 || !doctor->helpers[type][helper])
			continue;
		text_add(json, "%s\"%s\"", between, rawbpf_constant_name(RAWBPF_HELPER, helper));
		between = ",";
	}
	text_add(json, "]}");
}

static char *helpers_json(const struct doctor *doctor)
{
	char *json = NULL;

	for (unsigned type = 1; type < doctor->progs.end; type++) {
		int count = doctor->helper_count[type];

		text_add(&json, "%s\"%s\":", type > 1 ? "," : "{",
			 rawbpf_constant_name(RAWBPF_PROG_TYPE, type));
		add_has(&json, count < 0 ? count : count > 0);
		add_helpers(&json, doctor, type);
	}
	text_add(&json, "}");
	return json;
}

static char *mounts_json(const struct doctor *doctor)
{
	char *json = NULL;

	for (int i = 0; i < DOCTOR_MOUNTS; i++) {
		text_add(&json, "%s\"%s\":", i ? "," : "{", doctor->mounts[i].type);
		if (doctor->mounts[i].path[0])
			add_string(&json, doctor->mounts[i].path);
		else
			text_add(&json, "null");
	}
	text_add(&json, "}");
	return json;
}

static char *limits_json(const struct doctor *doctor)
{
	char *json = NULL;

	text_add(&json, "{");
	add_number(&json, "memlock", doctor->memlock, doctor->memlock != ~0ULL);
	text_add(&json, ",");
	add_number(&json, "nofile", doctor->nofile, doctor->nofile != ~0ULL);
	text_add(&json, ",");
	for (int i = 0; doctor_settings[i].name; i++) {
		add_number(&json, doctor_settings[i].name, doctor->settings[i],
			   doctor->settings[i] != LLONG_MIN);
		text_add(&json, ",");
	}
	text_add(&json, "\"lockdown\":");
	if (doctor->lockdown[0])
		add_string(&json, doctor->lockdown);
	else
		text_add(&json, "null");
	text_add(&json, "}");
	return json;
}

void doctor_tell_json(const struct doctor *doctor, int helpers)
{
	struct record record = { 0 };

	record_both(&record, "kernel", NULL, kernel_json(doctor));
	record_both(&record, "privilege", NULL, privilege_json(doctor));
	record_both(&record, "programs", NULL, types_json(&doctor->progs));
	record_both(&record, "maps", NULL, types_json(&doctor->maps));
	record_both(&record, "attach", NULL, ways_json(doctor));
	if (helpers)
		record_both(&record, "helpers", NULL, helpers_json(doctor));
	record_both(&record, "mounts", NULL, mounts_json(doctor));
	record_both(&record, "limits", NULL, limits_json(doctor));
	record_print(&record, 1);
}
