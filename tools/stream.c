/* backline stream: plays what comes through a pipe. */
#include "commands.h"
#include "messages.h"
#include "options.h"
#include "stop.h"
#include "stream_pipe.h"
#include "stream_sound.h"
#include "stream_wav.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* All that one call of the command holds. */
typedef struct stream_call {
    stream_words words;
    bl_load_options load;
    bl_cpu cpu;
    double tail_seconds;
    size_t block; /* frames */
    bool wav;
    stream_form in, out;
    uint64_t left; /* bytes of sound that the header announces and that have not come; UINT64_MAX: until the end */
    stream_pipe pipe;
    stream_sound sound;
    stream_clipping clipping;
    unsigned char *in_bytes, *out_bytes; /* a block */
    float *samples;
} stream_call;

static const command_text help = {
    .arguments = "[OPTION...] < IN > OUT",
    .about =
        "Plays what comes through the standard input through a guitar rig, and writes the result to the standard\n"
        "output: the part between two others of a pipe. It sounds as with render, to the bit.",
    .notes =
        "Every block is written as soon as it was read and played. The output begins with the input's first "
        "frame:\n"
        "the latency of the rig, which -v tells, is taken out, and what it holds back follows at the end.\n\n"
        "Examples:\n"
        "  sox in.wav -t raw -e float -b 32 - | backline stream --rate 48000 --format f32 --out-format s16 |\n"
        "      aplay -f S16_LE -r 48000\n"
        "  arecord -f S16_LE -r 48000 | backline stream --container wav -m deluxe.nam -c 4x12.wav --block 64 | "
        "aplay\n"
        "  ffmpeg -v error -i in.mp3 -f wav - | backline stream --container wav --tail 2 | ffmpeg -i - out.flac",
    .min_files = 0,
    .max_files = 0,
};

static const double longest_tail = 600;

/* ---- the command line ---- */

static int read_sample(const char *option, const char *word, stream_sample *sample)
{
    if (!word || stream_sample_parse(word, sample))
        return DONE;
    return fail_usage("%s wants s16, s24, s32, f32 or f64, not \"%s\".", option, word);
}

static int read_raw_form(const stream_words *words, stream_form *form)
{
    long rate_hz = 0, channels = 1;
    if (!option_whole("--rate", words->rate, 1, 768000, &rate_hz) ||
        !option_whole("--channels", words->channels, 1, 256, &channels))
        return WRONG_USAGE;
    int code = read_sample("--format", words->format, &form->sample);
    if (!code && !words->rate)
        code = fail_usage("Bare samples do not say their rate: --rate is missing, or --container wav.");
    if (!code && !words->format)
        code = fail_usage("Bare samples do not say what they are: --format is missing, or --container wav.");
    form->rate_hz = (uint32_t)rate_hz;
    form->channels = (size_t)channels;
    return code;
}

static int read_form(stream_call *call)
{
    const stream_words *words = &call->words;
    const char *word = words->container ? words->container : "raw";
    const char *given = words->rate ? "rate" : words->channels ? "channels" : words->format ? "format" : NULL;
    call->wav = !strcmp(word, "wav");
    call->left = UINT64_MAX;
    if (!call->wav && strcmp(word, "raw"))
        return fail_usage("--container wants raw or wav, not \"%s\".", word);
    if (call->wav && given)
        return fail_usage("With --container wav the input's header tells the %s: leave --%s out.", given, given);
    return call->wav ? DONE : read_raw_form(words, &call->in);
}

static int check_raw(const stream_words *words)
{
    const char *option = stream_words_rig_option(words);
    if (words->sound.raw && option)
        return fail_usage("--raw is the network alone: it cannot go with --%s.", option);
    if (words->sound.raw && words->sound.models && words->sound.models[1])
        return fail_usage("--raw is one network alone: it cannot go with several models.");
    return DONE;
}

static int read_words(stream_call *call)
{
    const render_words *words = &call->words.sound;
    stream_sample unused;
    long block = 256; /* 5 ms at 48 kHz, little beside what the pipes themselves can hold */
    if (!option_whole("--block", words->block, 1, 8192, &block) ||
        !option_real("--tail", words->tail, 0, longest_tail, "s", &call->tail_seconds) ||
        !option_cpu("--cpu", words->cpu, &call->cpu))
        return WRONG_USAGE;
    call->block = call->sound.settings.block = (size_t)block;
    call->sound.rig.mono = words->mono;
    call->sound.rig.stereo = words->stereo;
    int code = read_form(call);
    if (!code)
        code = read_sample("--out-format", call->words.out_format, &unused);
    if (!code)
        code = check_raw(&call->words);
    return code ? code : model_options(&words->load, &call->load);
}

/* ---- before the first sample ---- */

static int make_room(stream_call *call)
{
    call->in_bytes = malloc(call->block * stream_form_frame(&call->in));
    call->out_bytes = malloc(call->block * stream_form_frame(&call->out));
    call->samples = malloc(call->block * call->in.channels * sizeof *call->samples);
    if (!call->in_bytes || !call->out_bytes || !call->samples)
        return fail("There is not enough memory.");
    return DONE;
}

static void tell(const stream_call *call)
{
    const double ms = 1000.0 / call->in.rate_hz;
    const size_t latency = call->sound.latency;
    fprintf(stderr,
            "%u Hz, %s with %zu channel%s in, %s with %zu out; blocks of %zu frames (%.1f ms), and %zu frame%s "
            "(%.1f ms) of latency.\n",
            call->in.rate_hz, stream_sample_name(call->in.sample), call->in.channels,
            call->in.channels == 1 ? "" : "s", stream_sample_name(call->out.sample), call->out.channels,
            call->block, (double)call->block * ms, latency, latency == 1 ? "" : "s", (double)latency * ms);
}

static int open_call(stream_call *call)
{
    int code = call->wav ? stream_wav_read(&call->pipe, &call->in, &call->left) : DONE;
    if (!code)
        code = stream_sound_open(&call->sound, &call->words, call->load, call->cpu, call->in.rate_hz,
                                 call->in.channels);
    if (code)
        return code;
    call->out = (stream_form){ call->in.sample, call->sound.out_channels, call->in.rate_hz };
    read_sample("--out-format", call->words.out_format, &call->out.sample);
    code = make_room(call);
    if (!code && call->words.sound.verbose)
        tell(call);
    return code;
}

/* ---- playing ---- */

/* Plays a block, and writes what is ready. False if that is the end of it. */
static bool play(stream_call *call, const float *samples, size_t frames)
{
    render_tail *tail = &call->sound.tail;
    const float *ready;
    size_t n;
    if (stream_sound_play(&call->sound, samples, frames)) {
        call->pipe.code = FAILED;
        return false;
    }
    while (ready = render_tail_ready(tail, call->block, &n), n > 0) {
        stream_sample_write(call->out_bytes, ready, n * call->out.channels, call->out.sample, &call->clipping);
        render_tail_take(tail, n);
        if (!stream_pipe_write(&call->pipe, call->out_bytes, n * stream_form_frame(&call->out)))
            return false;
    }
    return true;
}

/* The rest of a frame, and a length that the header promised. */
static void warn_of_end(const stream_call *call, size_t rest)
{
    const size_t frame = stream_form_frame(&call->in);
    if (rest)
        warn("The input ends in the middle of a frame; its last %zu byte%s %s left out.", rest,
             rest == 1 ? "" : "s", rest == 1 ? "was" : "were");
    else if (call->left != UINT64_MAX && call->left > 0)
        warn("The input ends %s frames before the length that its header announces.",
             text_count((call->left + frame - 1) / frame).s);
}

/* Until the input ends or somebody says stop. False if the pipe is over before. */
static bool play_input(stream_call *call)
{
    const size_t frame = stream_form_frame(&call->in);
    size_t wanted, got, rest;
    do {
        wanted = call->block * frame;
        wanted = call->left < wanted ? (size_t)call->left : wanted;
        got = stream_pipe_read(&call->pipe, call->in_bytes, wanted);
        rest = got % frame; /* of the last frame, if it was cut off */
        if (call->left != UINT64_MAX)
            call->left -= got;
        stream_sample_read(call->samples, call->in_bytes, got / frame * call->in.channels, call->in.sample);
        if (got >= frame && !play(call, call->samples, got / frame))
            return false;
    } while (got == call->block * frame);
    if (!stop_requested() && !call->pipe.gone && !call->pipe.code)
        warn_of_end(call, rest);
    return true;
}

/* What the rig still holds back, and, unless somebody said stop, the tail. */
static void play_end(stream_call *call)
{
    uint64_t left = stream_sound_end(&call->sound, stop_requested() ? 0 : call->tail_seconds);
    bool ok = true;
    while (ok && left > 0) {
        const size_t frames = left < call->block ? (size_t)left : call->block;
        ok = play(call, NULL, frames);
        left -= frames;
    }
}

static void warn_clipped(const stream_call *call)
{
    const stream_clipping *c = &call->clipping;
    const char *were = c->clipped == 1 ? " was" : "s were";
    if (!c->clipped)
        return;
    /* rounded down to a tenth of a decibel, so that the peak is below full scale */
    const double gain_db = floor((call->sound.settings.out_gain_db - 20 * log10((double)c->peak)) * 10) / 10;
    if (call->words.sound.raw)
        warn("%s sample%s clipped at full scale; --out-format f32 would avoid that.", text_count(c->clipped).s,
             were);
    else
        warn("%s sample%s clipped at full scale; --output-gain %.1f would avoid that.", text_count(c->clipped).s,
             were, gain_db);
}

static int stream(stream_call *call)
{
    stream_pipe *pipe = &call->pipe;
    int code = open_call(call);
    if (code)
        return code;
    stop_catch();
    stream_pipe_begin();
    if ((!call->wav || stream_wav_write(pipe, &call->out)) && play_input(call) && !pipe->gone && !pipe->code)
        play_end(call);
    if (!pipe->gone)
        warn_clipped(call);
    stream_pipe_end(pipe);
    return pipe->code;
}

int run_stream(int argc, const char **argv)
{
    stream_call call = { .in = { 0 } };
    stream_options options;
    command_line line;
    int code;
    stream_options_make(&options, &call.words);
    bl_rig_setup_init(&call.sound.rig.setup);
    if (options_read(&line, &help, options.all, argc, argv, &code)) {
        render_words *words = &call.words.sound;
        words->load.quality =
            words->raw ? words->rig.words[BL_RIG_QUALITY] : NULL; /* else it is a setting of the rig */
        code = read_words(&call);
        if (!code)
            code = stream_pipe_check();
        if (!code)
            code = stream(&call);
    }
    stream_sound_close(&call.sound);
    free(call.in_bytes);
    free(call.out_bytes);
    free(call.samples);
    options_free(&line, options.all);
    stream_pipe_finish(&call.pipe);
    return code;
}
