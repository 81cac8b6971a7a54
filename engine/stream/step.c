/* One step of the plan, on the audio thread. */
#include "stream/stream.h"

static void run_affine(bl_stream *s, const bl_step *step, size_t frames)
{
    const bl_plan *plan = s->plan;
    const bl_ref *source = plan->code.sources + step->first_source;
    for (size_t i = 0; i < step->source_count; i++)
        s->rows[i] = bl_stream_read(s, &source[i]);
    const bl_affine affine = { plan->program.tiles + step->first_tile, step->tile_count, plan->program.weights };
    plan->kernels.affine(bl_stream_write(s, &step->out), bl_stream_write(s, &step->addend).y, step->addend.stride,
                         &affine, s->rows, frames);
}

/* Row p*channels + c of the output, frame u, is frame u*period + p of row c. */
static void run_split(const bl_step *step, bl_out out, bl_rows in, size_t frames)
{
    for (size_t r = 0; r < in.count; r++)
        for (size_t phase = 0; phase < step->period; phase++) {
            float *to = out.y + (phase * in.count + r) * out.stride;
            const float *from = in.x + r * in.stride + phase;
            for (size_t u = 0; u < frames; u++)
                to[u] = from[u * step->period];
        }
}

static void run_join(const bl_step *step, bl_out out, bl_rows in, size_t frames)
{
    const size_t channels = in.count / step->period;
    for (size_t r = 0; r < channels; r++)
        for (size_t phase = 0; phase < step->period; phase++) {
            float *to = out.y + r * out.stride + phase;
            const float *from = in.x + (phase * channels + r) * in.stride;
            for (size_t u = 0; u < frames / step->period; u++)
                to[u * step->period] = from[u];
        }
}

static void run_prelu(const bl_stream *s, const bl_step *step, bl_out out, bl_rows in, size_t frames)
{
    const float *slopes = s->plan->program.weights + step->weights;
    for (size_t r = 0; r < in.count; r++) {
        const bl_activation act = { .kind = BL_ACT_LEAKY_RELU, .a = slopes[r] };
        s->plan->kernels.map[BL_ACT_LEAKY_RELU]((bl_out){ out.y + r * out.stride, out.stride },
                                                (bl_rows){ in.x + r * in.stride, in.stride, 1 }, act, (bl_out){ 0 },
                                                NULL, 0, frames);
    }
}

static void run_param(bl_stream *s, const bl_step *step, bl_out out, size_t frames)
{
    bl_knob *knob = &s->knobs[step->index];
    for (size_t t = 0; t < frames; t++) {
        if (knob->steps_left)
            knob->now = --knob->steps_left ? knob->now + knob->step : knob->target;
        out.y[t] = knob->now;
    }
}

static void run_fir(bl_stream *s, const bl_step *step, float *y, const float *x, size_t frames)
{
    const bl_kernels *k = &s->plan->kernels;
    const float *weights = s->plan->program.weights;
    k->fir(y, x, weights + step->weights, step->taps, step->dilation, frames);
    if (step->partitions)
        bl_convolver_run(s->memory + step->state, k, &s->fft, weights + step->spectra, step->partitions, y, x,
                         frames);
}

/* The state stands still until the signal begins. */
static void run_recurrent(bl_stream *s, const bl_step *step, bl_out out, bl_rows in, size_t frames)
{
    const bl_program *p = &s->plan->program;
    const bl_recurrent_op *r = &p->recurrent[step->index];
    const bl_recurrent layer = { r->inputs,
                                 r->hidden,
                                 p->weights + r->weights_x,
                                 p->weights + r->bias_x,
                                 p->weights + r->weights_h,
                                 p->weights + r->bias_h };
    const bl_kernels *k = &s->plan->kernels;
    const size_t lead = bl_stream_lead(s, &p->buffers[step->out_buffer], frames);
    out.y += lead;
    in.x += lead;
    (step->kind == BL_OP_LSTM ? k->lstm : k->gru)(out, in, &layer, s->memory + r->state, frames - lead);
}

/* Every kind but affine. */
static void run_with_rows(bl_stream *s, const bl_step *step, size_t frames)
{
    const bl_kernels *k = &s->plan->kernels;
    const bl_out out = bl_stream_write(s, &step->out), sum = bl_stream_write(s, &step->sum);
    const bl_rows a = bl_stream_read(s, &step->a), b = bl_stream_read(s, &step->b);
    const bl_rows plus = bl_stream_read(s, &step->addend);
    switch (step->kind) {
    case BL_OP_MAP: k->map[step->act_a.kind](out, a, step->act_a, sum, plus.x, plus.stride, frames); break;
    case BL_OP_GATE: k->gate(out, a, b, step->act_a, step->act_b, sum, plus.x, plus.stride, frames); break;
    case BL_OP_BLEND: k->blend(out, a, b, step->act_a, step->act_b, frames); break;
    case BL_OP_ADD: k->add(out, a, b, frames); break;
    case BL_OP_MUL: k->mul(out, a, b, frames); break;
    case BL_OP_SCALE: k->scale(out, a, step->factor, frames); break;
    case BL_OP_PRELU: run_prelu(s, step, out, a, frames); break;
    case BL_OP_SOFTMAX: k->softmax(out, a, frames); break;
    case BL_OP_SPLIT: run_split(step, out, a, frames); break;
    case BL_OP_JOIN: run_join(step, out, a, frames); break;
    case BL_OP_PARAM: run_param(s, step, out, frames); break;
    case BL_OP_LSTM:
    case BL_OP_GRU: run_recurrent(s, step, out, a, frames); break;
    case BL_OP_FIR: run_fir(s, step, out.y, a.x + (step->taps - 1) * step->dilation, frames); break;
    case BL_OP_AFFINE: break;
    }
}

void bl_stream_run_step(bl_stream *s, const bl_step *step, size_t frames)
{
    const size_t n = step->up == step->down ? frames : frames / step->down * step->up; /* 1/1 is the usual rate */
    if (step->kind == BL_OP_AFFINE)
        run_affine(s, step, n);
    else
        run_with_rows(s, step, n);
    if (step->settles) {
        bl_stream_settle(s, &step->out, step->out_buffer, n);
        bl_stream_settle(s, &step->sum, step->sum_buffer, n);
    }
}
