/* backline COMMAND ...: finds the command and runs it. */
#include "commands.h"
#include "json_out.h"
#include "messages.h"
#include "nearest.h"
#include "stop.h"
#include "text.h"

#include <backline/cpu.h>
#include <backline/status.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

typedef struct command {
    const char *name, *title, *summary;
    int (*run)(int argc, const char **argv);
} command;

static const command commands[] = {
    { "render", "backline render", "Play a recording through a captured amplifier or pedal", run_render },
    { "stream", "backline stream", "Play what comes through a pipe, and hand it on", run_stream },
#ifdef BACKLINE_LIVE
    { "live", "backline live", "Play through an audio device", run_live },
    { "devices", "backline devices", "List the audio devices", run_devices },
#endif
    { "info", "backline info", "Say what a model file holds", run_info },
    { "bench", "backline bench", "Measure how fast a model runs on this machine", run_bench },
    { "convert", "backline convert", "Write a model in another file format", run_convert },
    { "compare", "backline compare", "Say how a recording differs from another", run_compare },
    { "plot", "backline plot", "Draw what a model does: levels, harmonics, response, aliasing", run_plot },
    { "plot-wav", "backline plot-wav", "Draw waveform and spectrogram of audio files", run_plot_wav },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(FILE *to)
{
    fprintf(to, "Usage: backline COMMAND [OPTION...] [FILE...]\n\n"
                "Plays guitar through neural captures of amplifiers and pedals.\n\nCommands:\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fprintf(to, "  %-10s %s\n", "help", "Explain a command: backline help COMMAND");
    fprintf(to, "\nOptions:\n"
                "  -h, --help     Show this help\n"
                "      --version  Show the version and the instruction sets of this machine\n\n"
                "Try: backline render guitar.wav amped.wav\n");
}

static void print_version(void)
{
    printf("backline %s\nInstruction sets on this machine:", bl_version());
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++)
        if (bl_cpu_available(cpu))
            printf(" %s", bl_cpu_name(cpu));
    printf("\n");
}

static const command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *words[COMMANDS + 1];
    for (size_t i = 0; i < COMMANDS; i++)
        words[i] = commands[i].name;
    words[COMMANDS] = "help";
    const char *near = nearest_word(name, words, COMMANDS + 1);
    if (near)
        return fail_usage("There is no command \"%s\"; did you mean \"%s\"?", name, near);
    return fail_usage("There is no command \"%s\".", name);
}

static int run_command(const command *c, int argc, const char **argv)
{
    message_command(c->title);
    argv[0] = c->title;
    return c->run(argc, argv);
}

static int help(int argc, const char **argv)
{
    if (argc < 2) {
        print_help(stdout);
        return DONE;
    }
    const command *c = find_command(argv[1]);
    if (!c)
        return unknown_command(argv[1]);
    const char *ask[] = { NULL, "--help", NULL };
    return run_command(c, 2, ask);
}

static int dispatch(int argc, const char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return WRONG_USAGE;
    }
    const char *word = argv[1];
    if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
        print_help(stdout);
        return DONE;
    }
    if (!strcmp(word, "--version")) {
        print_version();
        return DONE;
    }
    if (!strcmp(word, "help"))
        return help(argc - 1, argv + 1);
    if (word[0] == '-') {
        const char *options[] = { "--help", "--version" };
        const char *near = nearest_word(word, options, 2);
        return fail_usage("There is no option %s before a command%s%s.", word, near ? "; did you mean " : "",
                          near ? near : "");
    }
    const command *c = find_command(word);
    return c ? run_command(c, argc - 1, argv + 1) : unknown_command(word);
}

int main(int argc, char **argv)
{
#ifdef SIGXFSZ
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit becomes a failed write, which is cleaned up after */
#endif
    json_out_begin();
    int code = dispatch(argc, (const char **)argv);
    if (fflush(stdout) || ferror(stdout))
        code = fail("Writing to the standard output failed; what was printed there is incomplete.");
    stop_finish();
    return code;
}
