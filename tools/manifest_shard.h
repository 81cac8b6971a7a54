/* One of several parts of a manifest, for one of several machines. */
#ifndef TOOLS_MANIFEST_SHARD_H
#define TOOLS_MANIFEST_SHARD_H

#include <stdbool.h>
#include <stddef.h>

enum { SHARD_MOST = 1000000 };

typedef struct manifest_shard {
    size_t number, count; /* 1..count */
} manifest_shard;

/* "2/8"; NULL: all, 1/1. False for any other word, and for numbers beyond 1 <= number <= count <= SHARD_MOST. */
bool manifest_shard_parse(const char *word, manifest_shard *shard);

/* Whether job `job`, counted from 0 over all of the manifest, belongs to it: dealt out like cards, so that neighbours,
 * which are often alike, go to different machines. Every job belongs to exactly one shard, whatever is finished. */
bool manifest_shard_has(const manifest_shard *shard, size_t job);

#endif
