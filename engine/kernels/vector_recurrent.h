/* LSTM and GRU: frame after frame, gates in lanes. The sums of up to four blocks of rows stay in registers
 * while the inputs pass by, which hides the latency of the multiply-adds. */

#define BLOCK_VECTORS (BL_ROW_PADDING / VF_LEN)

/* z[block] = bias[block] + sum over columns of m[block][column] * v[column], for BLOCKS blocks. */
ALWAYS_INLINE void multiply_blocks(const int BLOCKS, float *z, const float *bias, const float *m, const float *v,
                                   size_t columns)
{
    VF sum[4][4];
    UNROLL
    for (int b = 0; b < BLOCKS; b++) {
        UNROLL
        for (int i = 0; i < BLOCK_VECTORS; i++)
            sum[b][i] = vf_load(bias + b * BL_ROW_PADDING + i * VF_LEN);
    }
    for (size_t c = 0; c < columns; c++) {
        const VF value = vf_set1(v[c]);
        UNROLL
        for (int b = 0; b < BLOCKS; b++) {
            UNROLL
            for (int i = 0; i < BLOCK_VECTORS; i++)
                sum[b][i] =
                    vf_fma(vf_load(m + ((size_t)b * columns + c) * BL_ROW_PADDING + i * VF_LEN), value, sum[b][i]);
        }
    }
    UNROLL
    for (int b = 0; b < BLOCKS; b++) {
        UNROLL
        for (int i = 0; i < BLOCK_VECTORS; i++)
            vf_store(z + b * BL_ROW_PADDING + i * VF_LEN, sum[b][i]);
    }
}

/* As many blocks at a time as give eight sums: with narrow vectors a block takes four registers. */
#define BLOCKS_AT_ONCE (BLOCK_VECTORS < 4 ? 4 : 2)

/* All rows of a matrix. */
static void multiply(float *z, const float *bias, const float *m, const float *v, size_t columns, size_t rows)
{
    size_t row = 0;
    for (; row + BLOCKS_AT_ONCE * BL_ROW_PADDING <= rows; row += BLOCKS_AT_ONCE * BL_ROW_PADDING)
        multiply_blocks(BLOCKS_AT_ONCE, z + row, bias + row, m + row * columns, v, columns);
    for (; row + 2 * BL_ROW_PADDING <= rows; row += 2 * BL_ROW_PADDING)
        multiply_blocks(2, z + row, bias + row, m + row * columns, v, columns);
    for (; row < rows; row += BL_ROW_PADDING)
        multiply_blocks(1, z + row, bias + row, m + row * columns, v, columns);
}

static void gather(float *v, bl_rows x, size_t t)
{
    for (size_t i = 0; i < x.count; i++)
        v[i] = x.x[i * x.stride + t];
}

static void scatter(bl_out out, const float *h, size_t hidden, size_t t)
{
    for (size_t i = 0; i < hidden; i++)
        out.y[i * out.stride + t] = h[i];
}

static void lstm(bl_out out, bl_rows x, const bl_recurrent *layer, float *state, size_t frames)
{
    const size_t rows = bl_recurrent_rows(layer->hidden);
    float *h = state, *c = h + rows, *z = c + rows, *zh = z + 4 * rows, *v = zh + 4 * rows;
    for (size_t t = 0; t < frames; t++) {
        gather(v, x, t);
        multiply(z, layer->bias_x, layer->weights_x, v, layer->inputs, 4 * rows);
        multiply(zh, z, layer->weights_h, h, layer->hidden, 4 * rows);
        for (size_t i = 0; i < rows; i += VF_LEN) {
            const VF in = act_sigmoid(vf_load(zh + i)), forget = act_sigmoid(vf_load(zh + rows + i));
            const VF new = act_tanh(vf_load(zh + 2 * rows + i)), show = act_sigmoid(vf_load(zh + 3 * rows + i));
            const VF cell = vf_fma(forget, vf_load(c + i), vf_mul(in, new));
            vf_store(c + i, cell);
            vf_store(h + i, vf_mul(show, act_tanh(cell)));
        }
        scatter(out, h, layer->hidden, t);
    }
}

static void gru(bl_out out, bl_rows x, const bl_recurrent *layer, float *state, size_t frames)
{
    const size_t rows = bl_recurrent_rows(layer->hidden);
    float *h = state, *z = h + 2 * rows, *zh = z + 4 * rows, *v = zh + 4 * rows;
    for (size_t t = 0; t < frames; t++) {
        gather(v, x, t);
        multiply(z, layer->bias_x, layer->weights_x, v, layer->inputs, 3 * rows);
        multiply(zh, layer->bias_h, layer->weights_h, h, layer->hidden, 3 * rows);
        for (size_t i = 0; i < rows; i += VF_LEN) {
            const VF reset = act_sigmoid(vf_add(vf_load(z + i), vf_load(zh + i)));
            const VF keep = act_sigmoid(vf_add(vf_load(z + rows + i), vf_load(zh + rows + i)));
            const VF new = act_tanh(vf_fma(reset, vf_load(zh + 2 * rows + i), vf_load(z + 2 * rows + i)));
            vf_store(h + i, vf_fma(keep, vf_sub(vf_load(h + i), new), new));
        }
        scatter(out, h, layer->hidden, t);
    }
}
