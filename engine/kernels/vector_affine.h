/* The hot loop: a tile of ROWS output rows by some vectors of frames, RUN in each of LANES lanes, is summed in
 * registers while the sources pass by. Per source row it loads the vectors and ROWS weights and does ROWS
 * multiply-adds with each vector, so that the loads stay behind the arithmetic. */

/* What a tile works on, from its first frame on; copied from where it stands, because compilers must take it that a
 * stored vector could change what a pointer points to. */
typedef struct tile_work {
    float *memory, *y;
    const float *w, *mix; /* weights; of a layer's second product */
    const float *addend;  /* NULL for none */
    float *total;         /* rows of the sum, NULL for none */
    const float *plus;
    const uint32_t *place, *taps, *end; /* of the sources; of a layer's taps the end */
    const bl_shape *shape;
    size_t y_stride, addend_stride, total_stride, plus_stride, lane_floats;
    size_t left; /* frames up to the end of the run, perhaps fewer than the vectors hold */
    const bl_activation *act;
} tile_work;

/* Vector f of a row: */
#define VECTOR_AT(row, f) ((row) + (size_t)((f) / RUN) * p.lane_floats + (f) % RUN * VF_LEN)

/* Stores EXPR, of row o and vector f, for rows 0 .. COUNT - 1 from y on; EACH moves on. Where the run ends
 * within the last vector, what stands behind is kept. */
#define STORE_ROWS(COUNT, y, EACH, EXPR)                                                                           \
    {                                                                                                              \
        const bool whole = p.left >= (size_t)RUN * VF_LEN;                                                         \
        UNROLL                                                                                                     \
        for (int o = 0; o < (COUNT); o++, EACH) {                                                                  \
            UNROLL                                                                                                 \
            for (int f = 0; f < RUN * LANES; f++) {                                                                \
                if (LIKELY(whole) || f % RUN < RUN - 1)                                                            \
                    vf_store(VECTOR_AT(y, f), EXPR);                                                               \
                else                                                                                               \
                    store_part(VECTOR_AT(y, f), EXPR, p.left % VF_LEN);                                            \
            }                                                                                                      \
        }                                                                                                          \
    }

/* sum[o][f] += w[o] * x */
#define ADD_SOURCE_ROW(sum)                                                                                        \
    {                                                                                                              \
        VF in[4];                                                                                                  \
        UNROLL                                                                                                     \
        for (int f = 0; f < RUN * LANES; f++) {                                                                    \
            in[f] = vf_load(VECTOR_AT(x, f));                                                                      \
            vf_keep(in[f]); /* or compilers load it again for every row */                                         \
        }                                                                                                          \
        UNROLL                                                                                                     \
        for (int o = 0; o < ROWS; o++) {                                                                           \
            const VF weight = vf_set1(w[o]);                                                                       \
            UNROLL                                                                                                 \
            for (int f = 0; f < RUN * LANES; f++)                                                                  \
                sum[o][f] = vf_fma(weight, in[f], sum[o][f]);                                                      \
        }                                                                                                          \
    }

/* Rows of a layer's second product that are summed together, beside the rows of the first. */
#define LAYER_ROOM(ROWS, VECTORS)   ((TILE_REGISTERS - 1) / (VECTORS) - (ROWS))
#define LAYER_GROUPS(ROWS, VECTORS) (((ROWS) + LAYER_ROOM(ROWS, VECTORS) - 1) / LAYER_ROOM(ROWS, VECTORS))
#define LAYER_GROUP(ROWS, VECTORS)  (((ROWS) + LAYER_GROUPS(ROWS, VECTORS) - 1) / LAYER_GROUPS(ROWS, VECTORS))

/* The second product of a layer, with the values z of the first, and its addend. */
ALWAYS_INLINE void mix_layer(const int ROWS, const int RUN, const int LANES, const tile_work p, VF (*z)[4])
{
    const int GROUP = LAYER_GROUP(ROWS, RUN * LANES);
    const float *add = p.addend;
    float *y = p.y;
    UNROLL
    for (int first = 0; first < ROWS; first += GROUP) {
        const int END = ROWS - first < GROUP ? ROWS - first : GROUP;
        VF sum[TILE_ROWS][4];
        UNROLL
        for (int o = 0; o < END; o++) {
            UNROLL
            for (int f = 0; f < RUN * LANES; f++)
                sum[o][f] = vf_set1(p.mix[first + o]);
        }
        UNROLL
        for (int r = 0; r < ROWS; r++) {
            UNROLL
            for (int o = 0; o < END; o++) {
                const VF weight = vf_set1(p.mix[(1 + r) * ROWS + first + o]);
                UNROLL
                for (int f = 0; f < RUN * LANES; f++)
                    sum[o][f] = vf_fma(weight, z[r][f], sum[o][f]);
            }
        }
        STORE_ROWS(END, y, (y += p.y_stride, add += p.addend_stride), vf_add(vf_load(VECTOR_AT(add, f)), sum[o][f]))
    }
}

/* In one piece, though it is long: where the sums pass from function to function, gcc spills them. */
ALWAYS_INLINE void affine_tile(const int ROWS, const int RUN, const int LANES, const bl_activation_kind ACT,
                               const bool LAYER, const tile_work p)
{
    const uint32_t *place = p.place;
    const bl_shape *shape = p.shape;
    const float *w = p.w;
    float *y = p.y;
    VF sum[TILE_ROWS][4], odd[TILE_ROWS][4];
    const bool SPLIT = LAYER && ROWS <= LAYER_SPLIT;
    UNROLL
    for (int o = 0; o < ROWS; o++) {
        UNROLL
        for (int f = 0; f < RUN * LANES; f++) {
            sum[o][f] = vf_set1(w[o]);
            odd[o][f] = vf_set1(0.0f);
        }
    }
    w += ROWS;
    if (LAYER) {
        const size_t stride = shape->stride;
        for (; place < p.taps; place++) {
            const float *x = p.memory + *place;
            UNROLL
            for (int r = 0; r < ROWS; r++, x += stride, w += ROWS) {
                if (SPLIT && r % 2)
                    ADD_SOURCE_ROW(odd)
                else
                    ADD_SOURCE_ROW(sum)
            }
        }
        for (; place < p.end; place++, w += ROWS) {
            const float *x = p.memory + *place;
            ADD_SOURCE_ROW(sum)
        }
    }
    for (; !LAYER && place < p.end; place++, shape++) {
        const float *x = p.memory + *place;
        const size_t stride = shape->stride;
        for (size_t r = shape->channels; r; r--, x += stride, w += ROWS)
            ADD_SOURCE_ROW(sum)
    }
    if (SPLIT) {
        UNROLL
        for (int o = 0; o < ROWS; o++) {
            UNROLL
            for (int f = 0; f < RUN * LANES; f++)
                sum[o][f] = vf_add(sum[o][f], odd[o][f]);
        }
    }
    if (!LAYER && p.addend) {
        const float *add = p.addend;
        UNROLL
        for (int o = 0; o < ROWS; o++, add += p.addend_stride) {
            UNROLL
            for (int f = 0; f < RUN * LANES; f++)
                sum[o][f] = vf_add(vf_load(VECTOR_AT(add, f)), sum[o][f]);
        }
    }
    if (ACT != BL_ACT_LINEAR) {
        const act_params params = spread(*p.act);
        UNROLL
        for (int o = 0; o < ROWS; o++) {
            UNROLL
            for (int f = 0; f < RUN * LANES; f++)
                sum[o][f] = activate(sum[o][f], ACT, params);
        }
    }
    if (!LAYER)
        STORE_ROWS(ROWS, y, y += p.y_stride, sum[o][f])
    if (ACT != BL_ACT_LINEAR && p.total) {
        float *total = p.total;
        const float *plus = p.plus ? p.plus : total; /* a layer's may be missing */
        STORE_ROWS(ROWS, total, (total += p.total_stride, plus += p.plus_stride),
                   LAYER && !p.plus ? sum[o][f] : vf_add(vf_load(VECTOR_AT(plus, f)), sum[o][f]))
    }
    if (LAYER)
        mix_layer(ROWS, RUN, LANES, p, sum);
}

ALWAYS_INLINE tile_work work_of(const bool LAYER, const bl_affine *affine, const bl_tile *tile,
                                const bl_lanes *lanes, const uint32_t *places, size_t t, size_t end)
{
    const size_t row = LAYER ? 0 : tile->first_row, source = BL_AT_INPUTS + (LAYER ? 0 : tile->first_source);
    const bl_shape *shapes = affine->shapes;
    float *memory = lanes->memory + t;
    const float *addend = bl_affine_row(affine, memory, places, BL_AT_ADDEND, row);
    return (tile_work){ .memory = memory,
                        .y = memory + places[BL_AT_OUT] + row * shapes[BL_AT_OUT].stride,
                        .w = affine->weights + tile->weights,
                        .mix = LAYER ? affine->weights + affine->mix->weights : NULL,
                        .addend = LAYER ? memory + places[BL_AT_ADDEND] : addend,
                        .total = bl_affine_row(affine, memory, places, BL_AT_SUM, row),
                        .plus = bl_affine_row(affine, memory, places, BL_AT_PLUS, row),
                        .place = places + source,
                        .taps = places + source + tile->taps,
                        .end = places + source + tile->source_count,
                        .shape = shapes + source,
                        .y_stride = shapes[BL_AT_OUT].stride,
                        .addend_stride = shapes[BL_AT_ADDEND].stride,
                        .total_stride = shapes[BL_AT_SUM].stride,
                        .plus_stride = shapes[BL_AT_PLUS].stride,
                        .lane_floats = lanes->floats,
                        .left = end - t,
                        .act = &affine->act };
}

/* Plain, for compilers to vectorise. */
static void advance(uint32_t *restrict place, const uint32_t *restrict end, const uint32_t *restrict turn,
                    size_t count, uint32_t frames)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t next = place[i] + (turn[i] ? frames : 0);
        place[i] = next >= end[i] ? next - turn[i] : next;
    }
}
