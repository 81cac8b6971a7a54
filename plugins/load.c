#include "load.h"

#include "cycles.h"

void bl_load_begin(bl_load *load)
{
    const uint64_t now = bl_cycles();
    if (load->begun)
        load->whole += now - load->begun;
    load->begun = now;
}

/* The time of this block is counted with the way to the next one, so that both sums are of the same blocks. */
static void make_up(bl_load *load)
{
    load->share = load->inside < load->whole ? (float)((double)load->inside / (double)load->whole) : 1;
    load->inside = load->whole = load->frames = 0;
}

void bl_load_end(bl_load *load, uint32_t frames, double rate_hz)
{
    if (load->whole && (double)load->frames >= rate_hz / 3)
        make_up(load);
    load->inside += bl_cycles() - load->begun;
    load->frames += frames;
}

float bl_load_share(const bl_load *load)
{
    return load->begun ? load->share : bl_cycles() ? 0 : -1;
}
