/* Finds the WaveNet in a graph by walking from the output to the input, so that arrays and layers are found
 * last first; in the end both are turned round. formats/nam_wavenet.c shows the graph of such a network. */
#include "base/alloc.h"
#include "base/fail.h"
#include "formats/save_nam_wavenet.h"

#include <stdlib.h>

/* Where the walk stands. */
typedef struct finder {
    const bl_nam_out *out;
    bl_found_wavenet *w;
    bl_error *error;
} finder;

static const bl_node *node_at(const finder *f, bl_node_id id)
{
    return &f->out->g->nodes[id];
}

static bool is(const finder *f, bl_node_id id, bl_node_kind kind)
{
    return node_at(f, id)->kind == kind;
}

static bl_node_id input_of(const finder *f, bl_node_id id, size_t i)
{
    return node_at(f, id)->inputs[i];
}

static bool is_act(const finder *f, bl_node_id id)
{
    return is(f, id, BL_NODE_ACTIVATION) || is(f, id, BL_NODE_PRELU) || is(f, id, BL_NODE_GATE) ||
           is(f, id, BL_NODE_BLEND);
}

static bl_status misfit(const finder *f, bl_node_id id, const char *expected)
{
    return bl_save_nam_misfit(f->out, id, expected, f->error);
}

/* ---- one layer ---- */

/* The sum that an activation or a gate works on; gates take its two halves. */
static bl_status find_sum(const finder *f, bl_node_id act, bl_node_id *sum)
{
    bl_node_id x = input_of(f, act, 0);
    if (is(f, act, BL_NODE_GATE) || is(f, act, BL_NODE_BLEND)) {
        if (!is(f, x, BL_NODE_SLICE))
            return misfit(f, x, "a slice with half of the channels");
        x = input_of(f, x, 0);
    }
    if (!is(f, x, BL_NODE_ADD) || !is(f, input_of(f, x, 0), BL_NODE_CONV1D) ||
        !is(f, input_of(f, x, 1), BL_NODE_CONV1D))
        return misfit(f, x, "the sum of a dilated convolution and a mix-in of the input");
    *sum = x;
    return BL_OK;
}

/* The layer that gives z to the skip sum: an activation, or a convolution behind one. */
static bl_status find_layer(const finder *f, bl_node_id z, bl_found_layer *layer)
{
    *layer = (bl_found_layer){ .act = z, .layer1x1 = BL_NO_NODE, .head1x1 = BL_NO_NODE };
    if (is(f, z, BL_NODE_CONV1D)) {
        layer->head1x1 = z;
        layer->act = input_of(f, z, 0);
    }
    if (!is_act(f, layer->act))
        return misfit(f, layer->act, "the activation of a layer");
    bl_node_id sum = 0;
    bl_status status = find_sum(f, layer->act, &sum);
    if (status)
        return status;
    layer->conv = input_of(f, sum, 0);
    layer->mixin = input_of(f, sum, 1);
    layer->h = input_of(f, layer->conv, 0);
    const bl_node_id condition = input_of(f, layer->mixin, 0);
    return is(f, condition, BL_NODE_INPUT) ? BL_OK : misfit(f, condition, "the input, which every layer mixes in");
}

/* The 1x1 convolution of the layer in x = h + layer1x1(act), or BL_NO_NODE where x is not that sum. */
static bl_node_id layer1x1_in(const finder *f, bl_node_id x, const bl_found_layer *layer)
{
    if (!is(f, x, BL_NODE_ADD) || input_of(f, x, 0) != layer->h)
        return BL_NO_NODE;
    const bl_node_id conv = input_of(f, x, 1);
    return is(f, conv, BL_NODE_CONV1D) && input_of(f, conv, 0) == layer->act ? conv : BL_NO_NODE;
}

/* That of the last layer of all: nothing uses it, so it may be missing. */
static bl_node_id unused_layer1x1(const finder *f, const bl_found_layer *layer)
{
    bl_node_id found = BL_NO_NODE;
    for (size_t id = 0; id < f->out->g->count && found == BL_NO_NODE; id++)
        found = layer1x1_in(f, (bl_node_id)id, layer);
    return found;
}

/* ---- the walk ---- */

static bl_status push_layer(const finder *f, const bl_found_layer *layer)
{
    bl_found_wavenet *w = f->w;
    if (!bl_grow((void **)&w->layers, &w->layer_capacity, w->layer_count, sizeof *layer))
        return bl_fail_no_mem(f->error);
    w->layers[w->layer_count++] = *layer;
    return BL_OK;
}

/* True if the skip sum `sum`, to which a layer of the given h adds, ends with another layer of the same array:
 * else it is the output of the array before. */
static bool continues(const finder *f, bl_node_id sum, bl_node_id h)
{
    if (!is(f, sum, BL_NODE_CONV1D) || !is_act(f, input_of(f, sum, 0)))
        return !is(f, sum, BL_NODE_CONV1D);
    bl_found_layer layer; /* head1x1 of the first layer of all, or the head of an array of one layer */
    if (find_layer(f, sum, &layer))
        return false;
    return layer.h == h || layer1x1_in(f, h, &layer) != BL_NO_NODE;
}

/* The layers of the array whose skip sum is `sum`.
 * @param end     the h behind the array, or BL_NO_NODE for the last array
 * @param before  receives the skip sum that the array begins with, BL_NO_NODE for the first array */
static bl_status find_layers(const finder *f, bl_node_id sum, bl_node_id end, bl_found_array *array,
                             bl_node_id *before)
{
    for (bool more = true; more; array->count++) {
        const bool add = is(f, sum, BL_NODE_ADD);
        bl_found_layer layer;
        bl_status status = find_layer(f, add ? input_of(f, sum, 1) : sum, &layer);
        if (status)
            return status;
        layer.layer1x1 = end == BL_NO_NODE ? unused_layer1x1(f, &layer) : layer1x1_in(f, end, &layer);
        if (end != BL_NO_NODE && layer.layer1x1 == BL_NO_NODE && end != layer.h)
            return misfit(f, end, "the sum of a layer's input and its 1x1 convolution");
        if ((status = push_layer(f, &layer)))
            return status;
        *before = sum = add ? input_of(f, sum, 0) : BL_NO_NODE;
        more = add && continues(f, sum, layer.h);
        array->rechannel = end = layer.h;
    }
    if (!is(f, array->rechannel, BL_NODE_CONV1D))
        return misfit(f, array->rechannel, "the 1x1 convolution at the beginning of the layers");
    return BL_OK;
}

static bl_status find_arrays(const finder *f, bl_node_id head)
{
    bl_found_wavenet *w = f->w;
    bl_node_id end = BL_NO_NODE;
    while (head != BL_NO_NODE) {
        if (!is(f, head, BL_NODE_CONV1D))
            return misfit(f, head, "the convolution behind the skip sum");
        if (!bl_grow((void **)&w->arrays, &w->array_capacity, w->array_count, sizeof *w->arrays))
            return bl_fail_no_mem(f->error);
        bl_found_array *array = &w->arrays[w->array_count++];
        *array = (bl_found_array){ .head = head, .first = w->layer_count };
        bl_status status = find_layers(f, input_of(f, head, 0), end, array, &head);
        if (status)
            return status;
        end = input_of(f, array->rechannel, 0);
    }
    return is(f, end, BL_NODE_INPUT) ? BL_OK : misfit(f, end, "the input");
}

/* Convolutions with an activation before each, behind the layers; *y becomes what goes into them. */
static bl_status find_post(const finder *f, bl_node_id *y)
{
    bl_found_wavenet *w = f->w;
    while (is(f, *y, BL_NODE_CONV1D)) {
        const bl_node_id act = input_of(f, *y, 0);
        if (!is(f, act, BL_NODE_ACTIVATION) && !is(f, act, BL_NODE_PRELU))
            break;
        const bl_node_id x = input_of(f, act, 0);
        if (!is(f, x, BL_NODE_CONV1D) && !is(f, x, BL_NODE_SCALE))
            break;
        if (!bl_grow((void **)&w->post, &w->post_capacity, w->post_count, sizeof *w->post))
            return bl_fail_no_mem(f->error);
        w->post[w->post_count++] = *y;
        *y = x;
    }
    return BL_OK;
}

static void turn_round(bl_found_wavenet *w)
{
    for (size_t i = 0, k = w->layer_count; i + 1 < k--; i++) {
        const bl_found_layer other = w->layers[i];
        w->layers[i] = w->layers[k];
        w->layers[k] = other;
    }
    for (size_t i = 0, k = w->array_count; i + 1 < k--; i++) {
        const bl_found_array other = w->arrays[i];
        w->arrays[i] = w->arrays[k];
        w->arrays[k] = other;
    }
    for (size_t i = 0, k = w->post_count; i + 1 < k--; i++) {
        const bl_node_id other = w->post[i];
        w->post[i] = w->post[k];
        w->post[k] = other;
    }
    for (size_t i = 0, first = 0; i < w->array_count; first += w->arrays[i++].count)
        w->arrays[i].first = first;
}

bl_status bl_find_wavenet(const bl_nam_out *out, bl_found_wavenet *w, bl_error *error)
{
    *w = (bl_found_wavenet){ .scale = 1.0f };
    const finder f = { .out = out, .w = w, .error = error };
    bl_node_id y = input_of(&f, (bl_node_id)(out->g->count - 1), 0);
    bl_status status = find_post(&f, &y);
    if (!status && is(&f, y, BL_NODE_SCALE)) {
        w->scale = node_at(&f, y)->u.factor;
        y = input_of(&f, y, 0);
    }
    if (!status)
        status = find_arrays(&f, y);
    turn_round(w);
    return status;
}

void bl_found_wavenet_free(bl_found_wavenet *w)
{
    free(w->layers);
    free(w->arrays);
    free(w->post);
    *w = (bl_found_wavenet){ 0 };
}
