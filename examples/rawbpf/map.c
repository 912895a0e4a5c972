/* SPDX-License-Identifier: MIT */
/* rawbpf map: list maps, show their elements and change them. */
#include "elements.h"
#include "users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const columns[] = { "id", "type", "name", "key_size", "value_size", "max",
				       "flags", "memory", "progs", "pinned", NULL };
static const char *const optional[] = { "flags", "memory", "key_size", "value_size", NULL };

static int note_maps(void *context, int fd, unsigned id)
{
	static uint32_t maps[1024];
	struct rawbpf_prog_info info = { .map_ids = { maps, 1024, 0 } };

	if (rawbpf_prog_info(&info, fd) < 0)
		return OK;
	for (unsigned i = 0; i < info.map_ids.count && i < 1024; i++)
		users_add(context, RAWBPF_OBJ_PROG, id, maps[i]);
	return OK;
}

/* ------------------------------------------------------------------------------ records */

static const struct {
	unsigned bit;
	const char *name;
} flags[] = {
	{ 0, "no_prealloc" },  { 1, "no_common_lru" }, { 2, "numa_node" },     { 3, "rdonly" },
	{ 4, "wronly" },       { 5, "stack_build_id" }, { 6, "zero_seed" },    { 7, "rdonly_prog" },
	{ 8, "wronly_prog" },  { 9, "clone" },         { 10, "mmapable" },     { 11, "preserve_elems" },
	{ 12, "inner_map" },   { 13, "link" },         { 15, "vtype_btf_obj_fd" }, { 16, "token_fd" },
	{ 17, "segv_on_fault" }, { 18, "no_user_conv" }, { 19, "rb_overwrite" },
};

static void record_flags(struct record *record, unsigned value)
{
	char *text = NULL, *json = NULL;
	unsigned known = 0;

	for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		if (!(value >> flags[i].bit & 1))
			continue;
		known |= 1u << flags[i].bit;
		text_add(&text, "%s%s", text ? "," : "", flags[i].name);
	}
	if (value & ~known)
		text_add(&text, "%s0x%x", text ? "," : "", value & ~known);
	json = must_print("%u", value);
	record_both(record, "flags", text, json);
}

static void record_map(struct record *record, const struct rawbpf_map_info *info, int fd,
		       struct users *users)
{
	long long memory = object_fdinfo(fd, "memlock");

	record_number(record, "id", info->id);
	object_record_constant(record, "type", RAWBPF_MAP_TYPE, info->type);
	record_string(record, "name", info->name);
	record_number(record, "key_size", info->key_size);
	record_number(record, "value_size", info->value_size);
	record_number(record, "max", info->max_entries);
	record_flags(record, info->flags);
	if (memory >= 0)
		record_number(record, "memory", memory);
	users_record(users, record, "progs", RAWBPF_OBJ_PROG, info->id);
	object_record_pins(record, RAWBPF_OBJ_MAP, info->id);
}

static void record_details(struct record *record, const struct rawbpf_map_info *info, int fd)
{
	const struct {
		const char *name;
		uint64_t number;
	} numbers[] = {
		{ "btf", info->btf_id },
		{ "btf_key_type", info->btf_key_type_id },
		{ "btf_value_type", info->btf_value_type_id },
		{ "btf_vmlinux_value_type", info->btf_vmlinux_value_type_id },
		{ "ifindex", info->ifindex },
		{ "map_extra", info->map_extra },
	};
	long long frozen = object_fdinfo(fd, "frozen");

	if (frozen >= 0)
		record_both(record, "frozen", must_print(frozen ? "yes" : "no"),
			    must_print(frozen ? "true" : "false"));
	for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (numbers[i].number)
			record_number(record, numbers[i].name, numbers[i].number);
}

/* -------------------------------------------------------------------------------- verbs */

struct listing {
	struct table table;
	struct users users;
};

static int list_one(void *context, int fd, unsigned id)
{
	struct listing *listing = context;
	struct record record = { .count = 0 };
	struct rawbpf_map_info info = { .type = 0 };

	(void)id;
	if (rawbpf_map_info(&info, fd) < 0)
		return OK;
	record_map(&record, &info, fd, &listing->users);
	if (listing->table.json)
		record_details(&record, &info, fd);
	table_add(&listing->table, &record);
	return OK;
}

static int list(const struct arguments *arguments)
{
	struct listing listing = { .table = { .columns = columns, .optional = optional,
					      .json = arguments->json } };
	int status = object_each(&map_subcommand, RAWBPF_OBJ_PROG, note_maps, &listing.users);

	if (status != OK)
		return status;
	return object_list(&map_subcommand, RAWBPF_OBJ_MAP, list_one, &listing, &listing.table);
}

static int show(const struct arguments *arguments)
{
	struct rawbpf_map_info info = { .type = 0 };
	struct record record = { .count = 0 };
	struct users users = { .count = 0 };
	int err, fd = object_open(&map_subcommand, RAWBPF_OBJ_MAP, arguments->rest[0]);

	if (fd < 0)
		return FAILED;
	err = rawbpf_map_info(&info, fd);
	if (err < 0)
		return object_fail(&map_subcommand, "querying the map", RAWBPF_MAP_INFO, err);
	if (object_each(&map_subcommand, RAWBPF_OBJ_PROG, note_maps, &users) != OK)
		return FAILED;
	record_map(&record, &info, fd, &users);
	record_details(&record, &info, fd);
	record_print(&record, arguments->json);
	close(fd);
	return OK;
}

static int pin(const struct arguments *arguments)
{
	return object_pin(&map_subcommand, RAWBPF_OBJ_MAP, arguments);
}

static const struct verb verbs[] = {
	{ "list", 0, 0, "", list, "" },
	{ "show", 1, 1, " MAP", show, "" },
	{ "dump", 1, 1, " MAP", elements_dump, "" },
	{ "get", 1, 2, " MAP [KEY]", elements_get, "" },
	{ "set", 2, 3, " [-n|-e] MAP [KEY] VALUE", elements_set, "ne" },
	{ "delete", 2, 2, " MAP KEY", elements_delete, "" },
	{ "next", 1, 2, " MAP [KEY]", elements_next, "" },
	{ "pin", 2, 2, " MAP PATH", pin, "" },
	{ .name = NULL },
};

const struct subcommand map_subcommand = {
	.name = "map",
	.usage = "[-j] list | show MAP | dump MAP | get MAP KEY |\n"
		 "       set MAP KEY VALUE | ...",
	.help = "Show and pin maps, and change their elements.\n"
		"\n"
		"  list, show MAP        print all maps, one a line; print all about one\n"
		"  dump MAP              print all its elements\n"
		"  get MAP KEY           print a value\n"
		"  next MAP [KEY]        print the key after KEY, or the first\n"
		"  set MAP KEY VALUE     -n: only a new key; -e: only an existing key\n"
		"  delete MAP KEY        For queues and stacks, get and set take no KEY. For\n"
		"                        bloom filters, get MAP VALUE prints VALUE if it may be\n"
		"                        set.\n"
		"  pin MAP PATH          give it the name PATH in bpffs: it stays until rm PATH\n"
		"  -j: JSON, one object a line. -h: this help\n"
		"\n"
		"MAP is an id, a name, or a path in bpffs (with a '/').\n"
		"KEY and VALUE are one argument each, of pieces with spaces between:\n"
		"  10 0x10 -1            a number that fills the bytes which other pieces leave\n"
		"  u8:1 u16: u32: u64:   a number of this size\n"
		"  be16:80 be32: be64:   a number in network order\n"
		"  hex:0a00ff            bytes\n"
		"  \"eth0\"                a string; zeros follow if it is the last piece\n"
		"  10.0.0.1 fe80::1      addresses\n"
		"A value of a map of maps or programs is an id. Put -- before negative numbers.\n",
	.verbs = verbs,
	.letters = "nejh",
};
