/* The WaveNet of NAM files: which weight goes where, and what becomes of every option. */
#include "formats/small_files.h"

#include <stdio.h>

/* Two arrays, gated, with bottleneck, groups, a 1x1 to the head and a head with taps: every weight of the
 * stream 0, 1, 2, ... must be where the format puts it. */
static void wavenet_places_weights(void **state)
{
    (void)state;
    char text[2048] = "";
    strcat(text,
           "{\"version\": \"0.7.3\", \"architecture\": \"WaveNet\", \"config\": {\"layers\": ["
           "{\"input_size\": 1, \"condition_size\": 1, \"channels\": 4, \"bottleneck\": 2,"
           " \"kernel_sizes\": [1, 1], \"dilations\": [1, 2], \"activation\": [\"ReLU\", {\"type\": \"Softsign\"}],"
           " \"gating_mode\": [\"gated\", \"gated\"], \"secondary_activation\": [\"Sigmoid\", \"Tanh\"],"
           " \"groups_input\": 2, \"layer1x1\": {\"active\": true, \"groups\": 2},"
           " \"head1x1\": {\"active\": true, \"out_channels\": 2, \"groups\": 1},"
           " \"head\": {\"out_channels\": 2, \"kernel_size\": 2, \"bias\": true, \"head_dilation\": 5}},"
           "{\"input_size\": 4, \"condition_size\": 1, \"channels\": 2, \"kernel_size\": 1, \"dilations\": [7],"
           " \"activation\": {\"type\": \"LeakyReLU\", \"negative_slope\": 0.2}, \"head_size\": 1,"
           " \"head_bias\": false}]}, \"weights\": [");
    /* array 0: rechannel 4; per layer conv 4x2x1 + 4, mixin 4, layer1x1 4x1 + 4, head1x1 2x2 + 2 = 30;
     * head 2x2x2 + 2.  array 1: rechannel 2x4; conv 2x2 + 2, mixin 2, layer1x1 2x2 + 2; head 1x2.  scale 1 */
    const size_t needed = 4 + 2 * 30 + 10 + 8 + 6 + 2 + 6 + 2 + 1;
    for (size_t i = 0; i < needed; i++)
        snprintf(text + strlen(text), 8, "%s%zu", i ? "," : "", i);
    strcat(text, "]}");
    bl_model *model = load(text);
    static const struct {
        const char *name;
        float first_weight, first_bias;
    } convs[] = {
        { "layers.0.rechannel", 0, -1 },
        { "layers.0.layers.0.conv", 4, 12 },
        { "layers.0.layers.0.input_mixin", 16, -1 },
        { "layers.0.layers.0.layer1x1", 20, 24 },
        { "layers.0.layers.0.head1x1", 28, 32 },
        { "layers.0.layers.1.conv", 34, 42 },
        { "layers.0.layers.1.head1x1", 58, 62 },
        { "layers.0.head_rechannel", 64, 72 },
        { "layers.1.rechannel", 74, -1 },
        { "layers.1.layers.0.conv", 82, 86 },
        { "layers.1.layers.0.input_mixin", 88, -1 },
        { "layers.1.layers.0.layer1x1", 90, 94 },
        { "layers.1.head_rechannel", 96, -1 },
    };
    for (size_t i = 0; i < sizeof convs / sizeof *convs; i++) {
        const bl_conv1d_params *conv = &node_called(model, convs[i].name)->u.conv;
        assert_true(conv->weight[0] == convs[i].first_weight);
        assert_true(conv->bias ? conv->bias[0] == convs[i].first_bias : convs[i].first_bias < 0);
    }
    assert_true(node_called(model, "head_scale")->u.factor == 98.0f);
    assert_int_equal(node_called(model, "layers.0.layers.1.conv")->u.conv.dilation, 2);
    assert_int_equal(node_called(model, "layers.0.head_rechannel")->u.conv.dilation, 5);
    const bl_node *gate = node_called(model, "layers.0.layers.1.gate");
    assert_true(gate->u.gate.a.kind == BL_ACT_SOFTSIGN && gate->u.gate.b.kind == BL_ACT_TANH);
    assert_true(node_called(model, "layers.1.layers.0.activation")->u.act.a == 0.2f);
    assert_int_equal(model->info.prewarm, 64);
    bl_model_free(model);
}

/* A WaveNet without memory, two layers of two channels and a condition of one, to be computed by hand. */
typedef struct small_wavenet {
    enum { PLAIN, GATED, BLENDED } mode;
    bool layer1x1, head1x1, shift;
    unsigned films; /* bits, in the order of the file */
} small_wavenet;

enum { CONV_PRE, CONV_POST, MIXIN_PRE, MIXIN_POST, ACT_PRE, ACT_POST, LAYER1X1_POST, HEAD1X1_POST, FILMS };

static const char *const film_names[FILMS] = { "conv_pre_film",        "conv_post_film",
                                               "input_mixin_pre_film", "input_mixin_post_film",
                                               "activation_pre_film",  "activation_post_film",
                                               "layer1x1_post_film",   "head1x1_post_film" };

/* y = w x + b. */
typedef struct map {
    size_t in, out;
    const float *w, *b;
} map;

static map take(const float **at, size_t in, size_t out, bool bias)
{
    map m = { in, out, *at, bias ? *at + in * out : NULL };
    *at += in * out + (bias ? out : 0);
    return m;
}

static void apply(map m, const double *x, double *y)
{
    for (size_t o = 0; o < m.out; o++) {
        y[o] = m.b ? (double)m.b[o] : 0.0;
        for (size_t i = 0; i < m.in; i++)
            y[o] += (double)m.w[o * m.in + i] * x[i];
    }
}

static void modulate(const small_wavenet *s, const map *films, int film, double *v, size_t n, double condition)
{
    double made[8];
    if (!(s->films >> film & 1))
        return;
    apply(films[film], &condition, made);
    for (size_t i = 0; i < n; i++)
        v[i] = v[i] * made[i] + (s->shift ? made[n + i] : 0.0);
}

static void activate(const small_wavenet *s, double *z)
{
    for (size_t i = 0; i < 2; i++) {
        const double second = s->mode == PLAIN ? 0.0 : fmax(z[2 + i], 0.0);
        z[i] = s->mode == PLAIN   ? tanh(z[i])
               : s->mode == GATED ? tanh(z[i]) * second
                                  : second * tanh(z[i]) + (1.0 - second) * z[i];
    }
}

static void compute_layer(const small_wavenet *s, const float **at, double x, double *h, double *skip)
{
    const size_t m = s->mode == PLAIN ? 2 : 4, sizes[FILMS] = { 2, m, 1, m, m, 2, 2, 2 };
    const map conv = take(at, 2, m, true), mixin = take(at, 1, m, false);
    map layer1x1 = { 0 }, head1x1 = { 0 }, films[FILMS] = { { 0 } };
    if (s->layer1x1)
        layer1x1 = take(at, 2, 2, true);
    if (s->head1x1)
        head1x1 = take(at, 2, 2, true);
    for (int i = 0; i < FILMS; i++)
        if (s->films >> i & 1)
            films[i] = take(at, 1, sizes[i] * (s->shift ? 2 : 1), true);
    double before[2] = { h[0], h[1] }, z[4], condition = x, mixed[4], o[2];
    modulate(s, films, CONV_PRE, before, 2, x);
    apply(conv, before, z);
    modulate(s, films, CONV_POST, z, m, x);
    modulate(s, films, MIXIN_PRE, &condition, 1, x);
    apply(mixin, &condition, mixed);
    modulate(s, films, MIXIN_POST, mixed, m, x);
    for (size_t i = 0; i < m; i++)
        z[i] += mixed[i];
    modulate(s, films, ACT_PRE, z, m, x);
    activate(s, z);
    modulate(s, films, ACT_POST, z, 2, x);
    if (s->layer1x1) {
        apply(layer1x1, z, o);
        if (s->mode == BLENDED) /* the original's own rule */
            modulate(s, films, LAYER1X1_POST, o, 2, x);
        h[0] += o[0];
        h[1] += o[1];
    }
    memcpy(o, z, sizeof o);
    if (s->head1x1) {
        apply(head1x1, z, o);
        modulate(s, films, HEAD1X1_POST, o, 2, x);
    }
    skip[0] += o[0];
    skip[1] += o[1];
}

/* Moves *at behind the weights that it needs. */
static double compute(const small_wavenet *s, const float **at, double x)
{
    double h[2], skip[2] = { 0.0, 0.0 }, y;
    apply(take(at, 1, 2, false), &x, h);
    compute_layer(s, at, x, h, skip);
    compute_layer(s, at, x, h, skip);
    apply(take(at, 2, 1, true), skip, &y);
    return y * (double)*(*at)++;
}

static void write_small(const small_wavenet *s, const float *weights, size_t count, char *text, size_t size)
{
    static const char *const modes[] = { "none", "gated", "blended" };
    static const char *const words[] = { "false", "true" };
    size_t n = (size_t)snprintf(
        text, size,
        "{\"version\": \"0.7.0\", \"architecture\": \"WaveNet\", \"config\": {\"layers\": [{\"input_size\": 1,"
        " \"condition_size\": 1, \"channels\": 2, \"kernel_size\": 1, \"dilations\": [1, 1], \"activation\": "
        "\"Tanh\","
        " \"gating_mode\": \"%s\", \"secondary_activation\": \"ReLU\", \"head_size\": 1, \"head_bias\": true,"
        " \"layer1x1\": {\"active\": %s, \"groups\": 1},"
        " \"head1x1\": {\"active\": %s, \"out_channels\": 2, \"groups\": 1}",
        modes[s->mode], words[s->layer1x1], words[s->head1x1]);
    for (int i = 0; i < FILMS; i++)
        if (s->films >> i & 1)
            n += (size_t)snprintf(text + n, size - n, ", \"%s\": {\"shift\": %s}", film_names[i], words[s->shift]);
    n += (size_t)snprintf(text + n, size - n, "}]}, \"weights\": [");
    for (size_t i = 0; i < count; i++)
        n += (size_t)snprintf(text + n, size - n, "%s%.9g", i ? ", " : "", (double)weights[i]);
    n += (size_t)snprintf(text + n, size - n, "]}");
    assert_true(n < size);
}

static void check_small(const small_wavenet *s, const float *weights)
{
    const float *end = weights;
    char text[8000];
    compute(s, &end, 0.0);
    write_small(s, weights, (size_t)(end - weights), text, sizeof text);
    bl_model *model = load(text);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++) {
        const float *at = weights;
        const double want = compute(s, &at, signal_in[t]);
        if (!(fabs(y[t] - want) < 1e-12))
            fail_msg("mode %d, layer1x1 %d, head1x1 %d, shift %d, films %#x: %g at %zu instead of %g", s->mode,
                     s->layer1x1, s->head1x1, s->shift, s->films, y[t], t, want);
    }
    free(y);
    bl_model_free(model);
}

/* Every mode with every FiLM alone, with all of them, and with none. */
static void layers_compute(void **state)
{
    (void)state;
    bl_random rng = { 1 };
    float weights[300];
    bl_random_fill(&rng, weights, 300, 1.0f);
    const unsigned all = (1u << FILMS) - 1;
    for (unsigned i = 0; i < 3 * 8 * (FILMS + 2); i++) {
        const unsigned film = i / 24;
        small_wavenet s = { .mode = i % 3, .layer1x1 = i / 3 & 1, .head1x1 = i / 6 & 1, .shift = i / 12 & 1 };
        s.films = film < FILMS ? 1u << film : film == FILMS ? all : 0;
        s.films &= ~((s.layer1x1 ? 0u : 1u << LAYER1X1_POST) | (s.head1x1 ? 0u : 1u << HEAD1X1_POST));
        check_small(&s, weights);
    }
}

static void activations_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        bl_activation act;
    } known[] = {
        { "\"Tanh\"", { .kind = BL_ACT_TANH } },
        { "\"Fasttanh\"", { .kind = BL_ACT_FAST_TANH } },
        { "{\"type\": \"Hardtanh\", \"min_val\": -2, \"max_val\": 3}",
          { .kind = BL_ACT_HARDTANH, .a = -1, .b = 1 } },
        { "\"ReLU\"", { .kind = BL_ACT_RELU } },
        { "\"Sigmoid\"", { .kind = BL_ACT_SIGMOID } },
        { "\"SiLU\"", { .kind = BL_ACT_SILU } },
        { "\"Hardswish\"", { .kind = BL_ACT_HARDSWISH } },
        { "\"Softsign\"", { .kind = BL_ACT_SOFTSIGN } },
        { "\"LeakyReLU\"", { .kind = BL_ACT_LEAKY_RELU, .a = 0.01f } },
        { "{\"type\": \"LeakyReLU\", \"negative_slope\": 0.5}", { .kind = BL_ACT_LEAKY_RELU, .a = 0.5f } },
        { "\"PReLU\"", { .kind = BL_ACT_LEAKY_RELU, .a = 0.01f } },
        { "{\"type\": \"PReLU\", \"negative_slope\": -0.5}", { .kind = BL_ACT_LEAKY_RELU, .a = -0.5f } },
        { "{\"type\": \"PReLU\", \"negative_slopes\": [0.25]}", { .kind = BL_ACT_LEAKY_RELU, .a = 0.25f } },
        { "\"LeakyHardtanh\"", { BL_ACT_LEAKY_HARDTANH, -1, 1, 0.01f, 0.01f } },
        { "{\"type\": \"LeakyHardTanh\", \"min_val\": -2, \"max_slope\": 0.5}",
          { BL_ACT_LEAKY_HARDTANH, -2, 1, 0.01f, 0.5f } },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char *text = replaced(nam_tiny, "\"Tanh\"", known[i].json);
        bl_model *model = load(text);
        const bl_activation act = node_called(model, "layers.0.layers.0.activation")->u.act;
        assert_true(act.kind == known[i].act.kind && act.a == known[i].act.a && act.b == known[i].act.b);
        assert_true(act.c == known[i].act.c && act.d == known[i].act.d);
        bl_model_free(model);
        free(text);
    }
    static const breakage broken[] = {
        { "\"Tanh\"", "\"tanh\"", BL_ERR_UNSUPPORTED, "\"tanh\", which is not supported; Tanh" },
        { "\"Tanh\"", "{\"type\": \"LeakyReLU\", \"negative_slope\": null}", BL_ERR_FORMAT, "negative_slope" },
        { "\"Tanh\"", "{\"type\": \"LeakyHardtanh\", \"max_slope\": \"1\"}", BL_ERR_FORMAT, "max_slope" },
        { "\"Tanh\"", "{\"type\": \"PReLU\", \"negative_slopes\": []}", BL_ERR_FORMAT, "negative_slopes" },
        { "\"Tanh\"", "{\"type\": \"PReLU\", \"negative_slopes\": 1}", BL_ERR_FORMAT, "negative_slopes" },
        { "\"Tanh\"", "{\"type\": \"PReLU\", \"negative_slopes\": [1, true]}", BL_ERR_FORMAT,
          "negative_slopes[1]" },
        { "\"Tanh\"", "{\"type\": \"PReLU\", \"negative_slopes\": [1, 2]}", BL_ERR_FORMAT,
          "config.layers[0].activation" },
    };
    EXPECT_ALL(nam_tiny, broken);
}

/* Two channels and no memory: h = 2x and -x; z = h + x, 0.5 h + x + 0.1 or 0.2; y = 4 skip + 0.5 skip. */
static const char slopes_text[] =
    "{\"version\": \"0.7.0\", \"architecture\": \"WaveNet\", \"config\": {\"layers\": [{\"input_size\": 1,"
    " \"condition_size\": 1, \"channels\": 2, \"kernel_size\": 1, \"dilations\": [1], \"activation\": ACT,"
    " \"gating_mode\": \"blended\", \"secondary_activation\": SECOND, \"head_size\": 1, \"head_bias\": false}]},"
    " \"weights\": [2, -1,  1, 0, 0, 1, 0.5, 0, 0, 0.5, 0, 0, 0.1, 0.2,  1, 1, 1, 1,"
    "  0, 0, 0, 0, 0, 0,  4, 0.5, 1]}";

static double prelu(double x, double slope)
{
    return x > 0.0 ? x : slope * x;
}

/* Slopes per channel in both halves of gated and blended layers. */
static void slopes_compute(void **state)
{
    (void)state;
    static const double slopes[2][2] = { { 0.5, -0.25 }, { 2.0, 0.125 } };
    static const char *const json[2] = { "{\"type\": \"PReLU\", \"negative_slopes\": [0.5, -0.25]}",
                                         "{\"type\": \"PReLU\", \"negative_slopes\": [2, 0.125]}" };
    for (unsigned i = 0; i < 8; i++) {
        const bool blended = i & 1, first = i & 2, second = i & 4;
        char *a = replaced(slopes_text, "ACT", first ? json[0] : "\"Tanh\"");
        char *b = replaced(a, "SECOND", second ? json[1] : "\"Sigmoid\"");
        char *text = replaced(b, "blended", blended ? "blended" : "gated");
        bl_model *model = load(text);
        double *y = evaluate(model, signal_in, 8);
        for (size_t t = 0; t < 8; t++) {
            const double x = signal_in[t], h[2] = { 2.0 * x, -x };
            double skip[2];
            for (size_t c = 0; c < 2; c++) {
                const double z = h[c] + x, w = 0.5 * h[c] + (double)(c ? 0.2f : 0.1f) + x;
                const double act = first ? prelu(z, slopes[0][c]) : tanh(z);
                const double gate = second ? prelu(w, slopes[1][c]) : 1.0 / (1.0 + exp(-w));
                skip[c] = gate * act + (blended ? (1.0 - gate) * z : 0.0);
            }
            assert_true(fabs(y[t] - (4.0 * skip[0] + 0.5 * skip[1])) < 1e-12);
        }
        free(y);
        bl_model_free(model);
        free(a);
        free(b);
        free(text);
    }
}

/* The head activates before each convolution, and head_scale comes before it. */
static void post_head_computes(void **state)
{
    (void)state;
    char *with_head = replaced(nam_tiny, "\"head\": null",
                               "\"head\": {\"channels\": 2, \"out_channels\": 1, \"kernel_sizes\": [2, 1],"
                               " \"in_channels\": null, \"activation\": \"ReLU\"}");
    char *text = replaced(with_head, "4, 0.5]", "4, 1, 2, 3, 4, 5, 6, -1, 0.5, 0.25, 0.5]");
    bl_model *model = load(text);
    double *y = evaluate(model, signal_in, 8), before = 0.0;
    for (size_t t = 0; t < 8; t++) {
        const double z = 0.5 * 2.0 * past(t, 3) + 0.25 * 2.0 * signal_in[t] + (double)0.1f + 3.0 * signal_in[t];
        const double now = fmax(0.5 * 4.0 * tanh(z), 0.0);
        const double a = 1.0 * before + 2.0 * now + 5.0, b = 3.0 * before + 4.0 * now + 6.0;
        assert_true(fabs(y[t] - (-1.0 * fmax(a, 0.0) + 0.5 * fmax(b, 0.0) + 0.25)) < 1e-12);
        before = now;
    }
    free(y);
    assert_string_equal(model->info.architecture, "WaveNet, 1 layer of 1 channel, Tanh, head");
    assert_non_null(bl_tensors_find(bl_model_tensors(model), "head.1.bias"));
    bl_model_free(model);
    static const breakage broken[] = {
        { "\"in_channels\": null", "\"in_channels\": 2", BL_ERR_FORMAT, "config.head.in_channels" },
        { "[2, 1]", "[]", BL_ERR_FORMAT, "config.head.kernel_sizes" },
        { "[2, 1]", "[2, 0]", BL_ERR_FORMAT, "config.head.kernel_sizes[1]" },
        { "\"ReLU\"", "\"relu\"", BL_ERR_UNSUPPORTED, "config.head.activation" },
        { "\"ReLU\"", "{\"type\": \"PReLU\", \"negative_slopes\": [1, 2]}", BL_ERR_FORMAT,
          "config.head.activation" },
        { "\"gated\": false", "\"slimmable\": {\"method\": \"slice_channels_uniform\"}", BL_ERR_UNSUPPORTED,
          "config.head" },
    };
    EXPECT_ALL(text, broken);
    free(with_head);
    free(text);
}

/* Two arrays that can be cut, gated, with FiLM; all weights are different. */
static char *slim_text(void)
{
    char *text = calloc(4000, 1);
    assert_non_null(text);
    strcat(text,
           "{\"version\": \"0.7.0\", \"architecture\": \"WaveNet\", \"config\": {\"layers\": ["
           "{\"input_size\": 1, \"condition_size\": 1, \"channels\": 4, \"bottleneck\": 2, \"kernel_size\": 2,"
           " \"dilations\": [1], \"activation\": \"Tanh\", \"gating_mode\": \"gated\", \"head_size\": 2,"
           " \"head_bias\": true, \"conv_pre_film\": {}, \"slimmable\": {\"method\": \"slice_channels_uniform\","
           " \"kwargs\": {\"allowed_channels\": [1, 2, 4]}}},"
           "{\"input_size\": 4, \"condition_size\": 1, \"channels\": 2, \"kernel_size\": 1, \"dilations\": [1],"
           " \"activation\": {\"type\": \"PReLU\", \"negative_slopes\": [0.5, 0.25]}, \"head_size\": 1,"
           " \"head_bias\": false, \"slimmable\": {\"method\": \"slice_channels_uniform\"}}]}, \"weights\": [");
    /* array 0: 4; conv 4x4x2 + 4, mixin 4, layer1x1 4x2 + 4, film 8 + 8; head 2x2 + 2
     * array 1: 2x4; conv 2x2 + 2, mixin 2, layer1x1 2x2 + 2; head 1x2; scale 1 */
    const size_t needed = 4 + 36 + 4 + 12 + 16 + 6 + 8 + 6 + 2 + 6 + 2 + 1;
    for (size_t i = 0; i < needed; i++)
        snprintf(text + strlen(text), 8, "%s%zu", i ? "," : "", i);
    strcat(text, "]}");
    return text;
}

static void expect_weights(const bl_model *model, const char *name, size_t count, const float *weights,
                           const float *bias)
{
    const bl_conv1d_params *conv = &node_called(model, name)->u.conv;
    assert_int_equal(conv->out_channels * conv->in_channels / conv->groups * conv->kernel, count);
    for (size_t i = 0; i < count; i++)
        assert_true(conv->weight[i] == weights[i]);
    for (size_t i = 0; bias && i < conv->out_channels; i++)
        assert_true(conv->bias[i] == bias[i]);
}

static void slimmable_keeps_leading_rows(void **state)
{
    (void)state;
    char *text = slim_text();
    bl_model *model = load_with(text, &(bl_load_options){ .has_quality = true, .quality = 0.5 });
    assert_string_equal(model->info.architecture,
                        "WaveNet, 1+1 layers of 2+2 channels, mixed activations, gated, FiLM");
    expect_weights(model, "layers.0.rechannel", 2, (float[]){ 0, 1 }, NULL);
    /* bottleneck 1: rows 0 and 1 of 4, although the whole network's gate begins at row 2 */
    expect_weights(model, "layers.0.layers.0.conv", 8, (float[]){ 4, 5, 6, 7, 12, 13, 14, 15 },
                   (float[]){ 36, 37 });
    expect_weights(model, "layers.0.layers.0.layer1x1", 2, (float[]){ 44, 46 }, (float[]){ 52, 53 });
    /* 2 factors and 2 offsets: the offsets are the whole network's last two factors */
    expect_weights(model, "layers.0.layers.0.conv_pre_film", 4, (float[]){ 56, 57, 58, 59 },
                   (float[]){ 64, 65, 66, 67 });
    expect_weights(model, "layers.0.head_rechannel", 2, (float[]){ 72, 74 }, (float[]){ 76, 77 });
    expect_weights(model, "layers.1.rechannel", 4, (float[]){ 78, 79, 82, 83 }, NULL);
    assert_int_equal(bl_tensors_find(bl_model_tensors(model), "layers.0.layers.0.conv.weight")->count, 32);
    bl_model_free(model);

    model = load_with(text, &(bl_load_options){ .has_quality = true, .quality = 0.0 });
    expect_weights(model, "layers.0.layers.0.conv", 4, (float[]){ 4, 5, 12, 13 }, NULL);
    expect_weights(model, "layers.1.head_rechannel", 1, (float[]){ 100 }, NULL);
    assert_true(node_called(model, "layers.1.layers.0.activation")->u.slopes[0] == 0.5f);
    bl_model_free(model);
    free(text);
}

static void slimmable_lists_sizes(void **state)
{
    (void)state;
    static const struct {
        double below;
        const char *text;
    } want[] = { { 1.0 / 3.0, "1+1 channels" },
                 { 0.5, "2+1 channels" },
                 { 2.0 / 3.0, "2+2 channels" },
                 { INFINITY, "4+2 channels" } };
    char *text = slim_text();
    bl_model *model = load(text);
    assert_int_equal(bl_model_quality_count(model), 4);
    for (size_t i = 0; i < 4; i++) {
        bl_quality_info info;
        bl_model_get_quality(model, i, &info);
        assert_true(info.below == want[i].below);
        assert_string_equal(info.text, want[i].text);
    }
    bl_model_free(model);
    free(text);
}

static void slimmable_refuses(void **state)
{
    (void)state;
    char *text = slim_text();
    static const breakage broken[] = {
        { "[1, 2, 4]", "[2, 1, 4]", BL_ERR_FORMAT, "allowed_channels should ascend" },
        { "[1, 2, 4]", "[1, 2]", BL_ERR_FORMAT, "allowed_channels ends with 2" },
        { "[1, 2, 4]", "[0, 4]", BL_ERR_FORMAT, "allowed_channels[0]" },
        { "[1, 2, 4]", "[]", BL_ERR_FORMAT, "allowed_channels" },
        { "[1, 2, 4]", "null", BL_ERR_FORMAT, "allowed_channels" },
        { "slice_channels_uniform", "prune", BL_ERR_UNSUPPORTED, "\"prune\"" },
        { "\"slice_channels_uniform\"", "3", BL_ERR_FORMAT, "method" },
    };
    EXPECT_ALL(text, broken);
    /* Whole, such a network is no different from others; it only cannot be cut. */
    char *taps = replaced(nam_tiny, "\"head_size\": 1, \"head_bias\": false",
                          "\"head\": {\"out_channels\": 1, \"kernel_size\": 2, \"bias\": false},"
                          " \"slimmable\": {\"method\": \"slice_channels_uniform\", \"kwargs\": null}");
    char *two = replaced(taps, "\"channels\": 1", "\"channels\": 2");
    char *file = replaced(two, "[2, 0.5,", "[2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5,");
    bl_model *model = load(file);
    assert_int_equal(bl_model_quality_count(model), 0);
    bl_model_free(model);
    bl_error error;
    const bl_load_options small = { .has_quality = true, .quality = 0.25 };
    assert_int_equal(bl_model_load_memory(file, strlen(file), NULL, &small, &model, &error), BL_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.text, "cannot be made smaller"));
    free(file);
    free(two);
    free(taps);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wavenet_places_weights), cmocka_unit_test(layers_compute),
        cmocka_unit_test(activations_are_read),   cmocka_unit_test(slopes_compute),
        cmocka_unit_test(post_head_computes),     cmocka_unit_test(slimmable_keeps_leading_rows),
        cmocka_unit_test(slimmable_lists_sizes),  cmocka_unit_test(slimmable_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
