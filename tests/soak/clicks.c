#include "clicks.h"

#include <math.h>

soak_measure soak_measure_piece(const float *x, size_t frames)
{
    soak_measure m = { 0, 0 };
    for (size_t i = 0; i < frames; i++)
        m.peak = fmax(m.peak, fabs((double)x[i]));
    for (size_t i = 4; i < frames; i++) {
        const double d = (double)x[i] - 4.0 * (double)x[i - 1] + 6.0 * (double)x[i - 2] - 4.0 * (double)x[i - 3] +
                         (double)x[i - 4];
        m.residue = fmax(m.residue, fabs(d));
    }
    return m;
}

soak_measure soak_louder(soak_measure a, soak_measure b)
{
    return (soak_measure){ fmax(a.peak, b.peak), fmax(a.residue, b.residue) };
}

double soak_click(soak_measure before, soak_measure between, soak_measure behind)
{
    const double peak = fmax(fmax(before.peak, behind.peak), SOAK_LEAST_PEAK);
    const double more = between.residue - 2 * (before.residue + behind.residue);
    return more > 0 ? more / 3 / peak : 0;
}
