/* One step of the plan, on the audio thread. */
#include "stream/stream.h"

#include <string.h>

static const bl_op *operation(const bl_stream *s, const bl_step *step)
{
    return &s->plan->program.ops[step - s->plan->code.steps];
}

/* Row p*channels + c of the output, frame u, is frame u*period + p of row c. */
static void run_split(size_t period, bl_out out, bl_rows in, size_t frames)
{
    for (size_t r = 0; r < in.count; r++)
        for (size_t phase = 0; phase < period; phase++) {
            float *to = out.y + (phase * in.count + r) * out.stride;
            const float *from = in.x + r * in.stride + phase;
            for (size_t u = 0; u < frames; u++)
                to[u] = from[u * period];
        }
}

static void run_join(size_t period, bl_out out, bl_rows in, size_t frames)
{
    const size_t channels = in.count / period;
    for (size_t r = 0; r < channels; r++)
        for (size_t phase = 0; phase < period; phase++) {
            float *to = out.y + r * out.stride + phase;
            const float *from = in.x + (phase * channels + r) * in.stride;
            for (size_t u = 0; u < frames / period; u++)
                to[u * period] = from[u];
        }
}

static void run_prelu(const bl_stream *s, const bl_op *op, bl_out out, bl_rows in, size_t frames)
{
    const float *slopes = s->plan->program.weights + op->weights;
    for (size_t r = 0; r < in.count; r++) {
        const bl_activation act = { .kind = BL_ACT_LEAKY_RELU, .a = slopes[r] };
        s->plan->kernels.map[BL_ACT_LEAKY_RELU]((bl_out){ out.y + r * out.stride, out.stride },
                                                &(const bl_rows){ in.x + r * in.stride, in.stride, 1 }, &act,
                                                &(const bl_sum){ 0 }, frames);
    }
}

/* All lanes hear the same knob. */
static void run_param(bl_stream *s, const bl_step *step, size_t frames)
{
    bl_knob *knob = &s->knobs[operation(s, step)->index];
    float *y = bl_stream_write(s, step->first_ref + BL_AT_OUT, 0).y;
    for (size_t t = 0; t < frames; t++) {
        if (knob->steps_left)
            knob->now = --knob->steps_left ? knob->now + knob->step : knob->target;
        y[t] = knob->now;
    }
    for (size_t lane = 1; lane < s->lanes.count; lane++)
        memcpy(y + lane * s->lanes.floats, y, frames * sizeof *y);
}

static void run_fir(const bl_stream *s, const bl_op *op, float *memory, float *y, const float *x, size_t frames)
{
    const bl_kernels *k = &s->plan->kernels;
    const float *weights = s->plan->program.weights;
    k->fir(y, x, weights + op->weights, op->taps, op->dilation, frames);
    if (op->partitions)
        bl_convolver_run(memory + op->state, k, &s->fft, weights + op->spectra, op->partitions, y, x, frames);
}

/* The state stands still until the signal begins. */
static void run_recurrent(const bl_stream *s, const bl_step *step, float *memory, bl_out out, bl_rows in,
                          size_t frames)
{
    const bl_program *p = &s->plan->program;
    const bl_recurrent_op *r = &p->recurrent[operation(s, step)->index];
    const bl_recurrent layer = { r->inputs, r->hidden, p->weights + r->weights_x, p->weights + r->weights_h,
                                 p->weights + r->bias_h };
    const bl_kernels *k = &s->plan->kernels;
    const size_t lead = bl_stream_lead(s, &p->buffers[operation(s, step)->out.buffer], frames);
    out.y += lead;
    in.x += lead;
    (step->kind == BL_OP_LSTM ? k->lstm : k->gru)(out, in, &layer, memory + r->state, frames - lead);
}

/* Every kind that works on each lane by itself; lane: floats from the first lane's memory to this lane's. */
static void run_lane(const bl_stream *s, const bl_step *step, size_t lane, size_t frames)
{
    const bl_kernels *k = &s->plan->kernels;
    const bl_op *op = operation(s, step);
    const size_t ref = step->first_ref;
    const bl_out out = bl_stream_write(s, ref + BL_AT_OUT, lane);
    const bl_rows a = bl_stream_read(s, ref + BL_AT_INPUTS, lane),
                  b = bl_stream_read(s, ref + BL_AT_INPUTS + 1, lane);
    const bl_out total = bl_stream_write(s, ref + BL_AT_SUM, lane),
                 plus = bl_stream_write(s, ref + BL_AT_PLUS, lane);
    const bl_sum sum = { total.y, plus.y, total.stride, plus.stride };
    switch ((bl_op_kind)step->kind) {
    case BL_OP_MAP: k->map[op->act_a.kind](out, &a, &op->act_a, &sum, frames); break;
    case BL_OP_GATE: k->gate(out, &a, &b, &op->act_a, &op->act_b, &sum, frames); break;
    case BL_OP_BLEND: k->blend(out, &a, &b, &op->act_a, &op->act_b, frames); break;
    case BL_OP_ADD: k->add(out, &a, &b, frames); break;
    case BL_OP_MUL: k->mul(out, &a, &b, frames); break;
    case BL_OP_SCALE: k->scale(out, &a, op->factor, frames); break;
    case BL_OP_PRELU: run_prelu(s, op, out, a, frames); break;
    case BL_OP_SOFTMAX: k->softmax(out, &a, frames); break;
    case BL_OP_SPLIT: run_split(op->period, out, a, frames); break;
    case BL_OP_JOIN: run_join(op->period, out, a, frames); break;
    case BL_OP_LSTM:
    case BL_OP_GRU: run_recurrent(s, step, s->lanes.memory + lane, out, a, frames); break;
    case BL_OP_FIR:
        run_fir(s, op, s->lanes.memory + lane, out.y, a.x + (op->taps - 1) * op->dilation, frames);
        break;
    case BL_OP_PARAM:
    case BL_OP_AFFINE:
    case BL_OP_LAYER: break;
    }
}

/* What has no place in the loop below, which small networks spend much of their time in. */
static __attribute__((noinline)) void run_other(bl_stream *s, const bl_step *step, size_t frames)
{
    if (step->kind == BL_OP_PARAM)
        run_param(s, step, frames);
    else
        for (size_t lane = 0; lane < s->lanes.count; lane++)
            run_lane(s, step, lane * s->lanes.floats, frames);
}

static inline void settle(const bl_stream *s, bl_calm calm, size_t ref, size_t frames)
{
    const uint32_t place = s->places[ref];
    if (place < calm.first || place + frames > calm.end)
        bl_stream_settle(s, ref, frames);
}

void bl_stream_run_steps(bl_stream *s, size_t frames)
{
    const bl_code *code = &s->plan->code;
    for (const bl_step *step = code->steps, *end = step + code->step_count; step < end; step++) {
        const size_t ref = step->first_ref;
        const size_t n =
            step->up == step->down ? frames : frames / step->down * step->up; /* 1/1 is the usual rate */
        if (step->run)
            step->run(&step->affine, &s->lanes, s->places + ref, n);
        else
            run_other(s, step, n);
        settle(s, step->out, ref + BL_AT_OUT, n);
        settle(s, step->sum, ref + BL_AT_SUM, n);
    }
}
