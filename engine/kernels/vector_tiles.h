/* The shapes of tiles, each as a function of its own, and which of them an operation takes. */

/* Vectors of frames that a tile of ROWS rows takes at once: their sums, the input and a weight (and, without
 * a fused multiply-add, a product) fit into the registers; but two lanes have one each. A layer's second product
 * needs room, too. */
#define WITHIN_2_TO_4(n)     ((n) < 2 ? 2 : (n) > 4 ? 4 : (n))
#define LONGEST(ROWS, LAYER) WITHIN_2_TO_4((TILE_REGISTERS - 1) / ((LAYER) ? (ROWS) + 2 : (ROWS) + 1))

/* Tiles of so many vectors, one after the other, from frame t up to frame `end`. Each has a function of its own, so
 * that short runs pass through nothing that longer ones need: small networks spend most of their time on what
 * surrounds the sums. */
typedef void tiles_fn(const bl_affine *affine, const bl_tile *tile, const bl_lanes *lanes, const uint32_t *places,
                      size_t t, size_t end);
#define TILES_OF(name, ROWS, LANES, RUN, ACT, LAYER)                                                               \
    static void name##_##ROWS##x##LANES##x##RUN(const bl_affine *affine, const bl_tile *tile,                      \
                                                const bl_lanes *lanes, const uint32_t *places, size_t t,           \
                                                size_t end)                                                        \
    {                                                                                                              \
        const int MOST = LONGEST(ROWS, LAYER) / LANES;                                                             \
        if (RUN > MOST)                                                                                            \
            return; /* nobody calls it */                                                                          \
        do {                                                                                                       \
            affine_tile(ROWS, RUN, LANES, ACT, LAYER, work_of(LAYER, affine, tile, lanes, places, t, end));        \
            t += RUN * VF_LEN;                                                                                     \
        } while ((RUN == MOST || MOST == 3) && t < end);                                                           \
    }

/* All frames of a tile: the longest runs first, then one that takes the rest; twice two are quicker than three and
 * one. */
ALWAYS_INLINE void run_tiles(const size_t MOST, tiles_fn *of_1, tiles_fn *of_2, tiles_fn *of_3, tiles_fn *of_4,
                             const bl_affine *affine, const bl_tile *tile, const bl_lanes *lanes,
                             const uint32_t *places, size_t frames)
{
    tiles_fn *of_most = MOST == 4 ? of_4 : MOST == 3 ? of_3 : MOST == 2 ? of_2 : of_1;
    size_t vectors = (frames + VF_LEN - 1) / VF_LEN, times = vectors / MOST, t = 0;
    if (MOST == 3 && vectors % 3 == 1 && times)
        times--;
    if (times) {
        t = times * MOST * VF_LEN;
        vectors -= times * MOST;
        of_most(affine, tile, lanes, places, 0, vectors ? t : frames);
    }
    if (vectors == 4 || vectors == 2)
        of_2(affine, tile, lanes, places, t, frames);
    else if (vectors == 3)
        of_3(affine, tile, lanes, places, t, frames);
    else if (vectors == 1)
        of_1(affine, tile, lanes, places, t, frames);
}

typedef void rows_fn(const bl_affine *affine, const bl_tile *tile, const bl_lanes *lanes, const uint32_t *places,
                     size_t frames);
#define ROWS_OF(ROWS, name, ACT, LAYER)                                                                            \
    TILES_OF(name, ROWS, 1, 1, ACT, LAYER)                                                                         \
    TILES_OF(name, ROWS, 1, 2, ACT, LAYER)                                                                         \
    TILES_OF(name, ROWS, 1, 3, ACT, LAYER)                                                                         \
    TILES_OF(name, ROWS, 1, 4, ACT, LAYER)                                                                         \
    TILES_OF(name, ROWS, 2, 1, ACT, LAYER)                                                                         \
    TILES_OF(name, ROWS, 2, 2, ACT, LAYER)                                                                         \
    static __attribute__((noinline)) void name##_long_##ROWS(const bl_affine *affine, const bl_tile *tile,         \
                                                             const bl_lanes *lanes, const uint32_t *places,        \
                                                             size_t frames)                                        \
    {                                                                                                              \
        if (lanes->count == 1)                                                                                     \
            run_tiles(LONGEST(ROWS, LAYER), name##_##ROWS##x1x1, name##_##ROWS##x1x2, name##_##ROWS##x1x3,         \
                      name##_##ROWS##x1x4, affine, tile, lanes, places, frames);                                   \
        else                                                                                                       \
            run_tiles(LONGEST(ROWS, LAYER) / 2, name##_##ROWS##x2x1, name##_##ROWS##x2x2, NULL, NULL, affine,      \
                      tile, lanes, places, frames);                                                                \
    }
/* For every number of rows. */
#if TILE_ROWS == 8
#define UP_TO_TILE_ROWS(OF, ...)                                                                                   \
    OF(1, __VA_ARGS__)                                                                                             \
    OF(2, __VA_ARGS__)                                                                                             \
    OF(3, __VA_ARGS__)                                                                                             \
    OF(4, __VA_ARGS__)                                                                                             \
    OF(5, __VA_ARGS__)                                                                                             \
    OF(6, __VA_ARGS__)                                                                                             \
    OF(7, __VA_ARGS__)                                                                                             \
    OF(8, __VA_ARGS__)
#else
#define UP_TO_TILE_ROWS(OF, ...)                                                                                   \
    OF(1, __VA_ARGS__)                                                                                             \
    OF(2, __VA_ARGS__)                                                                                             \
    OF(3, __VA_ARGS__)                                                                                             \
    OF(4, __VA_ARGS__)                                                                                             \
    OF(5, __VA_ARGS__)                                                                                             \
    OF(6, __VA_ARGS__)
#endif
#define ENTRY_OF(ROWS, name) [ROWS] = name##_##ROWS,

/* The activations of most captures are applied while the sums are in registers; with any other, and with none, the
 * rows are stored as they are. */
#define AFFINE_OF(ROWS, name)                                                                                      \
    static void name##_##ROWS(const bl_affine *affine, const bl_tile *tile, const bl_lanes *lanes,                 \
                              const uint32_t *places, size_t frames)                                               \
    {                                                                                                              \
        if (lanes->count == 1 && frames <= VF_LEN)                                                                 \
            name##_##ROWS##x1x1(affine, tile, lanes, places, 0, frames);                                           \
        else                                                                                                       \
            name##_long_##ROWS(affine, tile, lanes, places, frames);                                               \
    }
#define AFFINES(name, ACT)                                                                                         \
    UP_TO_TILE_ROWS(ROWS_OF, name, ACT, false)                                                                     \
    UP_TO_TILE_ROWS(AFFINE_OF, name)                                                                               \
    static rows_fn *const name[1 + TILE_ROWS] = { UP_TO_TILE_ROWS(ENTRY_OF, name) };
AFFINES(affine_rows, BL_ACT_LINEAR)
AFFINES(tanh_rows, BL_ACT_TANH)
AFFINES(leaky_relu_rows, BL_ACT_LEAKY_RELU)

static void affine(const bl_affine *affine, const bl_lanes *lanes, const uint32_t *places, size_t frames)
{
    const bl_activation_kind act = affine->finish ? affine->act.kind : BL_ACT_LINEAR;
    const bool tanh_fused = act == BL_ACT_TANH && frames <= TILE_TANH, leaky_fused = act == BL_ACT_LEAKY_RELU;
    const bool finishes = affine->finish && !tanh_fused && !leaky_fused;
    rows_fn *const *rows_of = leaky_fused ? leaky_relu_rows : tanh_fused ? tanh_rows : affine_rows;
    for (const bl_tile *tile = affine->tiles; tile < affine->tiles + affine->tile_count; tile++) {
        rows_of[tile->rows](affine, tile, lanes, places, frames);
        if (finishes)
            for (size_t lane = 0; lane < lanes->count; lane++)
                bl_affine_finish(affine, tile, lanes->memory + lane * lanes->floats, places, frames);
    }
}

/* A layer is one tile. What takes up to 16 frames, the shortest usual block, goes without a detour. */
#define SHORT_RUN(ROWS) (16 / VF_LEN < LONGEST(ROWS, true) ? 16 / VF_LEN : LONGEST(ROWS, true))
#define LAYER_OF(ROWS, name, ACT)                                                                                  \
    static void name##_##ROWS(const bl_affine *layer, const bl_lanes *lanes, const uint32_t *places,               \
                              size_t frames)                                                                       \
    {                                                                                                              \
        if (lanes->count == 1 && (frames + VF_LEN - 1) / VF_LEN == SHORT_RUN(ROWS))                                \
            affine_tile(ROWS, SHORT_RUN(ROWS), 1, ACT, true,                                                       \
                        work_of(true, layer, layer->tiles, lanes, places, 0, frames));                             \
        else                                                                                                       \
            name##_long_##ROWS(layer, layer->tiles, lanes, places, frames);                                        \
    }
#define LAYERS(name, ACT)                                                                                          \
    UP_TO_TILE_ROWS(ROWS_OF, name, ACT, true)                                                                      \
    UP_TO_TILE_ROWS(LAYER_OF, name, ACT)                                                                           \
    static bl_affine_fn *const name[1 + TILE_ROWS] = { UP_TO_TILE_ROWS(ENTRY_OF, name) };
LAYERS(tanh_layer, BL_ACT_TANH)
LAYERS(relu_layer, BL_ACT_RELU)
LAYERS(leaky_relu_layer, BL_ACT_LEAKY_RELU)

static bl_affine_fn *layer(bl_activation_kind act, size_t rows)
{
    if (rows > TILE_ROWS)
        return NULL;
    switch (act) {
    case BL_ACT_TANH: return tanh_layer[rows];
    case BL_ACT_RELU: return relu_layer[rows];
    case BL_ACT_LEAKY_RELU: return leaky_relu_layer[rows];
    default: return NULL;
    }
}
