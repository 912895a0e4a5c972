/* SPDX-License-Identifier: MIT */
/*
 * rawbpf step on a terminal. A small terminal reads what the command writes: the test compares whole
 * screens, and looks whether each way out leaves the terminal as it was.
 */
#include "../command.h"
#include "stepped.h"

#include <sys/ioctl.h>
#include <termios.h>

enum { MOST_ROWS = 60, MOST_COLUMNS = 200 };

/* A terminal with a command on it. */
struct terminal {
	int master, slave;              /* the slave stays open: its state is looked at in the end */
	pid_t pid;
	unsigned rows, columns, row, column;
	char screen[MOST_ROWS][MOST_COLUMNS + 1];
	char escape[32];                /* an escape sequence so far */
	size_t length;
	unsigned frames;                /* screens that were drawn to their end: ESC [ J */
	int is_drawing;                 /* ESC [ H began a screen that has not come to its end */
	int is_other, is_hidden;        /* the other screen; no cursor */
	struct termios before;
};

static struct terminal terminal;

static void clear(unsigned row, unsigned column, unsigned to_row)
{
	for (; row < to_row; row++, column = 0)
		memset(terminal.screen[row] + column, ' ', terminal.columns - column);
}

/* Obey an escape sequence. An unknown one fails the test. */
static void obey(const char *escape)
{
	if (strcmp(escape, "[H") == 0) {
		terminal.row = terminal.column = 0;
		terminal.is_drawing = 1;
	} else if (strcmp(escape, "[K") == 0) {
		clear(terminal.row, terminal.column, terminal.row + 1);
	} else if (strcmp(escape, "[J") == 0) {
		clear(terminal.row, terminal.column, terminal.rows);
		terminal.frames++;
		terminal.is_drawing = 0;
	} else if (strcmp(escape, "[2J") == 0) {
		clear(0, 0, terminal.rows);
	} else if (strcmp(escape, "[?1049h") == 0 || strcmp(escape, "[?1049l") == 0) {
		terminal.is_other = escape[6] == 'h';
	} else if (strcmp(escape, "[?25l") == 0 || strcmp(escape, "[?25h") == 0) {
		terminal.is_hidden = escape[4] == 'l';
	} else {
		ck_assert_msg(strcmp(escape, "[0m") == 0 || strcmp(escape, "[1m") == 0 ||
			      strcmp(escape, "[7m") == 0, "ESC %s", escape);
	}
}

/* Take a byte. Writing into the last column, and scrolling, would be faults. */
static void take(char byte)
{
	if (terminal.length) {
		ck_assert_uint_lt(terminal.length, sizeof terminal.escape - 1);
		terminal.escape[terminal.length++ - 1] = byte;
		terminal.escape[terminal.length - 1] = '\0';
		if (byte != '[' && byte != '?' && (byte < '0' || byte > '9')) {
			obey(terminal.escape);
			terminal.length = 0;
		}
	} else if (byte == '\033') {
		terminal.length = 1;
	} else if (byte == '\r') {
		terminal.column = 0;
	} else if (byte == '\n') {
		if (terminal.is_other)
			ck_assert_uint_lt(++terminal.row, terminal.rows);
	} else {
		ck_assert_int_ge((unsigned char)byte, ' ');
		ck_assert_uint_lt(terminal.column + 1, terminal.columns);
		terminal.screen[terminal.row][terminal.column++] = byte;
	}
}

static void resize(unsigned rows, unsigned columns)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };

	terminal.rows = rows;
	terminal.columns = columns;
	memset(terminal.screen, 0, sizeof terminal.screen);
	clear(0, 0, rows);
	ck_assert_int_eq(ioctl(terminal.master, TIOCSWINSZ, &size), 0);
}

/* Start the command on a new terminal. */
static void start(unsigned rows, unsigned columns, const char *path)
{
	memset(&terminal, 0, sizeof terminal);
	terminal.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(terminal.master, 0);
	ck_assert_int_eq(grantpt(terminal.master) || unlockpt(terminal.master), 0);
	resize(rows, columns);
	terminal.slave = open(ptsname(terminal.master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(terminal.slave, 0);
	ck_assert_int_eq(tcgetattr(terminal.slave, &terminal.before), 0);
	terminal.pid = fork();
	ck_assert_int_ge(terminal.pid, 0);
	if (terminal.pid)
		return;
	setsid();
	ioctl(terminal.slave, TIOCSCTTY, 0);
	for (int fd = 0; fd < 3; fd++)
		dup2(terminal.slave, fd);
	setenv("TERM", "xterm", 1);
	execl(command_path, "rawbpf", "step", path, NULL);
	_exit(127);
}

/* Read some more. Returns 0 if nothing comes within the time. */
static int more(int patience_ms)
{
	struct pollfd ready = { .fd = terminal.master, .events = POLLIN };
	char bytes[4096];
	ssize_t got;

	if (poll(&ready, 1, patience_ms) != 1)
		return 0;
	got = read(terminal.master, bytes, sizeof bytes);
	for (ssize_t i = 0; i < got; i++)
		take(bytes[i]);
	return got > 0;
}

static int shows(const char *text)
{
	for (unsigned i = 0; i < terminal.rows; i++)
		if (strstr(terminal.screen[i], text))
			return 1;
	return 0;
}

/* Read until a whole screen has this text. */
static void wait_for(const char *text)
{
	unsigned frames = terminal.frames;

	while (terminal.frames == frames || terminal.is_drawing || !shows(text))
		ck_assert_msg(more(PATIENCE_MS), "no screen shows '%s'", text);
}

static void press(const char *keys)
{
	ck_assert_int_eq(write(terminal.master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

/* Compare the screen with rows, whose blanks at the end do not count. */
static void screen_is(const char *const *rows)
{
	for (unsigned i = 0; i < terminal.rows; i++) {
		char *end = terminal.screen[i] + terminal.columns;

		while (end > terminal.screen[i] && end[-1] == ' ')
			*--end = '\0';
		ck_assert_str_eq(terminal.screen[i], rows[i]);
	}
}

/* The command ends like this, and the terminal is as before. */
static void ends(int status)
{
	struct termios after;
	int got;

	while (waitpid(terminal.pid, &got, WNOHANG) == 0)
		more(10);
	while (more(0))
		;
	ck_assert_int_eq(WIFEXITED(got) ? WEXITSTATUS(got) : -WTERMSIG(got), status);
	ck_assert_int_eq(terminal.is_other, 0);
	ck_assert_int_eq(terminal.is_hidden, 0);
	ck_assert_int_eq(tcgetattr(terminal.slave, &after), 0);
	ck_assert_uint_eq(after.c_lflag, terminal.before.c_lflag);
	ck_assert_uint_eq(after.c_iflag, terminal.before.c_iflag);
	ck_assert_uint_eq(after.c_cc[VSUSP], terminal.before.c_cc[VSUSP]);
	close(terminal.slave);
	close(terminal.master);
}

/* The lesson of maps: count packets by their length. */
static const char lesson[] =
	".map counts hash 4 8 64\n"
	"\n"
	"	r2 = *(u32 *)(r1 + 0)       # len\n"
	"	*(u32 *)(r10 - 4) = r2\n"
	"	*(u64 *)(r10 - 16) = 1\n"
	"	r1 = map counts\n"
	"	r2 = r10\n"
	"	r2 += -4                    # the key\n"
	"	r3 = r10\n"
	"	r3 += -16\n"
	"	r4 = 0\n"
	"	call map_update_elem\n"
	"	r0 = *(u64 *)(r10 + 0)\n"
	"	exit\n";

static void lesson_write(void)
{
	FILE *to = fopen("lesson.s", "we");

	ck_assert_ptr_nonnull(to);
	fputs(lesson, to);
	fclose(to);
}

START_TEST(test_screens)
{
	lesson_write();
	start(25, 80, "lesson.s");
	wait_for("step 0");
	press("s");
	wait_for("step 1");
	press(" ");
	wait_for("step 2");
	screen_is((const char *const[]){
		"rawbpf step lesson.s: step 2",
		"    1  .map counts hash 4 8 64          r0   0",
		"    2                                   r1   __sk_buff+0",
		"    3  r2 = *(u32 *)(r1 + 0)       # le r2   50",
		"    4  *(u32 *)(r10 - 4) = r2           r3   0",
		">   5  *(u64 *)(r10 - 16) = 1           r4   0",
		"    6  r1 = map counts                  r5   0",
		"    7  r2 = r10                         r6   0",
		"    8  r2 += -4                    # th r7   0",
		"    9  r3 = r10                         r8   0",
		"   10  r3 += -16                        r9   0",
		"   11  r4 = 0                           r10  r10+0",
		"   12  call map_update_elem            *r10-8     00 00 00 00 32 00 00 00",
		"   13  r0 = *(u64 *)(r10 + 0)           r10-16    00 00 00 00 00 00 00 00",
		"   14  exit                             packet+0  00 00 00 00 00 00 00 00",
		"   15                                   packet+8  00 00 00 00 00 00 00 00",
		"                                        packet+16 00 00 00 00 00 00 00 00",
		"", "", "", "", "", "",
		"next: *(u64 *)(r10 - 0x10) = 0x1",
		"s step b back n over c end l line u until w write g go q quit" });
	press("c");
	wait_for("trap: ");
	screen_is((const char *const[]){
		"rawbpf step lesson.s: step 10",
		"    1  .map counts hash 4 8 64          r0   0",
		"    2                                   r1   map counts",
		"    3  r2 = *(u32 *)(r1 + 0)       # le r2   r10-4",
		"    4  *(u32 *)(r10 - 4) = r2           r3   r10-16",
		"    5  *(u64 *)(r10 - 16) = 1           r4   0",
		"    6  r1 = map counts                  r5   0",
		"    7  r2 = r10                         r6   0",
		"    8  r2 += -4                    # th r7   0",
		"    9  r3 = r10                         r8   0",
		"   10  r3 += -16                        r9   0",
		"   11  r4 = 0                           r10  r10+0",
		"   12  call map_update_elem             r10-8     00 00 00 00 32 00 00 00",
		">  13  r0 = *(u64 *)(r10 + 0)           r10-16    01 00 00 00 00 00 00 00",
		"   14  exit                             packet+0  00 00 00 00 00 00 00 00",
		"   15                                   packet+8  00 00 00 00 00 00 00 00",
		"                                        packet+16 00 00 00 00 00 00 00 00",
		"                                       *counts[50] = 1",
		"", "", "", "", "",
		"trap: instruction 11 reads 8 bytes at r10+0; the stack has 512 bytes",
		"s step b back n over c end l line u until w write g go q quit" });
	press("q");
	ends(0);
}
END_TEST

/* Back by keys, and to the write of a byte; arguments are typed, and can be taken back. */
START_TEST(test_keys)
{
	lesson_write();
	start(25, 80, "lesson.s");
	wait_for("step 0");
	press("c");
	wait_for("step 10");
	press("\033[A");
	wait_for("step 9");
	press("b");
	wait_for("step 8");
	press("\033[B");
	wait_for("step 9");
	press("wr10-5");
	wait_for("back to the write of, such as r10-4: r10-5_");
	press("\1774\r");
	wait_for("step 1");
	ck_assert_ptr_nonnull(strstr(terminal.screen[4], ">   4  *(u32 *)(r10 - 4) = r2"));
	press("g");
	wait_for("go to step: _");
	press("\033");
	wait_for("s step b back");
	press("u r4 == 5\r");
	wait_for("step 10");
	press("g3\r");
	wait_for("step 3");
	press("l99\r");
	wait_for("the text has lines 1 to 15");
	press("x");
	wait_for("no command 'x'");
	press("s");
	wait_for("step 4");
	press("q");
	ends(0);
}
END_TEST

/* The screen follows the terminal's size. A small one says so; none is left with rest. */
START_TEST(test_sizes)
{
	lesson_write();
	start(8, 40, "lesson.s");
	wait_for("step 0");
	screen_is((const char *const[]){
		"rawbpf step lesson.s: step 0",
		"    1  .map counts  r0   0",
		"    2               r1   __sk_buff+0",
		">   3  r2 = *(u32 * r2   0",
		"    4  *(u32 *)(r10 r3   0",
		"    5  *(u64 *)(r10 r4   0",
		"next: w2 = *(u32 *)(r1 + 0x0)",
		"s step b back n over c end l line u unt" });
	resize(7, 30);
	wait_for("30x7 is too small");
	resize(1, 12);
	wait_for("12x1 is too");
	resize(50, 160);
	wait_for("packet+48");
	ck_assert_ptr_nonnull(strstr(terminal.screen[3], "r2 = *(u32 *)(r1 + 0)       # len"));
	press("q");
	ends(0);
}
END_TEST

/* Each signal restores the terminal. Ctrl-C is a usual end. */
START_TEST(test_signals)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

	lesson_write();
	start(25, 80, "lesson.s");
	wait_for("step 0");
	ck_assert_int_eq(terminal.is_other && terminal.is_hidden, 1);
	if (_i < (int)RAWBPF_COUNT(signals))
		kill(terminal.pid, signals[_i]);
	else
		press("\003");
	ends(_i == 0 || _i == (int)RAWBPF_COUNT(signals) ? 0 : -signals[_i]);
}
END_TEST

/* A command has a bound, and a signal need not wait for it. */
START_TEST(test_stop)
{
	FILE *to = fopen("loop.s", "we");

	ck_assert_ptr_nonnull(to);
	fputs("again:	r0 = 1\n	goto again\n", to);
	fclose(to);
	start(25, 80, "loop.s");
	wait_for("step 0");
	press("c");
	wait_for("stopped after 1000000 instructions; the same command goes on");
	press("c");
	kill(terminal.pid, SIGTERM);
	ends(-SIGTERM);
}
END_TEST

static void add_tests(TCase *tests)
{
	live_watch_fds(tests);
	tcase_add_test(tests, test_screens);
	tcase_add_test(tests, test_keys);
	tcase_add_test(tests, test_sizes);
	tcase_add_loop_test(tests, test_signals, 0, 5);
	tcase_add_test(tests, test_stop);
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/rawbpf-step-XXXXXX";
	int failed;

	if (argc != 2)
		return EXIT_FAILURE;
	command_path = realpath(argv[1], NULL); /* it also runs elsewhere */
	if (!mkdtemp(folder) || chdir(folder) < 0)
		return EXIT_FAILURE;
	failed = unit_run("rawbpf_step_screen", add_tests);
	if (chdir("/") < 0)
		return EXIT_FAILURE;
	return failed || remove_folder(folder) ? EXIT_FAILURE : EXIT_SUCCESS;
}
