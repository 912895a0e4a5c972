/* SPDX-License-Identifier: MIT */
/*
 * Be the first process of a test machine. Mount the file systems, and load the modules in
 * /modules, in the order of their names. Run the commands behind `--` on the kernel's command line,
 * unless a module cannot be loaded. Print how the last one ended, and reboot.
 *
 *	/bin/a x & /bin/b y
 *
 * runs `/bin/a x` in the background and `/bin/b y` in the foreground. When that ends, init kills
 * all others. The first line printed is `init: Linux RELEASE MACHINE`, the last one `init: exit
 * STATUS` or `init: signal NUMBER`.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define KLOG_CONSOLE_LEVEL 8	/* syslog(2) has no name for it */
#define KLOG_ALERT 2		/* show alerts and emergencies only: an oops, a panic */
#define MODULES "/modules"

static const struct {
	const char *type;
	const char *target;
} mounts[] = {
	{ "devtmpfs", "/dev" },
	{ "proc", "/proc" },
	{ "sysfs", "/sys" },
	{ "tracefs", "/sys/kernel/tracing" },
	{ "bpf", "/sys/fs/bpf" },
	{ "cgroup2", "/sys/fs/cgroup" },
	{ "tmpfs", "/tmp" },
};

extern char **environ;
static char *environment[] = { "PATH=/bin:/sbin", "HOME=/tmp", "LANG=C", "TERM=dumb", NULL };

static void complain(const char *what)
{
	printf("init: %s: %s\n", what, strerror(errno));
}

static void mount_all(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		mkdir(mounts[i].target, 0755);	/* sysfs has the mount points already */
		if (mount(mounts[i].type, mounts[i].target, mounts[i].type, 0, NULL))
			complain(mounts[i].target);
	}
}

/*
 * Open the console. Standard input is empty. The other streams are the console, which leaves every
 * byte as it is.
 */
static void open_console(void)
{
	int input = open("/dev/null", O_RDONLY);
	int console = open("/dev/console", O_RDWR | O_NOCTTY);
	struct termios mode;

	if (!tcgetattr(console, &mode)) {
		mode.c_oflag &= ~OPOST;
		tcsetattr(console, TCSANOW, &mode);
	}
	dup2(console, STDOUT_FILENO);
	dup2(console, STDERR_FILENO);
	dup2(input, STDIN_FILENO);
	if (console > STDERR_FILENO)
		close(console);
	if (input > STDERR_FILENO)
		close(input);
}

static bool load_module(const char *name)
{
	char path[512];
	int file;
	bool loaded;

	snprintf(path, sizeof(path), MODULES "/%s", name);
	file = open(path, O_RDONLY | O_CLOEXEC);
	loaded = file >= 0 && !syscall(SYS_finit_module, file, "", 0);
	if (!loaded)
		complain(path);
	close(file);
	return loaded;
}

static int is_module(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

static bool load_modules(void)
{
	struct dirent **modules;
	int count = scandir(MODULES, &modules, is_module, alphasort);

	if (count < 0)
		return errno == ENOENT;
	for (int i = 0; i < count; i++)
		if (!load_module(modules[i]->d_name))
			return false;
	return true;
}

static pid_t start(char *const *command)
{
	pid_t child = fork();

	if (child)
		return child;
	execvp(command[0], command);
	complain(command[0]);
	_exit(127);
}

/* Start all commands, and return the last one. */
static pid_t start_all(char **words)
{
	char **command = words;
	pid_t last = 0;

	for (char **word = words; *word; word++) {
		if (strcmp(*word, "&"))
			continue;
		*word = NULL;
		if (*command)
			start(command);
		command = word + 1;
	}
	if (*command)
		last = start(command);
	else
		printf("init: no command\n");
	return last;
}

/* Wait for the child, and reap all other processes that end meanwhile. */
static int wait_for(pid_t child)
{
	int status;
	pid_t ended;

	do
		ended = wait(&status);
	while (ended != child && (ended > 0 || errno == EINTR));
	return status;
}

static void kill_all(void)
{
	kill(-1, SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

int main(int argc, char **argv)
{
	struct utsname system;
	int status = 127 << 8;
	pid_t last;

	(void)argc;
	mount_all();
	open_console();
	setvbuf(stdout, NULL, _IOLBF, 0);
	klogctl(KLOG_CONSOLE_LEVEL, NULL, KLOG_ALERT);
	uname(&system);
	printf("init: %s %s %s\n", system.sysname, system.release, system.machine);

	environ = environment;
	last = load_modules() ? start_all(argv + 1) : 0;
	if (last > 0)
		status = wait_for(last);
	kill_all();

	/* The command's last line may lack its newline. */
	if (WIFSIGNALED(status))
		printf("\ninit: signal %d\n", WTERMSIG(status));
	else
		printf("\ninit: exit %d\n", WEXITSTATUS(status));
	sync();
	tcdrain(STDOUT_FILENO);
	reboot(RB_AUTOBOOT);
	complain("reboot");
	for (;;)
		pause();
}
