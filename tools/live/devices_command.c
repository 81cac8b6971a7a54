/* backline devices: what there is to play through. */
#include "../commands.h"
#include "../messages.h"
#include "../options.h"
#include "../text.h"
#include "devices.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const command_text help = {
    .arguments = "[OPTION...]",
    .about = "Lists the audio devices of this machine, for --in and --out of backline live.",
    .notes =
        "* marks what is taken where no device is named. Latencies are what the device offers for playing live;\n"
        "backline live --measure-latency measures them.",
    .min_files = 0,
    .max_files = 0,
};

static void print_end(const audio_device *d, int direction)
{
    if (d->channels[direction] > 0)
        printf("%4d%c %7.1f ms", d->channels[direction], d->is_default[direction] ? '*' : ' ',
               1000 * d->low[direction]);
    else
        printf("%16s", "-  ");
}

/* As wide as the widest name, within reason. */
static int width_of(const device_list *devices, bool api)
{
    size_t width = api ? strlen("Host API") : strlen("Device");
    for (size_t i = 0; i < devices->count; i++) {
        const size_t length = strlen(api ? devices->list[i].host_api : devices->list[i].name);
        width = length > width ? length : width;
    }
    return width < 60 ? (int)width : 60;
}

static void print_table(const device_list *devices)
{
    const int api_width = width_of(devices, true), width = width_of(devices, false);
    printf("%3s  %-*s  %-*s %16s %16s %10s\n", "", api_width, "Host API", width, "Device", "Inputs  ", "Outputs  ",
           "Rate");
    for (size_t i = 0; i < devices->count; i++) {
        const audio_device *d = &devices->list[i];
        printf("%3d  %-*s  ", d->index, api_width, d->host_api);
        text_print(stdout, d->name);
        printf("%*s ", width - (int)strlen(d->name) > 0 ? width - (int)strlen(d->name) : 0, "");
        print_end(d, DEVICE_IN);
        putchar(' ');
        print_end(d, DEVICE_OUT);
        printf(" %10s\n", text_hertz(d->rate_hz).s);
    }
}

static json_t *pack_end(const audio_device *d, int direction)
{
    return json_pack("{s:i, s:b, s:f, s:f}", "channels", d->channels[direction], "default",
                     d->is_default[direction], "low_latency_ms", 1000 * d->low[direction], "high_latency_ms",
                     1000 * d->high[direction]);
}

/* Names need not be UTF-8, which JSON text must be. */
static json_t *text_of(const char *s)
{
    json_t *json = json_string(s);
    return json ? json : json_null();
}

static int print_json(const device_list *devices)
{
    json_t *list = json_array();
    for (size_t i = 0; i < devices->count; i++) {
        const audio_device *d = &devices->list[i];
        json_array_append_new(list,
                              json_pack("{s:i, s:s, s:o, s:f, s:o, s:o}", "index", d->index, "host_api",
                                        d->host_api, "name", text_of(d->name), "rate_hz", d->rate_hz, "inputs",
                                        pack_end(d, DEVICE_IN), "outputs", pack_end(d, DEVICE_OUT)));
    }
    json_t *json = json_pack("{s:o}", "devices", list);
    char *text = json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(json);
    if (!text)
        return fail("There is not enough memory.");
    printf("%s\n", text);
    free(text);
    return DONE;
}

static int list_devices(bool as_json)
{
    device_list devices = { 0 };
    bl_error error = { 0 };
    int code = devices_read(&devices, &error) ? fail_engine(&error) : DONE;
    if (!code && as_json)
        code = print_json(&devices);
    else if (!code && devices.count)
        print_table(&devices);
    else if (!code)
        code = fail("There are no audio devices.");
    devices_free(&devices);
    return code;
}

int run_devices(int argc, const char **argv)
{
    int as_json = 0, code;
    command_line line;
    const struct poptOption options[] = { { "json", 0, POPT_ARG_NONE, &as_json, 0, "Print JSON", NULL },
                                          OPTIONS_END };
    if (options_read(&line, &help, options, argc, argv, &code))
        code = list_devices(as_json);
    options_free(&line, options);
    return code;
}
