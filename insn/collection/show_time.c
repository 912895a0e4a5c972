/* SPDX-License-Identifier: MIT */
/* Times of day, dates, and spans of time. */
#include "shown.h"

enum { TIME_DAY = 86400 };

static const uint64_t time_second = 1000000000;

static void time_clock(struct rawbpf__cell *cell, unsigned second)
{
	rawbpf__cell_digits(cell, second / 3600, 2);
	rawbpf__cell_text(cell, ":");
	rawbpf__cell_digits(cell, second / 60 % 60, 2);
	rawbpf__cell_text(cell, ":");
	rawbpf__cell_digits(cell, second % 60, 2);
}

RAWBPF__PRIVATE void rawbpf__time_of_day(struct rawbpf__cell *cell, uint64_t ns, int zone_s)
{
	int second = (int)(ns / time_second % TIME_DAY) + zone_s % TIME_DAY;

	time_clock(cell, (unsigned)(second + TIME_DAY) % TIME_DAY);
}

/*
 * Append a date, "2026-11-30". `day` counts from 1970-01-01. Years begin in March here, so the day
 * that only some years have is their last.
 */
static void time_date(struct rawbpf__cell *cell, unsigned day)
{
	enum { CENTURIES = 146097, CENTURY = 36524, YEARS = 1461, YEAR = 365, FROM_MARCH_0 = 719468 };
	unsigned from = (day + FROM_MARCH_0) % CENTURIES;
	unsigned century = from / CENTURY - from / (CENTURIES - 1), in_century = from - century * CENTURY;
	unsigned year = (in_century - in_century / (YEARS - 1)) / YEAR;
	unsigned in_year = in_century - (year * YEAR + year / 4);
	unsigned month = (5 * in_year + 2) / 153; /* 153 days are five months, from March or August on */

	year += 400 * ((day + FROM_MARCH_0) / CENTURIES) + 100 * century + (month >= 10);
	rawbpf__cell_digits(cell, year, 4);
	rawbpf__cell_text(cell, "-");
	rawbpf__cell_digits(cell, month < 10 ? month + 3 : month - 9, 2);
	rawbpf__cell_text(cell, "-");
	rawbpf__cell_digits(cell, in_year - (153 * month + 2) / 5 + 1, 2);
}

RAWBPF__PRIVATE void rawbpf__time_utc(struct rawbpf__cell *cell, uint64_t ns)
{
	time_date(cell, (unsigned)(ns / time_second / TIME_DAY));
	rawbpf__cell_text(cell, "T");
	time_clock(cell, (unsigned)(ns / time_second % TIME_DAY));
	rawbpf__cell_text(cell, ".");
	rawbpf__cell_digits(cell, ns % time_second, 9);
	rawbpf__cell_text(cell, "Z");
}

RAWBPF__PRIVATE void rawbpf__time_span(struct rawbpf__cell *cell, uint64_t ns)
{
	static const struct {
		uint64_t end, unit; /* nanoseconds */
		char name[5], rest[5]; /* `rest`: of the next smaller unit */
	} units[] = {
		{ 1000, 1, " ns", "" }, { 1000000, 1000, " us", "" }, { 1000000000, 1000000, " ms", "" },
		{ 60000000000, 1000000000, " s", "" }, { 3600000000000, 60000000000, " min", " s" },
		{ 86400000000000, 3600000000000, " h", " min" }, { UINT64_MAX, 86400000000000, " d", " h" },
	};
	unsigned i = 0;

	while (i + 1 < sizeof(units) / sizeof(units[0]) && ns >= units[i].end)
		i++;
	rawbpf__cell_number(cell, ns / units[i].unit);
	if (units[i].unit > 1 && !units[i].rest[0]) {
		rawbpf__cell_text(cell, ".");
		rawbpf__cell_digits(cell, ns % units[i].unit / (units[i].unit / 1000), 3);
	}
	rawbpf__cell_text(cell, units[i].name);
	if (units[i].rest[0]) {
		rawbpf__cell_text(cell, " ");
		rawbpf__cell_number(cell, ns % units[i].unit / units[i - 1].unit);
		rawbpf__cell_text(cell, units[i].rest);
	}
}
