#include "nearest.h"

#include <stdbool.h>
#include <string.h>

/* Edit distance in which two neighbours that changed places count once; words longer than this are cut. */
enum { LONGEST = 31 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t distance(const char *a, const char *b)
{
    size_t na = least(strlen(a), LONGEST), nb = least(strlen(b), LONGEST);
    size_t d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= na; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= nb; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= na; i++)
        for (size_t j = 1; j <= nb; j++) {
            d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[na][nb];
}

const char *nearest_word(const char *word, const char *const *candidates, size_t n)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) / 3 + 2; /* further than this is another word, not a slip */
    for (size_t i = 0; i < n; i++) {
        size_t far = distance(word, candidates[i]);
        const bool goes_on = best && far == best_distance && !strncmp(candidates[i], word, strlen(word));
        if ((far < best_distance || goes_on) && far < strlen(candidates[i])) {
            best_distance = far;
            best = candidates[i];
        }
    }
    return best;
}
