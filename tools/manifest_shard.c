#include "manifest_shard.h"

#include <stdlib.h>
#include <string.h>

/* Digits up to `end`; 0 if it is no such number. */
static size_t read_number(const char *word, const char *end)
{
    size_t n = 0;
    for (; word < end && *word >= '0' && *word <= '9' && n <= SHARD_MOST; word++)
        n = 10 * n + (size_t)(*word - '0');
    return word == end && n <= SHARD_MOST ? n : 0;
}

bool manifest_shard_parse(const char *word, manifest_shard *shard)
{
    *shard = (manifest_shard){ 1, 1 };
    if (!word)
        return true;
    const char *slash = strchr(word, '/');
    if (!slash)
        return false;
    shard->number = read_number(word, slash);
    shard->count = read_number(slash + 1, slash + strlen(slash));
    return shard->number && shard->number <= shard->count;
}

bool manifest_shard_has(const manifest_shard *shard, size_t job)
{
    return job % shard->count == shard->number - 1;
}
