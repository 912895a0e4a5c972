/* SPDX-License-Identifier: MIT */
/* rawbpf step on a terminal: keys, signals, and its state before, which each way out restores. */
#include "step.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* What signals tell. Signal handlers only write here. */
static volatile sig_atomic_t caught, resized;

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

static void on_signal(int number)
{
	if (number == SIGWINCH)
		resized = 1;
	else
		caught = number;
}

/* Take signals only in read_key(): so none is lost between a look and a wait. */
static void take_signals(sigset_t *waiting)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGWINCH);
	sigaction(SIGWINCH, &action, NULL);
	for (unsigned i = 0; i < RAWBPF_COUNT(signals); i++) {
		sigaddset(&blocked, signals[i]);
		sigaction(signals[i], &action, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, waiting);
	for (unsigned i = 0; i < RAWBPF_COUNT(signals); i++)
		sigdelset(waiting, signals[i]);
	sigdelset(waiting, SIGWINCH);
}

/* Ask while a long command runs. Ctrl-C stops it; other signals stay pending. */
static int is_stopped(void)
{
	static unsigned calls;
	sigset_t pending;

	if (++calls % 1024 || sigpending(&pending) != 0)
		return 0;
	for (unsigned i = 0; i < RAWBPF_COUNT(signals); i++)
		if (sigismember(&pending, signals[i]))
			return 1;
	return 0;
}

/* ------------------------------------------------------------------------------- keys */

enum { KEY_NONE = 256, KEY_END, KEY_FORWARD, KEY_BACK };

/* Wait for a byte. KEY_NONE: the size changed; KEY_END: a signal, or nobody is there. */
static int read_byte(const sigset_t *waiting, int patience_ms)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	struct timespec patience = { .tv_nsec = patience_ms * 1000000L };
	unsigned char byte;
	int ready = ppoll(&input, 1, patience_ms ? &patience : NULL, waiting);

	if (caught)
		return KEY_END;
	if (ready <= 0)
		return ready == 0 || errno == EINTR ? KEY_NONE : KEY_END;
	return read(STDIN_FILENO, &byte, 1) == 1 ? byte : KEY_END;
}

/* Read a key. Cursor keys are three bytes: ESC [ A. */
static int read_key(const sigset_t *waiting)
{
	enum { ESCAPE = 27, PATIENCE_MS = 50 };
	int key = read_byte(waiting, 0);

	if (key != ESCAPE)
		return key;
	key = read_byte(waiting, PATIENCE_MS);
	if (key != '[' && key != 'O')
		return key == KEY_NONE ? ESCAPE : key;
	key = read_byte(waiting, PATIENCE_MS);
	return key == 'B' || key == 'C' ? KEY_FORWARD : key == 'A' || key == 'D' ? KEY_BACK : KEY_NONE;
}

/* ------------------------------------------------------------------------------- the screen */

static void draw(struct stepper *stepper, const char *prompt)
{
	struct winsize size = { 0 };

	resized = 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_row || !size.ws_col)
		size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
	step_draw(stepper, size.ws_row, size.ws_col, prompt);
}

/* Let the user type the argument of a command. Returns 0 if it is cancelled. */
static int read_argument(struct stepper *stepper, const sigset_t *waiting, char letter, const char *what,
			 char *command, size_t size)
{
	enum { ESCAPE = 27, DELETE = 127, BACKSPACE = 8 };
	size_t begin, length;
	char prompt[STEP_LINE];

	snprintf(command, size, "%c ", letter);
	begin = length = strlen(command);
	stepper->message[0] = '\0';
	for (;;) {
		int key;

		snprintf(prompt, sizeof prompt, "%s: %s_", what, command + begin);
		draw(stepper, prompt);
		key = read_key(waiting);
		if (key == KEY_END || key == ESCAPE)
			return 0;
		if (key == '\r' || key == '\n')
			return length > begin;
		if ((key == DELETE || key == BACKSPACE) && length > begin)
			command[--length] = '\0';
		else if (key >= ' ' && key < DELETE && length < size - 1) {
			command[length++] = (char)key;
			command[length] = '\0';
		}
	}
}

/* Do what a key says. Returns STEP_QUIT at the end. */
static int do_key(struct stepper *stepper, const sigset_t *waiting, int key)
{
	static const struct {
		char letter;
		const char *what;
	} asks[] = { { 'l', "forward to line" }, { 'u', "until, such as r0 == 5" },
		     { 'w', "back to the write of, such as r10-4" }, { 'g', "go to step" } };
	char command[STEP_LINE] = { 0 };

	if (key == KEY_FORWARD || key == ' ' || key == '\r' || key == '\n')
		key = 's';
	if (key == KEY_BACK)
		key = 'b';
	for (unsigned i = 0; i < RAWBPF_COUNT(asks); i++)
		if (asks[i].letter == key) {
			if (!read_argument(stepper, waiting, asks[i].letter, asks[i].what, command, sizeof command))
				return OK;
			return step_command(stepper, command);
		}
	if (key <= ' ' || key > '~')
		return OK;
	command[0] = (char)key;
	return step_command(stepper, command);
}

/* ------------------------------------------------------------------------------- in and out */

/* Take the terminal: no echo, a key at a time, another screen, no cursor. */
static int enter(struct termios *before)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, before) < 0)
		return tool_fail(&step_subcommand, "the terminal: %s", strerror(errno));
	raw = *before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
	raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL);
	raw.c_cc[VSUSP] = _POSIX_VDISABLE;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) < 0)
		return tool_fail(&step_subcommand, "the terminal: %s", strerror(errno));
	fputs("\033[?1049h\033[?25l\033[2J", stdout);
	return OK;
}

static void leave(const struct termios *before)
{
	fputs("\033[0m\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSADRAIN, before);
}

/* End as the signal would have ended the process. Ctrl-C is a usual end. */
static void end_by_signal(const sigset_t *waiting)
{
	if (!caught || caught == SIGINT)
		return;
	signal(caught, SIG_DFL);
	sigprocmask(SIG_SETMASK, waiting, NULL);
	raise(caught);
}

int step_screen(struct stepper *stepper)
{
	struct termios before;
	sigset_t waiting;
	int key = KEY_NONE;

	take_signals(&waiting);
	if (enter(&before) != OK)
		return FAILED;
	stepper->stops = is_stopped;
	do {
		draw(stepper, NULL);
		key = read_key(&waiting);
		if (caught == SIGINT && strcmp(stepper->message, "stopped") == 0) {
			caught = 0; /* it has stopped a command */
			key = KEY_NONE;
		}
	} while (key != KEY_END && do_key(stepper, &waiting, key) != STEP_QUIT);
	leave(&before);
	end_by_signal(&waiting);
	return tool_finish(&step_subcommand);
}
