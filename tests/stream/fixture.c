#include "fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_SIGNAL 20000

/* A float32 network of a few layers whose values are of the order of `peak` is right to a few units in
 * the last place (6e-8) of `peak`, times the gain of the layers behind. One wrong tap costs 1e-2. */
#define TOLERANCE 5e-6

const block_sizes any_size = { 0, 3000 }, whole = { SIZE_MAX, SIZE_MAX };

void read_arguments(int argc, char **argv, size_t *networks, uint64_t *first_seed)
{
    *networks = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : bl_test_effort(*networks);
    if (argc > 2)
        *first_seed = strtoull(argv[2], NULL, 10);
}

const char *fixture_name(const fixture *f, const bl_plan *plan)
{
    static char text[128];
    snprintf(text, sizeof text, "seed %llu (%s), %s", (unsigned long long)f->seed, f->name,
             bl_cpu_name(bl_plan_cpu(plan)));
    return text;
}

float *new_signal(size_t channels, size_t frames)
{
    float *signal = calloc(channels * frames, sizeof *signal);
    assert_true(signal || !channels || !frames);
    return signal;
}

void fill_signal(bl_random *r, float *signal, size_t channels, size_t frames)
{
    for (size_t c = 0; c < channels; c++) {
        float level = 1.0f;
        for (size_t t = 0; t < frames; t++) {
            if (random_chance(r, 0.002))
                level = random_chance(r, 0.3) ? 0.0f : fabsf(bl_random_float(r, 1.0f));
            signal[c * frames + t] = bl_random_float(r, level);
        }
    }
}

fixture fixture_for(bl_model *model, size_t frames, bl_random *r)
{
    fixture f = { .model = model, .frames = frames, .name = "own" };
    f.in_channels = model->info.in_channels;
    f.out_channels = model->info.out_channels;
    assert_true(f.in_channels <= MAX_CHANNELS && f.out_channels <= MAX_CHANNELS);
    f.out_frames = bl_model_output_frames(model, frames);
    f.tail = random_between(r, 0, 200);
    if (f.out_frames + model->info.latency > frames)
        f.tail += f.out_frames + model->info.latency - frames;
    f.heard = frames + f.tail;
    f.in = new_signal(f.in_channels, f.heard);
    float *noise = new_signal(f.in_channels, frames);
    fill_signal(r, noise, f.in_channels, frames);
    for (size_t c = 0; c < f.in_channels && frames; c++)
        memcpy(f.in + c * f.heard, noise + c * frames, frames * sizeof *noise);
    free(noise);
    return f;
}

/* Most are some seconds' hundredths, some long; networks that know where the input ends also hear short ones. */
static size_t random_frames(bl_random *r, uint64_t seed, random_family family)
{
    if (seed % 32 == 0)
        return LONG_SIGNAL;
    if (family >= RANDOM_AHEAD && random_chance(r, 0.15))
        return random_between(r, 1, 60);
    return random_between(r, 1000, 4000);
}

fixture open_fixture(uint64_t seed, size_t prewarm)
{
    bl_random r = { seed };
    const random_family family = (random_family)(seed % RANDOM_FAMILIES);
    bl_model *model = NULL;
    bl_error error = { 0 };
    assert_int_equal(bl_model_create(&model, &error), BL_OK);
    random_graph(&model->graph, &r, family);
    model->info.prewarm = prewarm;
    if (bl_model_finish(model, &error))
        fail_msg("seed %llu (%s): %s", (unsigned long long)seed, random_family_names[family], error.text);
    fixture f = fixture_for(model, random_frames(&r, seed, family), &r);
    f.seed = seed;
    f.family = family;
    f.name = random_family_names[family];
    return f;
}

void close_fixture(fixture *f)
{
    bl_model_free(f->model);
    free(f->in);
}

bl_plan *new_plan(const fixture *f, bl_cpu cpu)
{
    bl_plan *plan = NULL;
    bl_error error = { 0 };
    if (bl_plan_create(f->model, cpu, &plan, &error))
        fail_msg("seed %llu, %s: %s", (unsigned long long)f->seed, bl_cpu_name(cpu), error.text);
    assert_int_equal(bl_plan_cpu(plan), cpu);
    assert_int_equal(bl_plan_in_channels(plan), f->in_channels);
    assert_int_equal(bl_plan_out_channels(plan), f->out_channels);
    assert_int_equal(bl_plan_latency(plan), f->model->info.latency);
    assert_int_equal(bl_plan_param_count(plan), bl_model_param_count(f->model));
    return plan;
}

bl_stream *new_stream(const bl_plan *plan)
{
    bl_stream *s = NULL;
    bl_error error = { 0 };
    if (bl_stream_create(plan, 1, &s, &error))
        fail_msg("%s", error.text);
    return s;
}

size_t next_block(bl_random *r, block_sizes sizes, size_t left)
{
    size_t block = sizes.least;
    if (sizes.most > sizes.least) /* small blocks as likely as large ones */
        block = random_between(r, sizes.least, random_chance(r, 0.5) ? 20 : sizes.most);
    return block < left ? block : left;
}

/* Each block gets memory of its own, exactly as long as it is, so that a sanitiser sees every sample read or
 * written outside. */
void play_range(bl_stream *s, const fixture *f, const float *in, float *out, size_t first, size_t end,
                block_sizes sizes, bl_random *r)
{
    for (size_t done = first; done < end;) {
        const size_t frames = next_block(r, sizes, end - done);
        float *x[MAX_CHANNELS], *y[MAX_CHANNELS];
        for (size_t c = 0; c < f->in_channels; c++) {
            x[c] = new_signal(1, frames);
            memcpy(x[c], in + c * f->heard + done, frames * sizeof **x);
        }
        for (size_t c = 0; c < f->out_channels; c++)
            y[c] = new_signal(1, frames);
        bl_stream_process(s, y, (const float *const *)x, frames);
        for (size_t c = 0; c < f->in_channels; c++) {
            assert_memory_equal(x[c], in + c * f->heard + done, frames * sizeof **x);
            free(x[c]);
        }
        for (size_t c = 0; c < f->out_channels; c++) {
            memcpy(out + c * f->heard + done, y[c], frames * sizeof **y);
            free(y[c]);
        }
        done += frames;
    }
}

void play(bl_stream *s, const fixture *f, const float *in, float *out, block_sizes sizes, bl_random *r)
{
    play_range(s, f, in, out, 0, f->frames, sizes, r);
    bl_stream_end_input(s);
    play_range(s, f, in, out, f->frames, f->heard, sizes, r);
}

float *play_new(const bl_plan *plan, const fixture *f, const float *in, block_sizes sizes, bl_random *r)
{
    float *out = new_signal(f->out_channels, f->heard);
    bl_stream *s = new_stream(plan);
    play(s, f, in, out, sizes, r);
    bl_stream_free(s);
    return out;
}

void assert_identical_from(size_t first, const fixture *f, const bl_plan *plan, const float *got,
                           const float *expected, const char *what)
{
    for (size_t i = 0; i < f->out_channels * f->heard; i++)
        if (i % f->heard >= first && memcmp(&got[i], &expected[i], sizeof *got))
            fail_msg("%s, %s: channel %zu, frame %zu of %zu is %.9g instead of %.9g", fixture_name(f, plan), what,
                     i / f->heard, i % f->heard, f->heard, (double)got[i], (double)expected[i]);
}

void assert_identical(const fixture *f, const bl_plan *plan, const float *got, const float *expected,
                      const char *what)
{
    assert_identical_from(0, f, plan, got, expected, what);
}

graph_answer ask_oracle(const fixture *f)
{
    graph_answer answer;
    float *in = new_signal(f->in_channels, f->frames);
    for (size_t c = 0; c < f->in_channels && f->frames; c++)
        memcpy(in + c * f->frames, f->in + c * f->heard, f->frames * sizeof *in);
    assert_true(graph_oracle(&f->model->graph, in, f->frames, &answer));
    free(in);
    if (answer.frames != f->out_frames)
        fail_msg("seed %llu (%s): %zu frames become %zu, the oracle says %zu", (unsigned long long)f->seed, f->name,
                 f->frames, f->out_frames, answer.frames);
    return answer;
}

double assert_answer(size_t first, const fixture *f, const bl_plan *plan, const float *got,
                     const graph_answer *answer)
{
    const double tolerance = TOLERANCE * fmax(1.0, answer->peak);
    double worst = 0.0;
    for (size_t channel = 0; channel < f->out_channels; channel++)
        for (size_t t = first; t < answer->frames; t++) {
            const double want = (double)answer->out[channel * answer->frames + t];
            const double value = (double)got[channel * f->heard + bl_plan_latency(plan) + t];
            if (!(fabs(value - want) <= tolerance))
                fail_msg("%s: channel %zu, frame %zu of %zu (%zu in) is %.9g, the oracle says %.9g, tolerance %.2g",
                         fixture_name(f, plan), channel, t, answer->frames, f->frames, value, want, tolerance);
            worst = fmax(worst, fabs(value - want) / tolerance);
        }
    return worst;
}
