/* What `backline bench --alias` has found. */
#include "bench_alias.h"
#include "commands.h"
#include "json_out.h"
#include "messages.h"
#include "text.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static double times_real_time(const alias_row *row)
{
    return ALIAS_BLOCK / row->rate_hz / row->block_s;
}

/* ---- for people ---- */

static void print_level(double db)
{
    if (isnan(db))
        printf("  %10s", "silent");
    else
        printf("  %7.1f dB", db);
}

static void print_row(const alias_row *row)
{
    printf("%5zu", row->factor);
    print_level(row->total_db);
    print_level(row->worst->alias_db);
    printf("  %9s  %7zu  %9s\n", text_hertz(rint(row->worst->hz)).s, row->latency,
           text_significant(times_real_time(row)).s);
}

void alias_print_text(const alias_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i % ALIAS_FACTORS == 0) {
            printf("%s", i ? "\n" : "");
            text_print(stdout, text_file_name(rows[i].file));
            printf(", at %s\n\nTIMES     ALIASES       WORST         AT  LATENCY  REAL TIME\n",
                   text_hertz(rows[i].rate_hz).s);
        }
        print_row(&rows[i]);
    }
    printf("\nTIMES: of its own rate at which the network runs. ALIASES: energy up to 20 kHz that is no harmonic, "
           "relative to the\nharmonics, of sines from %s to %s at %.0f dBFS, all together; WORST: of one of them. "
           "LATENCY: samples.\nREAL TIME: so many times faster, in blocks of %d frames, resampling included.\n",
           text_hertz(ALIAS_LOW_HZ).s, text_hertz(ALIAS_HIGH_HZ).s, ALIAS_LEVEL_DB, ALIAS_BLOCK);
}

/* ---- for programs ---- */

static json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *json_text(const char *s)
{
    json_t *text = json_string(s); /* paths need not be UTF-8 */
    return text ? text : json_null();
}

static json_t *json_points(const alias_row *row)
{
    json_t *points = json_array();
    for (size_t i = 0; i < ALIAS_POINTS; i++) {
        json_t *point = json_object();
        json_object_set_new(point, "hz", json_number(row->points[i].hz));
        json_object_set_new(point, "alias_db", json_number(row->points[i].alias_db));
        json_array_append_new(points, point);
    }
    return points;
}

static json_t *json_row(const alias_row *row)
{
    json_t *object = json_object();
    json_object_set_new(object, "name", json_text(text_file_name(row->file)));
    json_object_set_new(object, "file", json_text(row->file));
    json_object_set_new(object, "sample_rate", json_number(row->rate_hz));
    json_object_set_new(object, "oversample", json_integer((json_int_t)row->factor));
    json_object_set_new(object, "alias_db", json_number(row->total_db));
    json_object_set_new(object, "worst_alias_db", json_number(row->worst->alias_db));
    json_object_set_new(object, "worst_hz", json_number(row->worst->hz));
    json_object_set_new(object, "latency", json_integer((json_int_t)row->latency));
    json_object_set_new(object, "times_real_time", json_number(times_real_time(row)));
    json_object_set_new(object, "points", json_points(row));
    return object;
}

int alias_print_json(const alias_row *rows, size_t count)
{
    json_t *root = json_object(), *results = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(results, json_row(&rows[i]));
    json_object_set_new(root, "level_db", json_number(ALIAS_LEVEL_DB));
    json_object_set_new(root, "aliases", results);
    return json_out_print(root, 6);
}
