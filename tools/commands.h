/* The commands of the program. Each has a file of its own; main.c holds the table.
 *
 * A command takes its arguments with argv[0] = "backline NAME" and returns the program's exit code. */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

enum { DONE = 0, FAILED = 1, WRONG_USAGE = 2 };

int run_render(int argc, const char **argv);
int run_stream(int argc, const char **argv);
int run_live(int argc, const char **argv);
int run_devices(int argc, const char **argv);
int run_info(int argc, const char **argv);
int run_bench(int argc, const char **argv);
int run_convert(int argc, const char **argv);
int run_compare(int argc, const char **argv);
int run_plot(int argc, const char **argv);
int run_plot_wav(int argc, const char **argv);

#endif
