/* The hot loop: a tile of ROWS output rows by RUN vectors of frames is summed in registers while the
 * sources pass by. Per source row it loads RUN vectors and ROWS weights and does ROWS * RUN
 * multiply-adds, so that the loads stay behind the arithmetic. */

ALWAYS_INLINE void affine_tile(const int ROWS, const int RUN, float *y, size_t y_stride, const float *addend,
                               size_t addend_stride, const float *w, const bl_rows *source, size_t source_count,
                               size_t t)
{
    VF sum[TILE_ROWS][4];
    UNROLL
    for (int o = 0; o < ROWS; o++) {
        UNROLL
        for (int f = 0; f < RUN; f++)
            sum[o][f] = vf_set1(w[o]);
    }
    w += ROWS;
    for (const bl_rows *end = source + source_count; source < end; source++) {
        const float *x = source->x + t;
        for (size_t r = source->count; r; r--, x += source->stride, w += ROWS) {
            VF in[4];
            UNROLL
            for (int f = 0; f < RUN; f++) {
                in[f] = vf_load(x + f * VF_LEN);
                vf_keep(in[f]); /* or compilers load it again for every row */
            }
            UNROLL
            for (int o = 0; o < ROWS; o++) {
                const VF weight = vf_set1(w[o]);
                UNROLL
                for (int f = 0; f < RUN; f++)
                    sum[o][f] = vf_fma(weight, in[f], sum[o][f]);
            }
        }
    }
    UNROLL
    for (int o = 0; o < ROWS; o++) {
        UNROLL
        for (int f = 0; f < RUN; f++) {
            VF value = sum[o][f];
            if (addend)
                value = vf_add(vf_load(addend + (size_t)o * addend_stride + t + f * VF_LEN), value);
            vf_store(y + (size_t)o * y_stride + t + f * VF_LEN, value);
        }
    }
}

typedef void affine_tile_fn(float *y, size_t y_stride, const float *addend, size_t addend_stride, const float *w,
                            const bl_rows *source, size_t source_count, size_t t);

/* Vectors of frames that a tile of ROWS rows takes at once: their sums, the input and a weight (and, without
 * a fused multiply-add, a product) fit into the registers. */
#define LONGEST_RUN(ROWS) ((TILE_REGISTERS - 1) / ((ROWS) + 1) < 4 ? (TILE_REGISTERS - 1) / ((ROWS) + 1) : 4)

/* A run that is longer than that is never called. */
#define AFFINE_TILE(ROWS, RUN)                                                                                     \
    static void affine_tile_##ROWS##x##RUN(float *y, size_t y_stride, const float *addend, size_t addend_stride,   \
                                           const float *w, const bl_rows *source, size_t source_count, size_t t)   \
    {                                                                                                              \
        affine_tile(ROWS, RUN <= LONGEST_RUN(ROWS) ? RUN : 1, y, y_stride, addend, addend_stride, w, source,       \
                    source_count, t);                                                                              \
    }
#define AFFINE_TILES(ROWS) AFFINE_TILE(ROWS, 1) AFFINE_TILE(ROWS, 2) AFFINE_TILE(ROWS, 3) AFFINE_TILE(ROWS, 4)
AFFINE_TILES(1)
AFFINE_TILES(2)
AFFINE_TILES(3)
AFFINE_TILES(4)
AFFINE_TILES(5)
AFFINE_TILES(6)

#define AFFINE_ENTRY(ROWS)                                                                                         \
    {                                                                                                              \
        affine_tile_##ROWS##x1, affine_tile_##ROWS##x2, affine_tile_##ROWS##x3, affine_tile_##ROWS##x4             \
    }
static affine_tile_fn *const affine_tiles[6][4] = { AFFINE_ENTRY(1), AFFINE_ENTRY(2), AFFINE_ENTRY(3),
                                                    AFFINE_ENTRY(4), AFFINE_ENTRY(5), AFFINE_ENTRY(6) };

static void affine(bl_out out, const float *addend, size_t addend_stride, const bl_affine *affine,
                   const bl_rows *sources, size_t frames)
{
    for (const bl_tile *tile = affine->tiles; tile < affine->tiles + affine->tile_count; tile++) {
        const size_t longest = LONGEST_RUN(tile->rows);
        float *y = out.y + tile->first_row * out.stride;
        const float *add = addend ? addend + tile->first_row * addend_stride : NULL;
        size_t t = 0, vectors = (frames + VF_LEN - 1) / VF_LEN;
        while (vectors) {
            const size_t run = vectors < longest ? vectors : longest;
            affine_tiles[tile->rows - 1][run - 1](y, out.stride, add, addend_stride,
                                                  affine->weights + tile->weights, sources + tile->first_source,
                                                  tile->source_count, t);
            t += run * VF_LEN;
            vectors -= run;
        }
    }
}
