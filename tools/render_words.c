#include "render_words.h"

#include "commands.h"
#include "messages.h"
#include "options.h"

#include <string.h>

static void make_sound(render_options *o, render_words *words)
{
    const struct poptOption rows[] = {
        RENDER_OPTIONS_RIG(words),
        { "mono", 0, POPT_ARG_NONE, &words->mono, 0, "Mix the channels of IN to one", NULL },
        { "stereo", 0, POPT_ARG_NONE, &words->stereo, 0, "Two channels in OUT, also for a mono recording", NULL },
        { "raw", 0, POPT_ARG_NONE, &words->raw, 0, "The network alone: no rig around it, float samples", NULL },
        POPT_TABLEEND
    };
    _Static_assert(sizeof rows == sizeof o->sound, "room for all");
    memcpy(o->sound, rows, sizeof rows);
}

static void make_result(render_options *o, render_words *words)
{
    const struct poptOption rows[] = { { "bits", 0, POPT_ARG_STRING, &words->bits, OPTION_TEXT,
                                         "Samples in OUT: 16, 24 or 32f (float)", "BITS" },
                                       { "tail", 0, POPT_ARG_STRING, &words->tail, OPTION_TEXT,
                                         "Make OUT so much longer than IN, 0 to 600 s", "SECONDS" },
                                       POPT_TABLEEND };
    _Static_assert(sizeof rows == sizeof o->result, "room for all");
    memcpy(o->result, rows, sizeof rows);
}

static void make_files(render_options *o, render_words *words)
{
    const struct poptOption rows[] = { { "force", 'f', POPT_ARG_NONE, &words->force, 0,
                                         "Replace OUT if it exists; render anew what is finished", NULL },
                                       { "save-rig", 0, POPT_ARG_STRING, &words->save_rig, OPTION_TEXT,
                                         "Write a rig file; IN and OUT may be left out then", "FILE" },
                                       { "verbose", 'v', POPT_ARG_NONE, &words->verbose, 0,
                                         "Say how fast it was, also where there is no terminal", NULL },
                                       POPT_TABLEEND };
    _Static_assert(sizeof rows == sizeof o->files, "room for all");
    memcpy(o->files, rows, sizeof rows);
}

static void make_many(render_options *o, render_words *words)
{
    const struct poptOption rows[] = {
        { "output", 'o', POPT_ARG_STRING, &words->folder, OPTION_TEXT,
          "Folder for the results, of any number of recordings", "DIR" },
        { "manifest", 0, POPT_ARG_STRING, &words->manifest, OPTION_TEXT,
          "Render the rows of a table: input, rig or model, cabinets, output, options", "CSV" },
        { "jobs", 'j', POPT_ARG_STRING, &words->jobs, OPTION_TEXT,
          "Rows or recordings at a time (default: as many as cores)", "N" },
        { "shard", 0, POPT_ARG_STRING, &words->shard, OPTION_TEXT, "Only the i-th of n parts of the manifest",
          "i/n" },
        POPT_TABLEEND
    };
    _Static_assert(sizeof rows == sizeof o->many, "room for all");
    memcpy(o->many, rows, sizeof rows);
}

static void make_more(render_options *o, render_words *words)
{
    const struct poptOption rows[] = { MODEL_OPTION_DESCRIBE(&words->load),
                                       MODEL_OPTION_PREWARM(&words->load),
                                       { "block", 0, POPT_ARG_STRING, &words->block, OPTION_TEXT,
                                         "Frames at a time, 1 to 8192 (default 1024)", "N" },
                                       { "cpu", 0, POPT_ARG_STRING, &words->cpu, OPTION_TEXT,
                                         "Instruction set: auto, scalar, sse2, avx2, avx512 or neon", "LEVEL" },
                                       POPT_TABLEEND };
    _Static_assert(sizeof rows == sizeof o->more, "room for all");
    memcpy(o->more, rows, sizeof rows);
}

static void make_run(render_options *o, render_words *words)
{
    const struct poptOption rows[] = { { "threads", 0, POPT_ARG_STRING, &words->threads, OPTION_TEXT,
                                         "Cores to use (default: all that there are)", "N" },
                                       OPTIONS_END };
    _Static_assert(sizeof rows == sizeof o->run, "room for all");
    memcpy(o->run, rows, sizeof rows);
}

static struct poptOption group(struct poptOption *table, const char *heading)
{
    return (struct poptOption){ NULL, 0, POPT_ARG_INCLUDE_TABLE, table, 0, heading, NULL };
}

/* What plays and what comes out, in groups; behind the last of them. */
static struct poptOption *make_job(render_options *o, render_words *words)
{
    struct poptOption *row = o->all;
    make_sound(o, words);
    make_result(o, words);
    make_more(o, words);
    rig_options_make(&words->rig);
    *row++ = group(o->sound, "What plays:");
    *row++ = group(o->result, "What comes out:");
    for (size_t i = 0; i < RIG_OPTION_GROUPS; i++)
        *row++ = rig_options_row(&words->rig, i);
    *row++ = group(o->more, "How it is computed:");
    return row;
}

void render_options_make(render_options *o, render_words *words)
{
    struct poptOption *row = make_job(o, words);
    make_files(o, words);
    make_many(o, words);
    make_run(o, words);
    *row++ = group(o->many, "Many recordings:");
    *row++ = group(o->files, "Files:");
    *row++ = group(o->run, "Other options:");
    *row++ = (struct poptOption)POPT_TABLEEND;
}

void render_options_make_row(render_options *o, render_words *words)
{
    *make_job(o, words) = (struct poptOption)POPT_TABLEEND;
}

/* ---- rows of a manifest ---- */

static bool inherit_word(char **word, const char *other)
{
    if (!*word && other)
        *word = strdup(other);
    return *word || !other;
}

static bool inherit_list(char ***list, char *const *others)
{
    for (size_t i = 0; others && others[i]; i++)
        if (poptSaveString((const char ***)list, POPT_ARG_ARGV, others[i]))
            return false;
    return true;
}

int render_words_inherit(render_words *row, const render_words *others)
{
    bool room = row->models || inherit_list(&row->models, others->models);
    room = room && (row->cabinets || inherit_list(&row->cabinets, others->cabinets));
    room = room && (row->params || inherit_list(&row->params, others->params));
    room = room && inherit_word(&row->rig_file, others->rig_file) && inherit_word(&row->tail, others->tail) &&
           inherit_word(&row->bits, others->bits) && inherit_word(&row->block, others->block) &&
           inherit_word(&row->cpu, others->cpu) && inherit_word(&row->load.description, others->load.description) &&
           inherit_word(&row->load.prewarm, others->load.prewarm);
    for (size_t i = 0; i < BL_RIG_PARAM_COUNT; i++)
        room = room && inherit_word(&row->rig.words[i], others->rig.words[i]);
    row->mono |= others->mono;
    row->stereo |= others->stereo;
    row->no_cab |= others->no_cab;
    row->raw |= others->raw;
    row->force |= others->force;
    return room ? DONE : fail("There is not enough memory.");
}
