/* backline live: plays through an audio device. */
#include "../commands.h"
#include "../knobs.h"
#include "../messages.h"
#include "../options.h"
#include "../render_setup.h"
#include "../text.h"
#include "config.h"
#include "measure_latency.h"
#include "play.h"
#include "realtime.h"
#include "signals.h"
#include "words.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* All that one call of the command holds. */
typedef struct live_call {
    live_words words;
    bl_load_options load;
    bl_cpu cpu;
    double rate_hz, guard_share; /* 0: not given */
    size_t block;
    int learn; /* what the next MIDI controller is for */
    bl_rig_setup setup;
    audio_wish wish;
    bool as_last_time;
    audio audio;
    session *session;
} live_call;

static const command_text help = {
    .arguments = "[OPTION...]",
    .about = "Plays a guitar through the rig as you play it: from an input of an audio device to its outputs.",
    .notes = "backline devices lists the devices. Those that worked are remembered, and taken next time.\n"
             "SIGINT and SIGTERM fade out and end; SIGHUP reads the rig file again, without a gap.\n\n"
             "Examples:\n"
             "  backline live\n"
             "  backline live -m deluxe.nam -c 4x12.wav --in USB:2 --out USB:1,2 --block 64\n"
             "  backline live --rig lead.rig.json --record take.wav\n"
             "  backline live --measure-latency --in USB:1 --out USB:1",
    .min_files = 0,
    .max_files = 0,
};

/* ---- the command line ---- */

static int check_recording(const live_words *words)
{
    if (words->record && words->measure_latency)
        return fail_usage("--measure-latency plays chirps and no rig: there is nothing to --record.");
    if (words->record && !words->sound.force && !access(words->record, F_OK))
        return fail("%s: this file exists already; --force replaces it.", words->record);
    return DONE;
}

static int read_target(const char *word, int *target)
{
    *target = word ? bl_rig_midi_find(word) : BL_RIG_MIDI_NOTHING;
    if (word && *target == BL_RIG_MIDI_NOTHING)
        return fail_usage(
            "--midi-learn wants a setting, such as output_gain, or an action, such as next_model, not "
            "\"%s\".",
            word);
    return DONE;
}

static int read_words(live_call *call)
{
    const live_words *words = &call->words;
    long block = 0;
    if (!option_real("--rate", words->rate, 8000, 768000, "Hz", &call->rate_hz) ||
        !option_whole("--block", words->block, 1, 8192, &block) ||
        !option_real("--guard", words->guard, 0.05, 1, "", &call->guard_share) ||
        !option_cpu("--cpu", words->sound.cpu, &call->cpu))
        return WRONG_USAGE;
    call->block = (size_t)block;
    int code = check_recording(words);
    if (!code)
        code = read_target(words->midi_learn, &call->learn);
    if (!code)
        code = model_options(&words->sound.load, &call->load);
    return code || words->measure_latency ? code : render_setup_read(&words->sound, &call->setup);
}

/* ---- the devices ---- */

static bl_status choose_ends(const live_call *call, const device_list *devices, audio_wish *wish, bl_error *error)
{
    const live_words *words = &call->words;
    bl_status status = BL_OK;
    if (words->in || !words->out)
        status = devices_choose(devices, DEVICE_IN, words->in ? words->in : "", &wish->in, error);
    if (!status && words->out)
        status = devices_choose(devices, DEVICE_OUT, words->out, &wish->out, error);
    if (!status && !words->in && words->out)
        status = devices_partner(devices, DEVICE_IN, &wish->out, &wish->in, error);
    if (!status && !words->out)
        status = devices_partner(devices, DEVICE_OUT, &wish->in, &wish->out, error);
    return status;
}

static int choose_devices(live_call *call)
{
    device_list devices = { 0 };
    bl_error error = { 0 };
    audio_wish *wish = &call->wish;
    call->as_last_time = !call->words.in && !call->words.out && config_read(wish);
    if (!call->as_last_time && (devices_read(&devices, &error) || choose_ends(call, &devices, wish, &error))) {
        devices_free(&devices);
        return fail_engine(&error);
    }
    devices_free(&devices);
    wish->rate_hz = call->rate_hz > 0 ? call->rate_hz : wish->rate_hz;
    wish->block = call->block ? call->block : wish->block;
    if (wish->in.count > wish->out.count)
        return fail_usage("Two input channels need two output channels.");
    return DONE;
}

static int open_devices(live_call *call)
{
    bl_error error = { 0 };
    int code = choose_devices(call);
    if (!code && audio_open(&call->audio, &call->wish, &error)) {
        code = fail_engine(&error);
        if (call->as_last_time)
            warn("These are the devices of last time; --in and --out choose others, which backline devices lists.");
    }
    return code;
}

/* ---- the session ---- */

/* A file that is named here and cannot be loaded is a mistake, as it is for `backline render`. */
static int check_files(session *s)
{
    int code = DONE;
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++) {
        bl_rig_file_state state = { 0 };
        if (bl_rig_get_file(session_rig(s), (bl_rig_file)i, &state))
            return fail("There is not enough memory.");
        if (state.error.status)
            code = fail_engine(&state.error);
        bl_rig_file_state_free(&state);
    }
    return code;
}

static int turn_knobs(const live_call *call)
{
    char *const *params = call->words.sound.params;
    bl_rig *rig = session_rig(call->session);
    knob_settings knobs;
    if (!params)
        return DONE;
    bl_capture *capture = bl_rig_share_capture(rig, (size_t)bl_rig_get(rig, BL_RIG_SLOT) - 1);
    if (!capture)
        return fail_usage("--param turns a knob of the model, and this rig has none.");
    int code = knobs_read(&knobs, params, bl_capture_model(capture));
    for (size_t i = 0; i < knobs.count && !code; i++)
        if (knobs.list[i].index < BL_RIG_KNOBS)
            bl_rig_set_knob(rig, knobs.list[i].index, knobs.list[i].value);
    knobs_free(&knobs);
    bl_capture_free(capture);
    return code;
}

static int make_session(live_call *call)
{
    const session_options options = { .rate_hz = call->audio.rate_hz,
                                      .block = call->audio.block,
                                      .in_channels = call->wish.in.count,
                                      .out_channels = call->wish.out.count,
                                      .setup = &call->setup,
                                      .guard_share = call->guard_share,
                                      .record = call->words.record,
                                      .cpu = call->cpu,
                                      .load = call->load };
    bl_error error = { 0 };
    if (session_create(&options, &call->session, &error))
        return fail_engine(&error);
    const int code = check_files(call->session);
    return code ? code : turn_knobs(call);
}

static void tell(session *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void tell(session *s, const char *format, ...)
{
    char sentence[700];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    session_tell(s, sentence);
}

/* What was not as it was asked for. */
static void tell_devices(const live_call *call)
{
    const audio *a = &call->audio;
    char in[160], out[160];
    device_end_describe(&a->wish.in, in, sizeof in);
    device_end_describe(&a->wish.out, out, sizeof out);
    if (a->wish.rate_hz > 0 && fabs(a->wish.rate_hz - a->rate_hz) > 0.5)
        tell(call->session, "The device cannot play at %g Hz; it plays at %g Hz.", a->wish.rate_hz, a->rate_hz);
    if (a->is_jack && a->wish.block && a->wish.block != a->block)
        tell(call->session, "JACK's server chooses the block: %zu frames, not %zu.", a->block, a->wish.block);
    tell(call->session, "From %s to %s (%s%s), %g Hz, blocks of %zu frames, %.1f ms.", in, out, a->wish.in.host_api,
         call->as_last_time ? ", as last time" : "", a->rate_hz, a->block, 1000 * a->latency_seconds);
}

static int play_live(live_call *call)
{
    const live_words *words = &call->words;
    const play_options options = { .rig_file = words->sound.rig_file,
                                   .record = words->record,
                                   .learn = call->learn,
                                   .status = words->status,
                                   .screen = !words->no_ui && !words->status && isatty(STDOUT_FILENO) };
    char hint[512];
    int code = make_session(call);
    if (code) {
        audio_close(&call->audio);
    } else {
        tell_devices(call);
        if (!realtime_lock_memory(hint, sizeof hint))
            session_tell(call->session, hint);
        code = play(call->session, &call->audio, &options);
    }
    session_free(call->session);
    return code;
}

static int run(live_call *call)
{
    int code = read_words(call);
    if (!code)
        code = open_devices(call);
    if (code)
        return code;
    signals_catch();
    if (!call->words.measure_latency)
        return play_live(call);
    code = measure_latency(&call->audio, &signals_quit);
    audio_close(&call->audio);
    return code;
}

int run_live(int argc, const char **argv)
{
    live_call call = { .rate_hz = 0 };
    live_options options;
    command_line line;
    int code;
    live_options_make(&options, &call.words);
    bl_rig_setup_init(&call.setup);
    if (options_read(&line, &help, options.all, argc, argv, &code))
        code = run(&call);
    bl_rig_setup_free(&call.setup);
    options_free(&line, options.all);
    return code;
}
