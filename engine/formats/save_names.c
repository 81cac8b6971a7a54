#include "formats/save_names.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 320 /* a node's name has up to 255 bytes */

/* The name as it can stand in a JSON text. */
static void copy_valid(const bl_node *node, char *to, size_t size)
{
    const char *from = *node->name ? node->name : bl_node_kind_name(node->kind);
    size_t left = strlen(from), at = 0;
    while (left && at + 8 < size) {
        const size_t n = bl_utf8_character((const uint8_t *)from, left), step = n ? n : 1;
        if (n)
            memcpy(to + at, from, n);
        else
            to[at] = '?';
        at += step;
        from += step;
        left -= step;
    }
    to[at] = '\0';
}

/* The taken names, each with the number that its next namesake tries first. */
static bl_status choose(json_t *taken, const bl_node *node, char **name, bl_error *error)
{
    char own[NAME_SIZE], candidate[NAME_SIZE + 24];
    copy_valid(node, own, sizeof own);
    snprintf(candidate, sizeof candidate, "%s", own);
    json_int_t next = json_integer_value(json_object_get(taken, own));
    while (json_object_get(taken, candidate))
        snprintf(candidate, sizeof candidate, "%s.%lld", own, (long long)next++);
    if (json_object_set_new(taken, candidate, json_integer(2)) ||
        (next && json_object_set_new(taken, own, json_integer(next))) || !(*name = bl_strdup(candidate)))
        return bl_fail_no_mem(error);
    return BL_OK;
}

static bl_status choose_all(const bl_graph *g, bool knobs, json_t *taken, char **names, bl_error *error)
{
    bl_status status = BL_OK;
    for (size_t i = 0; !status && i < g->count; i++)
        if ((g->nodes[i].kind == BL_NODE_PARAM) == knobs)
            status = choose(taken, &g->nodes[i], &names[i], error);
    return status;
}

bl_status bl_names_create(const bl_graph *g, char ***names, bl_error *error)
{
    char **all = bl_calloc(g->count, sizeof *all);
    json_t *taken = json_object();
    bl_status status = all && taken ? BL_OK : bl_fail_no_mem(error);
    if (!status)
        status = choose_all(g, true, taken, all, error);
    if (!status)
        status = choose_all(g, false, taken, all, error);
    json_decref(taken);
    if (status)
        bl_names_free(all, g->count);
    else
        *names = all;
    return status;
}

void bl_names_free(char **names, size_t count)
{
    for (size_t i = 0; names && i < count; i++)
        free(names[i]);
    free(names);
}
