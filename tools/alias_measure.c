#include "alias_measure.h"

#include "commands.h"
#include "stop.h"

#include <math.h>

static const double rounding = 1e-15; /* what other_power cannot be known below, relative to harmonic_power */

static double level_db(double other_power, double harmonic_power)
{
    if (!(harmonic_power > 0))
        return NAN;
    return 10 * log10(fmax(other_power / harmonic_power, rounding));
}

int alias_measure(const sine_player *player, double hz, double peak, alias_point *point)
{
    sine_response response;
    int code = sine_measure(player, hz, peak, &response);
    if (!code)
        *point = (alias_point){ .hz = response.hz,
                                .harmonic_power = response.harmonic_power,
                                .other_power = response.other_power,
                                .alias_db = level_db(response.other_power, response.harmonic_power) };
    return code;
}

int alias_sweep(const sine_player *player, double low_hz, double high_hz, double peak, alias_point *points,
                size_t count)
{
    int code = DONE;
    for (size_t i = 0; !code && i < count; i++) {
        double hz = low_hz * pow(high_hz / low_hz, (double)i / (double)(count - 1));
        code = stop_requested() ? FAILED : alias_measure(player, hz, peak, &points[i]);
    }
    return code;
}

double alias_total_db(const alias_point *points, size_t count)
{
    double other = 0, harmonic = 0;
    for (size_t i = 0; i < count; i++) {
        other += points[i].other_power;
        harmonic += points[i].harmonic_power;
    }
    return level_db(other, harmonic);
}
