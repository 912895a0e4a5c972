/* SPDX-License-Identifier: MIT */
/* Print a hostile name as text and as JSON, harmless for a terminal. No privilege. */
#include "api.h"

int main(int argc, char **argv)
{
	check_arguments(argc, argv, 0, 0, "escape");

	/* A file name that clears the screen, breaks the line, and is not UTF-8 at its end. */
	static const char name[] = "\033[2Jpa\nper \"\303\244\" \377";
	char text[4 * sizeof name], json[6 * sizeof name];

	rawbpf_terminal_escape(text, sizeof text, name, sizeof name - 1);
	printf("opened %s\n", text);
	rawbpf_json_escape(json, sizeof json, name, sizeof name - 1);
	printf("{\"opened\":\"%s\"}\n", json);
	return done();
}
