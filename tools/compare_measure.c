/* Errors sample by sample. */
#include "compare.h"

#include <math.h>

/* The pre-emphasis with which captures are usually trained and rated: the first-order high-pass of A. Wright et
 * al., Real-Time Guitar Amplifier Emulation with Deep Learning, Applied Sciences 10 (2020). */
static const double emphasis = 0.85;

static const double lowest_db = -200;

typedef struct sums {
    double a, b, ab, difference;
} sums;

static double share(double error, double signal)
{
    return signal > 0 ? error / signal : error > 0 ? NAN : 0;
}

static void add(sums *s, double a, double b)
{
    s->a += a * a;
    s->b += b * b;
    s->ab += a * b;
    s->difference += (a - b) * (a - b);
}

static sums add_up(const compare_pair *pair, double taken_back)
{
    sums s = { 0 };
    for (size_t c = 0; c < pair->channels; c++) {
        double last_a = 0, last_b = 0;
        for (size_t t = 0; t < pair->frames; t++) {
            double a = (double)pair->a[c][t], b = (double)pair->b[c][t];
            add(&s, a - taken_back * last_a, b - taken_back * last_b);
            last_a = a;
            last_b = b;
        }
    }
    return s;
}

/* In a second pass, since 1 - correlation^2 would lose what is small. */
static double after_scaling(const compare_pair *pair, const sums *s)
{
    double scale = s->b > 0 ? s->ab / s->b : 0, rest = 0;
    for (size_t c = 0; c < pair->channels; c++)
        for (size_t t = 0; t < pair->frames; t++) {
            double left = (double)pair->a[c][t] - scale * (double)pair->b[c][t];
            rest += left * left;
        }
    return share(rest, s->a);
}

static void find_worst(compare_errors *e, const compare_pair *pair)
{
    for (size_t c = 0; c < pair->channels; c++)
        for (size_t t = 0; t < pair->frames; t++) {
            double error = fabs((double)pair->a[c][t] - (double)pair->b[c][t]);
            if (error > e->worst) {
                e->worst = error;
                e->worst_frame = t;
                e->worst_channel = c;
            }
        }
}

double compare_gain(const compare_pair *pair)
{
    sums s = add_up(pair, 0);
    return s.a > 0 ? s.ab / s.a : NAN;
}

void compare_measure(compare_errors *errors, const compare_pair *pair)
{
    sums plain = add_up(pair, 0), emphasised = add_up(pair, emphasis);
    double null = after_scaling(pair, &plain);
    *errors = (compare_errors){
        .esr = share(plain.difference, plain.a),
        .esr_emphasis = share(emphasised.difference, emphasised.a),
        .null_db = isnan(null) || !(plain.a > 0) ? NAN : fmax(10 * log10(null), lowest_db),
    };
    find_worst(errors, pair);
}
