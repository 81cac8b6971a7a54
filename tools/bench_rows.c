#include "bench_rows.h"

#include "bench_player.h"
#include "commands.h"
#include "messages.h"

#include <math.h>
#include <stdlib.h>

static size_t largest(const size_t *values, size_t count)
{
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = values[i] > most ? values[i] : most;
    return most;
}

/* The usual block of 64 frames is the yardstick; the first one if that is not asked for. */
static size_t choose_base(const bench_lists *lists)
{
    for (size_t i = 0; i < lists->block_count; i++)
        if (lists->blocks[i] == 64)
            return 64;
    return lists->blocks[0];
}

/* The rows of one network and instruction set, which share a player. */
static int add_rows(bench_report *report, const bench_network *network, bl_cpu cpu, const bench_lists *lists)
{
    struct bench_player *player = calloc(1, sizeof *player);
    if (!player)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < lists->block_count; i++) {
        bench_row *row = &report->rows[report->row_count++];
        row->network = network;
        row->cpu = cpu;
        row->block = lists->blocks[i];
        row->player = player;
    }
    return bench_player_create(player, network, cpu, largest(lists->blocks, lists->block_count));
}

static int run(bench_report *report, double seconds)
{
    bench_subject *subjects = calloc(report->row_count, sizeof *subjects);
    if (!subjects)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < report->row_count; i++) {
        bench_row *row = &report->rows[i];
        subjects[i] = (bench_subject){ .cpu = row->cpu,
                                       .operations = 2.0 * (double)row->network->info.macs * (double)row->block,
                                       .measure = bench_player_measure,
                                       .context = row };
    }
    int code = bench_run(subjects, report->row_count, seconds, &report->machine);
    for (size_t i = 0; i < report->row_count; i++) {
        report->rows[i].block_s = subjects[i].unit_s;
        report->rows[i].share_of_peak = subjects[i].share_of_peak;
        report->rows[i].times.longest_s = fmax(report->rows[i].times.longest_s, subjects[i].unit_s);
    }
    free(subjects);
    return code;
}

int bench_rows_measure(bench_report *report, const bench_networks *networks, const bench_lists *lists,
                       double seconds)
{
    report->rows = calloc(networks->count * lists->cpu_count * lists->block_count, sizeof *report->rows);
    if (!report->rows)
        return fail("There is not enough memory.");
    report->base_block = lists->block_count > 1 ? choose_base(lists) : 0;
    int code = DONE;
    for (size_t n = 0; !code && n < networks->count; n++)
        for (size_t c = 0; !code && c < lists->cpu_count; c++)
            code = add_rows(report, &networks->list[n], lists->cpus[c], lists);
    return code ? code : run(report, seconds);
}

void bench_rows_free(bench_report *report)
{
    for (size_t i = 0; i < report->row_count; i++) {
        struct bench_player *player = report->rows[i].player;
        if (i + 1 < report->row_count && report->rows[i + 1].player == player)
            continue;
        bench_player_free(player);
        free(player);
    }
    free(report->rows);
}

double bench_times_real_time(const bench_row *row)
{
    return (double)row->block / row->network->rate_hz / row->block_s;
}

double bench_gflops(const bench_row *row)
{
    return 2e-9 * (double)row->network->info.macs * (double)row->block / row->block_s;
}

double bench_p99(const bench_row *row)
{
    return fmax(bench_times_quantile(&row->times, 0.99), row->block_s);
}

size_t bench_instances(const bench_row *row)
{
    return (size_t)((double)row->block / row->network->rate_hz / bench_p99(row));
}

double bench_relative_cost(const bench_report *report, const bench_row *row)
{
    for (size_t i = 0; i < report->row_count; i++) {
        const bench_row *base = &report->rows[i];
        if (base->network == row->network && base->cpu == row->cpu && base->block == report->base_block)
            return row->block_s / (double)row->block / (base->block_s / (double)base->block);
    }
    return NAN;
}
