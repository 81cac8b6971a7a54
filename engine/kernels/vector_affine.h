/* The hot loop: a tile of ROWS output rows by some vectors of frames, RUN in each of LANES lanes, is summed in
 * registers while the sources pass by. Per source row it loads the vectors and ROWS weights and does ROWS
 * multiply-adds with each vector, so that the loads stay behind the arithmetic. */

/* What a tile works on; copied from where it stands, because compilers must take it that a stored vector could
 * change what a pointer points to. */
typedef struct tile_work {
    float *memory, *y;
    const float *w;
    const float *addend; /* NULL for none */
    float *total;        /* rows of the sum, NULL for none */
    const float *plus;
    const uint32_t *place, *end; /* of the sources */
    const bl_shape *shape;
    size_t y_stride, addend_stride, total_stride, plus_stride, lane_floats;
    const bl_activation *act;
} tile_work;

/* In one piece, though it is long: where the sums pass from function to function, gcc spills them. Vector f of
 * a row: */
#define VECTOR_AT(row, f) ((row) + (size_t)((f) / RUN) * p.lane_floats + (f) % RUN * VF_LEN)

ALWAYS_INLINE void affine_tile(const int ROWS, const int RUN, const int LANES, const bl_activation_kind ACT,
                               const tile_work p, size_t t)
{
    const uint32_t *place = p.place;
    const bl_shape *shape = p.shape;
    const float *w = p.w, *memory = p.memory + t;
    float *y = p.y + t;
    VF sum[TILE_ROWS][4];
    UNROLL
    for (int o = 0; o < ROWS; o++) {
        UNROLL
        for (int f = 0; f < RUN * LANES; f++)
            sum[o][f] = vf_set1(w[o]);
    }
    w += ROWS;
    for (; place < p.end; place++, shape++) {
        const float *x = memory + *place;
        const size_t stride = shape->stride;
        for (size_t r = shape->channels; r; r--, x += stride, w += ROWS) {
            VF in[4];
            UNROLL
            for (int f = 0; f < RUN * LANES; f++) {
                in[f] = vf_load(VECTOR_AT(x, f));
                vf_keep(in[f]); /* or compilers load it again for every row */
            }
            UNROLL
            for (int o = 0; o < ROWS; o++) {
                const VF weight = vf_set1(w[o]);
                UNROLL
                for (int f = 0; f < RUN * LANES; f++)
                    sum[o][f] = vf_fma(weight, in[f], sum[o][f]);
            }
        }
    }
    if (p.addend) {
        const float *add = p.addend + t;
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
    UNROLL
    for (int o = 0; o < ROWS; o++, y += p.y_stride) {
        UNROLL
        for (int f = 0; f < RUN * LANES; f++)
            vf_store(VECTOR_AT(y, f), sum[o][f]);
    }
    if (ACT != BL_ACT_LINEAR && p.total) {
        const float *plus = p.plus + t;
        float *total = p.total + t;
        UNROLL
        for (int o = 0; o < ROWS; o++, total += p.total_stride, plus += p.plus_stride) {
            UNROLL
            for (int f = 0; f < RUN * LANES; f++)
                vf_store(VECTOR_AT(total, f), vf_add(vf_load(VECTOR_AT(plus, f)), sum[o][f]));
        }
    }
}

/* Vectors of frames that a tile of ROWS rows takes at once: their sums, the input and a weight (and, without
 * a fused multiply-add, a product) fit into the registers. */
#define LONGEST_RUN(ROWS) ((TILE_REGISTERS - 1) / ((ROWS) + 1) < 4 ? (TILE_REGISTERS - 1) / ((ROWS) + 1) : 4)

ALWAYS_INLINE tile_work work_of(const bl_affine *affine, const bl_tile *tile, const bl_affine_io *io)
{
    const size_t source = BL_AT_INPUTS + tile->first_source;
    return (tile_work){ .memory = io->memory,
                        .y = bl_affine_row(io, BL_AT_OUT, tile->first_row, 0),
                        .w = affine->weights + tile->weights,
                        .addend = bl_affine_row(io, BL_AT_ADDEND, tile->first_row, 0),
                        .total = bl_affine_row(io, BL_AT_SUM, tile->first_row, 0),
                        .plus = bl_affine_row(io, BL_AT_PLUS, tile->first_row, 0),
                        .place = io->places + source,
                        .end = io->places + source + tile->source_count,
                        .shape = io->shapes + source,
                        .y_stride = io->shapes[BL_AT_OUT].stride,
                        .addend_stride = io->shapes[BL_AT_ADDEND].stride,
                        .total_stride = io->shapes[BL_AT_SUM].stride,
                        .plus_stride = io->shapes[BL_AT_PLUS].stride,
                        .lane_floats = io->lane_floats,
                        .act = io->act };
}

/* All frames of a tile: the longest runs first, then one that takes the rest. */
ALWAYS_INLINE void affine_rows(const int ROWS, const int LANES, const bl_activation_kind ACT,
                               const bl_affine *affine, const bl_tile *tile, const bl_affine_io *io, size_t frames)
{
    const tile_work p = work_of(affine, tile, io);
    const int LONGEST = LONGEST_RUN(ROWS) / LANES;
    size_t t = 0, vectors = (frames + VF_LEN - 1) / VF_LEN;
    for (; vectors >= (size_t)LONGEST && (LONGEST != 3 || vectors != 4);
         vectors -= (size_t)LONGEST, t += (size_t)LONGEST * VF_LEN)
        affine_tile(ROWS, LONGEST, LANES, ACT, p, t);
    if (LONGEST == 3 && vectors == 4) { /* twice two are quicker than three and one */
        affine_tile(ROWS, 2, LANES, ACT, p, t);
        t += 2 * VF_LEN;
        vectors = 2;
    }
    if (LONGEST > 3 && vectors == 3)
        affine_tile(ROWS, 3, LANES, ACT, p, t);
    if (LONGEST > 2 && vectors == 2)
        affine_tile(ROWS, 2, LANES, ACT, p, t);
    if (LONGEST > 1 && vectors == 1)
        affine_tile(ROWS, 1, LANES, ACT, p, t);
}

typedef void affine_rows_fn(const bl_affine *affine, const bl_tile *tile, const bl_affine_io *io, size_t frames);

/* The activations of most captures are applied while the sums are in registers; with any other, and with none, the
 * rows are stored as they are. */
#define ROWS_WITH(name, ROWS, LANES, ACT)                                                                          \
    static void name##_##ROWS##x##LANES(const bl_affine *affine, const bl_tile *tile, const bl_affine_io *io,      \
                                        size_t frames)                                                             \
    {                                                                                                              \
        affine_rows(ROWS, LANES, ACT, affine, tile, io, frames);                                                   \
    }
#define AFFINE_ROWS(ROWS, LANES)                                                                                   \
    ROWS_WITH(affine_rows, ROWS, LANES, BL_ACT_LINEAR)                                                             \
    ROWS_WITH(tanh_rows, ROWS, LANES, BL_ACT_TANH) ROWS_WITH(leaky_relu_rows, ROWS, LANES, BL_ACT_LEAKY_RELU)
#define AFFINE_ROWS_OF_EACH(LANES)                                                                                 \
    AFFINE_ROWS(1, LANES)                                                                                          \
    AFFINE_ROWS(2, LANES)                                                                                          \
    AFFINE_ROWS(3, LANES) AFFINE_ROWS(4, LANES) AFFINE_ROWS(5, LANES) AFFINE_ROWS(6, LANES)
AFFINE_ROWS_OF_EACH(1)
AFFINE_ROWS_OF_EACH(2)

#define ROWS_OF_EACH(name, LANES)                                                                                  \
    {                                                                                                              \
        NULL, name##_1x##LANES, name##_2x##LANES, name##_3x##LANES, name##_4x##LANES, name##_5x##LANES,            \
            name##_6x##LANES                                                                                       \
    }
/* By lanes and rows. */
typedef affine_rows_fn *const affine_rows_table[2][1 + TILE_ROWS];
static affine_rows_table affine_rows_of = { ROWS_OF_EACH(affine_rows, 1), ROWS_OF_EACH(affine_rows, 2) };
static affine_rows_table tanh_rows_of = { ROWS_OF_EACH(tanh_rows, 1), ROWS_OF_EACH(tanh_rows, 2) };
static affine_rows_table leaky_relu_rows_of = { ROWS_OF_EACH(leaky_relu_rows, 1),
                                                ROWS_OF_EACH(leaky_relu_rows, 2) };

static void affine(const bl_affine *affine, const bl_affine_io *io, size_t frames)
{
    const bl_activation_kind act = io->finish ? io->act->kind : BL_ACT_LINEAR;
    const bool tanh_fused = act == BL_ACT_TANH && frames <= TILE_TANH, leaky_fused = act == BL_ACT_LEAKY_RELU;
    const bool finishes = io->finish && !tanh_fused && !leaky_fused;
    affine_rows_table *rows_of = leaky_fused ? &leaky_relu_rows_of : tanh_fused ? &tanh_rows_of : &affine_rows_of;
    for (const bl_tile *tile = affine->tiles; tile < affine->tiles + affine->tile_count; tile++) {
        (*rows_of)[io->lanes - 1][tile->rows](affine, tile, io, frames);
        if (finishes)
            for (size_t lane = 0; lane < io->lanes; lane++)
                bl_affine_finish(io, tile, lane * io->lane_floats, frames);
    }
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
