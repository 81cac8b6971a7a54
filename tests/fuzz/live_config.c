/* Target: the devices that `backline live` remembers. What is understood is in range, and the same when it is written and
 * read again. */
#include "fuzz/fuzz.h"

#include "config.h"

#include <string.h>
#include <sys/stat.h>

static void check_end(const device_end *end)
{
    FUZZ_REQUIRE(end->count == 1 || end->count == 2, "%zu channels", end->count);
    for (size_t i = 0; i < end->count; i++)
        FUZZ_REQUIRE(end->channels[i] < 1024, "channel %zu", end->channels[i]);
    FUZZ_REQUIRE(memchr(end->name, 0, sizeof end->name) && memchr(end->host_api, 0, sizeof end->host_api),
                 "no text");
}

static void require_same_end(const device_end *a, const device_end *b)
{
    FUZZ_REQUIRE(a->count == b->count && !strcmp(a->name, b->name) && !strcmp(a->host_api, b->host_api), "%s, %s",
                 a->name, b->name);
    FUZZ_REQUIRE(!memcmp(a->channels, b->channels, a->count * sizeof *a->channels), "channels");
}

static bl_fuzz_result try_live_config(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    audio_wish wish, again;
    bl_error error = bl_fuzz_no_error();
    mkdir(bl_fuzz_path("backline"), 0700);
    bl_fuzz_write("backline/live.json", data, size);
    memset(&wish, 0xAA, sizeof wish);
    again = wish;
    if (!config_read(&wish)) {
        FUZZ_REQUIRE(!memcmp(&wish, &again, sizeof wish), "half a configuration");
        return BL_FUZZ_REFUSED;
    }
    check_end(&wish.in);
    check_end(&wish.out);
    FUZZ_REQUIRE(wish.rate_hz == 0 || (wish.rate_hz >= 8000 && wish.rate_hz <= 768000), "%g Hz", wish.rate_hz);
    FUZZ_REQUIRE(wish.block <= 8192, "blocks of %zu", wish.block);
    FUZZ_REQUIRE(!config_write(&wish, &error), "not written: %s", error.text);
    FUZZ_REQUIRE(config_read(&again), "not read again");
    require_same_end(&wish.in, &again.in);
    require_same_end(&wish.out, &again.out);
    FUZZ_REQUIRE(wish.rate_hz == again.rate_hz && wish.block == again.block, "rate or block");
    return BL_FUZZ_RAN;
}

const bl_fuzz_target bl_fuzz_live_config = { "live-config", try_live_config, NULL };
