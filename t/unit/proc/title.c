#include "proc/title.h"
#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* The first bytes of a file under /proc. */
static const char *
read_file(const char *path)
{
	static char text[300];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

int
main(int argc, char **argv)
{
	char *long_argv[] = { NULL, (char[]){ "some more arguments" },
		(char[]){ "so that there is room" }, NULL };

	/* Run again with a long command line and a variable. */
	if (argc == 1) {
		setenv("T_TITLE", "kept", 1);
		long_argv[0] = argv[0];
		execv("/proc/self/exe", long_argv);
		return 1;
	}
	title_set("early");
	ok(1, "before there is an area");
	title_init(argc, argv);
	is_str(getenv("T_TITLE"), "kept", "the environment has moved");
	title_set("worker 3");
	is_str(read_file("/proc/self/cmdline"), "pierre-mcp-server: worker 3",
	    "what ps shows");
	is_str(read_file("/proc/self/comm"), "pierre-worker 3\n", "and top");
	is_str(getenv("T_TITLE"), "kept", "the environment is whole");
	title_set(
	    "a role whose name is much longer than all the room that there "
	    "could be on a command line, whatever the environment, since "
	    "nobody would read such a name anyway");
	ok(strncmp(read_file("/proc/self/cmdline"), "pierre-mcp-server: a role",
	       25) == 0,
	    "a long one is cut");
	is_str(getenv("T_TITLE"), "kept", "and harms nothing");
	title_free();
	title_free();
	ok(1, "freed");
	return tap_done();
}
