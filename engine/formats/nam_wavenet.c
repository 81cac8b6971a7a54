/* The WaveNet of a .nam file as a graph:
 *
 *   condition = the input, or the output of the network condition_dsp
 *   for each array:  h = rechannel(the h before, or the input)
 *     for each layer:  z = conv(h) + input_mixin(condition), activated, gated or blended
 *                      skip = skip + z  (or + head1x1(z)),   h = h + layer1x1(z)
 *     skip = head_rechannel(skip)
 *   output = head_scale * skip, perhaps through a head that activates before each of its convolutions
 *
 * and FiLMs may modulate the signal at eight places of a layer. Nothing uses the h after the very last layer.
 * It stands in the graph all the same, so that the graph has every weight that the original computes with;
 * the plan leaves out what the output does not depend on. */
#include "formats/nam_wavenet.h"

#include "base/fail.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Where the building stands. */
typedef struct builder {
    bl_nam_object *o;
    bl_graph *g;
    bl_node_id condition, h, skip;
    bool has_skip; /* false before the first layer of all: its skip starts the sum */
} builder;

/* The layer that is being built. */
typedef struct place {
    const bl_wavenet_array *a;
    const bl_wavenet_layer *layer;
    const char *name;
} place;

static void add_skip(builder *b, bl_node_id z, const char *name)
{
    b->skip = b->has_skip ? bl_graph_add(b->g, b->skip, z, "%s.skip", name) : z;
    b->has_skip = true;
}

/* The convolution of a part, from *x to *x; the layer must have it. */
static bl_status add_part(builder *b, const place *p, bl_wavenet_part part, bl_node_id *x, bl_error *error)
{
    bl_nam_conv conv;
    char name[BL_NAM_NAME_SIZE];
    snprintf(name, sizeof name, "%.200s.%s", p->name, bl_wavenet_part_names[part]);
    bl_wavenet_part_conv(p->a, p->layer, part, &conv);
    return bl_nam_add_conv(b->o, x, &conv.shape, name, error);
}

/* Modulates *x by the condition, where the layer has a FiLM at that place. */
static bl_status add_film(builder *b, const place *p, bl_wavenet_part film, bl_node_id *x, bl_error *error)
{
    const bl_wavenet_film *f = &p->a->films[film - BL_FILM_FIRST];
    const char *part = bl_wavenet_part_names[film];
    bl_node_id made = b->condition;
    bl_status status = f->active ? add_part(b, p, film, &made, error) : BL_OK;
    if (status || !f->active)
        return status;
    if (!f->shift) {
        *x = bl_graph_mul(b->g, *x, made, "%s.%s.product", p->name, part);
        return BL_OK;
    }
    const size_t n = bl_wavenet_film_channels(p->a, p->layer, film);
    const bl_node_id factor = bl_graph_slice(b->g, made, 0, n, "%s.%s.factor", p->name, part);
    const bl_node_id offset = bl_graph_slice(b->g, made, n, n, "%s.%s.offset", p->name, part);
    *x = bl_graph_mul(b->g, *x, factor, "%s.%s.product", p->name, part);
    *x = bl_graph_add(b->g, *x, offset, "%s.%s.sum", p->name, part);
    return BL_OK;
}

static bl_node_id add_activation(builder *b, const place *p, bl_node_id z)
{
    const bl_wavenet_layer *layer = p->layer;
    char name[BL_NAM_NAME_SIZE];
    if (layer->mode == BL_WAVENET_PLAIN) {
        snprintf(name, sizeof name, "%.200s.activation", p->name);
        return bl_nam_add_activation(b->g, z, &layer->act, name);
    }
    const size_t half = p->a->bottleneck;
    const bl_node_id first = bl_graph_slice(b->g, z, 0, half, "%s.first", p->name);
    const bl_node_id other = bl_graph_slice(b->g, z, half, half, "%s.second", p->name);
    const bool gated = layer->mode == BL_WAVENET_GATED;
    snprintf(name, sizeof name, "%.200s.%s", p->name, gated ? "gate" : "blend");
    return gated ? bl_nam_add_gate(b->g, first, other, &layer->act, &layer->second, name)
                 : bl_nam_add_blend(b->g, first, other, &layer->act, &layer->second, name);
}

/* From h and the condition to the activated z. */
static bl_status build_z(builder *b, const place *p, bl_node_id *z, bl_error *error)
{
    bl_node_id mixin = b->condition;
    bl_status status;
    *z = b->h;
    if ((status = add_film(b, p, BL_PART_CONV_PRE_FILM, z, error)) ||
        (status = add_part(b, p, BL_PART_CONV, z, error)) ||
        (status = add_film(b, p, BL_PART_CONV_POST_FILM, z, error)) ||
        (status = add_film(b, p, BL_PART_MIXIN_PRE_FILM, &mixin, error)) ||
        (status = add_part(b, p, BL_PART_MIXIN, &mixin, error)) ||
        (status = add_film(b, p, BL_PART_MIXIN_POST_FILM, &mixin, error)))
        return status;
    *z = bl_graph_add(b->g, *z, mixin, "%s.sum", p->name);
    if ((status = add_film(b, p, BL_PART_ACTIVATION_PRE_FILM, z, error)))
        return status;
    *z = add_activation(b, p, *z);
    return add_film(b, p, BL_PART_ACTIVATION_POST_FILM, z, error);
}

/* The original applies layer1x1_post_film in blended layers only, although files have its weights for all;
 * without layer1x1 it hands h on as it is. */
static bl_status build_layer(builder *b, const place *p, bl_error *error)
{
    bl_node_id z;
    bl_status status = build_z(b, p, &z, error);
    if (status)
        return status;
    if (!p->a->head1x1.active)
        add_skip(b, z, p->name);
    if (p->a->layer1x1.active) {
        bl_node_id o = z;
        const bool blended = p->layer->mode == BL_WAVENET_BLENDED;
        if ((status = add_part(b, p, BL_PART_LAYER1X1, &o, error)) ||
            (blended && (status = add_film(b, p, BL_PART_LAYER1X1_POST_FILM, &o, error))))
            return status;
        b->h = bl_graph_add(b->g, b->h, o, "%s.residual", p->name);
    }
    if (p->a->head1x1.active) {
        if ((status = add_part(b, p, BL_PART_HEAD1X1, &z, error)) ||
            (status = add_film(b, p, BL_PART_HEAD1X1_POST_FILM, &z, error)))
            return status;
        add_skip(b, z, p->name);
    }
    return BL_OK;
}

static bl_status build_array(builder *b, const bl_wavenet_array *a, size_t index, bl_error *error)
{
    const bl_nam_conv rechannel = bl_wavenet_rechannel_conv(a);
    char name[BL_NAM_NAME_SIZE];
    snprintf(name, sizeof name, "%slayers.%zu.rechannel", b->o->prefix, index);
    bl_status status = bl_nam_add_conv(b->o, &b->h, &rechannel.shape, name, error);
    for (size_t k = 0; !status && k < a->layer_count; k++) {
        snprintf(name, sizeof name, "%slayers.%zu.layers.%zu", b->o->prefix, index, k);
        status = build_layer(b, &(place){ a, &a->layers[k], name }, error);
    }
    snprintf(name, sizeof name, "%slayers.%zu.head_rechannel", b->o->prefix, index);
    return status ? status : bl_nam_add_conv(b->o, &b->skip, &a->head, name, error);
}

static bl_status build_head(builder *b, const bl_wavenet_config *config, bl_error *error)
{
    bl_status status = BL_OK;
    for (size_t i = 0; !status && i < config->head.count; i++) {
        const bl_nam_conv conv = bl_wavenet_head_conv(config, i);
        char name[BL_NAM_NAME_SIZE];
        snprintf(name, sizeof name, "%shead.%zu.activation", b->o->prefix, i);
        b->skip = bl_nam_add_activation(b->g, b->skip, &config->head.act, name);
        snprintf(name, sizeof name, "%shead.%zu", b->o->prefix, i);
        status = bl_nam_add_conv(b->o, &b->skip, &conv.shape, name, error);
    }
    return status;
}

static bl_status build_config(bl_nam_object *o, const bl_wavenet_config *config, bl_node_id condition, float scale,
                              bl_node_id *x, bl_error *error)
{
    builder b = { .o = o, .g = o->graph, .condition = condition, .h = *x };
    bl_status status = BL_OK;
    for (size_t i = 0; !status && i < config->array_count; i++)
        status = build_array(&b, &config->arrays[i], i, error);
    if (status)
        return status;
    b.skip = bl_graph_scale(b.g, b.skip, scale, "%shead_scale", o->prefix);
    status = build_head(&b, config, error);
    *x = b.skip;
    return status;
}

/* Zeros until the arrays and the head are in the state that they have in silence, beyond the first. */
static size_t count_history(const bl_wavenet_config *config)
{
    size_t n = 0;
    for (size_t i = 0; i < config->array_count; i++) {
        const bl_wavenet_array *a = &config->arrays[i];
        n += a->head.dilation * (a->head.kernel - 1);
        for (size_t k = 0; k < a->layer_count; k++)
            n += a->layers[k].dilation * (a->layers[k].kernel - 1);
    }
    for (size_t i = 0; i < config->head.count; i++)
        n += config->head.kernels[i] - 1;
    return n;
}

/* "Tanh", or "mixed activations" where layers differ. */
static const char *activation_words(const bl_wavenet_config *config)
{
    const char *name = bl_nam_activation_name(&config->arrays[0].layers[0].act);
    for (size_t i = 0; i < config->array_count; i++)
        for (size_t k = 0; k < config->arrays[i].layer_count; k++)
            if (strcmp(bl_nam_activation_name(&config->arrays[i].layers[k].act), name))
                return "mixed activations";
    return name;
}

/* What a WaveNet can have beside its layers. */
typedef struct extras {
    bool gated, blended, film, head;
} extras;

static extras find_extras(const bl_wavenet_config *config)
{
    extras e = { .head = config->head.count > 0 };
    for (size_t i = 0; i < config->array_count; i++) {
        const bl_wavenet_array *a = &config->arrays[i];
        for (size_t k = 0; k < a->layer_count; k++) {
            e.gated = e.gated || a->layers[k].mode == BL_WAVENET_GATED;
            e.blended = e.blended || a->layers[k].mode == BL_WAVENET_BLENDED;
        }
        for (size_t k = 0; k < BL_FILM_COUNT; k++)
            e.film = e.film || a->films[k].active;
    }
    return e;
}

/* "WaveNet, 10+10 layers of 16+8 channels, Tanh, condition by LSTM" */
static void describe(bl_nam_object *o, const bl_wavenet_config *config, const char *condition)
{
    char layers[60] = "", channels[60] = "";
    size_t l = 0, c = 0;
    for (size_t i = 0; i < config->array_count; i++) {
        const bl_wavenet_array *a = &config->arrays[i];
        const char *plus = i ? "+" : "";
        if (l < sizeof layers - 24 && c < sizeof channels - 24) { /* room for any number; more arrays are cut */
            l += (size_t)snprintf(layers + l, sizeof layers - l, "%s%zu", plus, a->layer_count);
            c += (size_t)snprintf(channels + c, sizeof channels - c, "%s%zu", plus, a->channels);
        }
    }
    const extras e = find_extras(config);
    snprintf(o->text, sizeof o->text, "WaveNet, %s layer%s of %s channel%s, %s%s%s%s%s%s%.*s", layers,
             strcmp(layers, "1") ? "s" : "", channels, strcmp(channels, "1") ? "s" : "", activation_words(config),
             e.gated ? ", gated" : "", e.blended ? ", blended" : "", e.film ? ", FiLM" : "", e.head ? ", head" : "",
             *condition ? ", condition by " : "", (int)strcspn(condition, ","), condition);
}

/* "a sample rate of 48000 Hz", or that there is none. */
static const char *rate_words(double hz, char text[64])
{
    snprintf(text, 64, isnan(hz) ? "no sample rate" : "a sample rate of %.10g Hz", hz);
    return text;
}

/* The condition is the input, or the output of a network of its own.
 *  @param child  receives what that network reports; its text is "" where there is none */
static bl_status build_condition(bl_nam_object *o, bl_node_id *condition, bl_nam_object *child, bl_error *error)
{
    *child = (bl_nam_object){ .prewarm = 1 };
    if (!bl_json_has(&o->config, "condition_dsp"))
        return BL_OK;
    const bl_json at = bl_json_member(&o->config, "condition_dsp");
    bl_status status = bl_nam_build_nested(o, &at, o->graph, "condition_dsp.", condition, child, error);
    if (status)
        return status;
    const double rate = child->sample_rate_hz, own = o->sample_rate_hz;
    if (rate != own && !(isnan(rate) && isnan(own))) {
        char rates[2][64];
        return bl_fail(error, BL_ERR_FORMAT,
                       "%s has %s, but the network around it has %s; both should have the same.", at.path,
                       rate_words(rate, rates[0]), rate_words(own, rates[1]));
    }
    return BL_OK;
}

static bl_status build_wavenet(bl_nam_object *o, bl_wavenet_config *config, bl_node_id condition, bl_node_id *x,
                               bl_error *error)
{
    float scale;
    bl_status status = bl_wavenet_take_weights(o, config, &scale, error);
    if (!status && o->sizes)
        status = bl_wavenet_slim_list(config, o->sizes, error);
    if (!status && o->sizes && o->options->has_quality)
        status = bl_wavenet_slim(&o->config, config, o->options->quality, error);
    return status ? status : build_config(o, config, condition, scale, x, error);
}

static bl_status build(bl_nam_object *o, bl_node_id *x, bl_error *error)
{
    bl_wavenet_config config;
    bl_nam_object child;
    bl_node_id condition = *x;
    bl_status status = build_condition(o, &condition, &child, error);
    if (status)
        return status;
    status = bl_wavenet_config_read(&o->config, bl_nam_channels(o->graph, *x), bl_nam_channels(o->graph, condition),
                                    &config, error);
    if (!status && !(status = build_wavenet(o, &config, condition, x, error))) {
        o->prewarm = child.prewarm + count_history(&config);
        describe(o, &config, child.text);
    }
    bl_wavenet_config_free(&config);
    return status;
}

const bl_nam_architecture bl_nam_wavenet = { "WaveNet", build };
