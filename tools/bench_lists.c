#include "bench_lists.h"

#include "commands.h"
#include "messages.h"
#include "options.h"

#include <string.h>

/* The longest word that can be a part of a list; others are cut, and then are no such part either. */
typedef struct list_word {
    char s[32];
} list_word;

/* The word before the next comma; *rest becomes NULL behind the last one. */
static list_word next_word(const char **rest)
{
    size_t length = strcspn(*rest, ",");
    list_word word = { "" };
    memcpy(word.s, *rest, length < sizeof word.s ? length : sizeof word.s - 1);
    *rest = (*rest)[length] ? *rest + length + 1 : NULL;
    return word;
}

static int all_among_others(const char *option)
{
    return fail_usage("%s takes either all or a list of values.", option);
}

static int add_block(const char *word, bench_lists *lists)
{
    long block = 0;
    if (!strcmp(word, "all"))
        return all_among_others("--block");
    if (!option_whole("--block", word, 1, BENCH_LARGEST_BLOCK, &block))
        return WRONG_USAGE;
    for (size_t i = 0; i < lists->block_count; i++)
        if (lists->blocks[i] == (size_t)block)
            return fail_usage("--block names %ld twice.", block);
    if (lists->block_count == BENCH_MOST_BLOCKS)
        return fail_usage("--block takes at most %d sizes.", BENCH_MOST_BLOCKS);
    lists->blocks[lists->block_count++] = (size_t)block;
    return DONE;
}

int bench_read_blocks(const char *word, bench_lists *lists)
{
    lists->block_count = 0;
    if (!strcmp(word, "all")) {
        for (size_t block = 1; block <= BENCH_LARGEST_BLOCK; block *= 2)
            lists->blocks[lists->block_count++] = block;
        return DONE;
    }
    int code = DONE;
    while (word && !code)
        code = add_block(next_word(&word).s, lists);
    return code;
}

static int add_cpu(const char *word, bench_lists *lists)
{
    bl_cpu cpu = BL_CPU_AUTO;
    bl_error error = { 0 };
    if (!strcmp(word, "all"))
        return all_among_others("--cpu");
    if (!option_cpu("--cpu", word, &cpu))
        return WRONG_USAGE;
    if (bl_cpu_resolve(cpu, &cpu, &error))
        return fail_engine(&error);
    for (size_t i = 0; i < lists->cpu_count; i++)
        if (lists->cpus[i] == cpu)
            return fail_usage("--cpu names %s twice.", bl_cpu_name(cpu));
    lists->cpus[lists->cpu_count++] = cpu;
    return DONE;
}

int bench_read_cpus(const char *word, bench_lists *lists)
{
    lists->cpu_count = 0;
    if (!strcmp(word, "all")) {
        for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++)
            if (bl_cpu_available(cpu))
                lists->cpus[lists->cpu_count++] = cpu;
        return DONE;
    }
    int code = DONE;
    while (word && !code)
        code = add_cpu(next_word(&word).s, lists);
    return code;
}
