#include "bench_networks.h"

#include "bench_builtin.h"
#include "commands.h"
#include "messages.h"
#include "model_file.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>

static const double default_rate_hz = 48000;

static void complete(bench_network *network)
{
    bl_model_get_info(network->model, &network->info);
    network->rate_hz = isnan(network->info.sample_rate_hz) ? default_rate_hz : network->info.sample_rate_hz;
}

int bench_networks_create(bench_networks *networks, const char **files, size_t file_count, bool builtin,
                          const bl_load_options *options)
{
    size_t total = file_count + (builtin ? BENCH_BUILTINS : 0);
    networks->list = calloc(total, sizeof *networks->list);
    if (!networks->list)
        return fail("There is not enough memory.");
    int code = DONE;
    for (size_t i = 0; !code && i < total; i++) {
        bench_network *network = &networks->list[i];
        if (i < file_count) {
            *network = (bench_network){ .name = text_file_name(files[i]), .file = files[i] };
            code = model_load(files[i], options, &network->model);
        } else {
            network->name = bench_builtin_name(i - file_count);
            code = bench_builtin_create(i - file_count, &network->model);
        }
        if (!code)
            complete(network);
        networks->count++;
    }
    return code;
}

void bench_networks_free(bench_networks *networks)
{
    for (size_t i = 0; i < networks->count; i++)
        bl_model_free(networks->list[i].model);
    free(networks->list);
}
