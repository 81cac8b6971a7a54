/* The rig, its files and what it swaps, while memory runs out. The old sound plays on, to the bit. */
#include "rig_files.h"
#include "tries.h"

#include "impulse.h"
#include "rig.h"
#include "rig_file.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK = 64, BLOCKS = 12, MOST = 250 };

static size_t failures;

/* ---- a rig that plays ---- */

typedef struct player {
    bl_rig *rig;
    bl_random rng;
    float in[BLOCK], out[2][BLOCK];
} player;

static const bl_rig_options options = { .rate_hz = 48000, .in_channels = 1, .out_channels = 2 };

static void play(player *p)
{
    const float *in[] = { p->in };
    float *out[] = { p->out[0], p->out[1] };
    bl_random_fill(&p->rng, p->in, BLOCK, 0.5f);
    bl_rig_process(p->rig, out, in, BLOCK);
}

/* With a.nam and room.wav; it has sounded for a while. */
static void player_open(player *p)
{
    bl_error error = { 0 };
    *p = (player){ .rng = { 11 } };
    assert_int_equal(bl_rig_create(&options, &p->rig, &error), BL_OK);
    assert_int_equal(bl_rig_set_file(p->rig, BL_RIG_MODEL, rig_files_path("a.nam")), BL_OK);
    assert_int_equal(bl_rig_set_file(p->rig, BL_RIG_IMPULSE_1, rig_files_path("room.wav")), BL_OK);
    if (bl_rig_work(p->rig, &error))
        fail_msg("%s", error.text);
    for (int i = 0; i < BLOCKS; i++)
        play(p);
}

static void player_close(player *p)
{
    bl_rig_free(p->rig);
}

/* ---- swaps ---- */

typedef struct swap {
    player player;
    bl_rig_file file;
    const char *name;
    bl_rig_param param; /* set instead, if there is no name */
    float value;
    float undisturbed[BLOCKS][2][BLOCK];
} swap;

static void swap_before(void *context)
{
    player_open(&((swap *)context)->player);
}

static bl_status swap_run(void *context, bl_error *error)
{
    swap *s = context;
    if (!s->name)
        bl_rig_set(s->player.rig, s->param, s->value);
    else if (bl_rig_set_file(s->player.rig, s->file, *s->name ? rig_files_path(s->name) : NULL)) {
        *error = (bl_error){ BL_ERR_NO_MEM, "There is no memory, and this function has no sentence." };
        return BL_ERR_NO_MEM;
    }
    return bl_rig_work(s->player.rig, error);
}

/* Plays on, and says whether it sounds as if nothing had happened. */
static bool is_undisturbed(swap *s)
{
    bool same = true;
    for (int i = 0; i < BLOCKS; i++) {
        play(&s->player);
        same &= !memcmp(s->player.out, s->undisturbed[i], sizeof s->player.out);
    }
    return same;
}

/* What the rig says of the file. */
static void expect_told(swap *s)
{
    bl_rig_file_state state;
    assert_int_equal(bl_rig_get_file(s->player.rig, s->file, &state), BL_OK);
    const char *wanted = s->name && *s->name ? rig_files_path(s->name) : NULL;
    const bool asked = state.path ? wanted && !strcmp(state.path, wanted) : !wanted;
    if (asked && !state.error.status && !bl_rig_wants_work(s->player.rig))
        fail_msg("%s was not taken, and nothing says so", s->name);
    bl_rig_file_state_free(&state);
}

static void swap_after(void *context, bl_status status)
{
    swap *s = context;
    if (status) {
        bl_error error;
        if (s->name)
            expect_told(s);
        if (!is_undisturbed(s))
            fail_msg("%s: a failed swap is heard", s->name ? s->name : "a setting");
        if (swap_run(s, &error)) /* again, with enough memory */
            fail_msg("%s: and then it does not work any more: %s", s->name, error.text);
    }
    if (is_undisturbed(s))
        fail_msg("%s: a swap that worked is not heard", s->name ? s->name : "a setting");
    player_close(&s->player);
}

static void try_swap(bl_rig_file file, const char *name, bl_rig_param param, float value)
{
    static swap s;
    s = (swap){ .file = file, .name = name, .param = param, .value = value };
    player_open(&s.player);
    for (int i = 0; i < BLOCKS; i++) {
        play(&s.player);
        memcpy(s.undisturbed[i], s.player.out, sizeof s.player.out);
    }
    player_close(&s.player);
    failures += try_call(&(call){ name ? name : "setting", swap_run, swap_before, swap_after, &s, true }, MOST);
}

static void test_swaps(void **state)
{
    if (!scarce_works())
        skip();
    failures = 0;
    try_swap(BL_RIG_MODEL, "b.nam", 0, 0);
    try_swap(BL_RIG_MODEL, "", 0, 0);
    try_swap(BL_RIG_IMPULSE_1, "hall.wav", 0, 0);
    try_swap(BL_RIG_IMPULSE_2, "hall.aiff", 0, 0);
    try_swap(BL_RIG_IMPULSE_1, "", 0, 0);
    try_swap(BL_RIG_MODEL, NULL, BL_RIG_OVERSAMPLE, 2);
    print_message("%zu failures\n", failures);
}

/* ---- creation ---- */

static bl_status create(void *context, bl_error *error)
{
    return bl_rig_create(&options, context, error);
}

static void drop(void *context, bl_status status)
{
    bl_rig **rig = context;
    assert_true(!status || !*rig);
    bl_rig_free(*rig);
    *rig = NULL;
}

static void test_creation(void **state)
{
    bl_rig *rig = NULL;
    if (!scarce_works())
        skip();
    failures = try_call(&(call){ "bl_rig_create", create, NULL, drop, &rig, false }, MOST);
    print_message("%zu failures\n", failures);
}

/* ---- sharing ---- */

typedef struct pair {
    player first;
    bl_rig *second;
} pair;

static void pair_before(void *context)
{
    pair *p = context;
    assert_int_equal(bl_rig_create(&options, &p->second, NULL), BL_OK);
    assert_int_equal(bl_rig_set_file(p->second, BL_RIG_MODEL, rig_files_path("a.nam")), BL_OK);
    assert_int_equal(bl_rig_set_file(p->second, BL_RIG_IMPULSE_1, rig_files_path("room.wav")), BL_OK);
}

static bl_status pair_run(void *context, bl_error *error)
{
    pair *p = context;
    const bl_status status = bl_rig_share_files(p->second, p->first.rig, error);
    return status ? status : bl_rig_work(p->second, error);
}

static void pair_after(void *context, bl_status status)
{
    bl_rig_free(((pair *)context)->second);
}

static void test_sharing(void **state)
{
    static pair p;
    if (!scarce_works())
        skip();
    player_open(&p.first);
    failures = try_call(&(call){ "bl_rig_share_files", pair_run, pair_before, pair_after, &p, false }, MOST);
    player_close(&p.first);
    print_message("%zu failures\n", failures);
}

/* ---- impulse responses ---- */

typedef struct response {
    const char *path;
    double rate_hz;
    void *bytes;
    size_t size;
    bl_impulse *impulse;
} response;

static bl_status load_response(void *context, bl_error *error)
{
    response *r = context;
    const bl_impulse_options o = { .rate_hz = r->rate_hz };
    return r->bytes ? bl_impulse_load_memory(r->bytes, r->size, &o, &r->impulse, error)
                    : bl_impulse_load(r->path, &o, &r->impulse, error);
}

static void drop_response(void *context, bl_status status)
{
    response *r = context;
    assert_true(!status || !r->impulse);
    bl_impulse_free(r->impulse);
    r->impulse = NULL;
}

static void read_response(response *r)
{
    FILE *file = fopen(r->path, "rb");
    assert_non_null(file);
    r->bytes = malloc(1 << 20);
    assert_non_null(r->bytes);
    r->size = fread(r->bytes, 1, 1 << 20, file);
    fclose(file);
}

static void test_responses(void **state)
{
    static const char *const names[] = { "room.wav", "hall.wav", "hall.aiff" };
    if (!scarce_works())
        skip();
    failures = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        response r = { .path = rig_files_path(names[i]), .rate_hz = i % 2 ? 96000 : 48000 };
        failures += try_call(&(call){ names[i], load_response, NULL, drop_response, &r, true }, MOST);
        read_response(&r);
        failures += try_call(&(call){ names[i], load_response, NULL, drop_response, &r, true }, MOST);
        free(r.bytes);
    }
    print_message("%zu failures\n", failures);
}

/* ---- rig files ---- */

typedef struct paper {
    bl_rig_setup setup;
    char *text;
    bl_rig *rig;
} paper;

static bl_status read_paper(void *context, bl_error *error)
{
    paper *p = context;
    return bl_rig_file_load(rig_files_path("all.rig.json"), &p->setup, error);
}

static void drop_paper(void *context, bl_status status)
{
    if (!status)
        bl_rig_setup_free(&((paper *)context)->setup);
}

static void make_paper(void *context)
{
    assert_int_equal(read_paper(context, NULL), BL_OK);
}

static bl_status write_paper(void *context, bl_error *error)
{
    paper *p = context;
    return bl_rig_file_text(&p->setup, rig_files_path("new.rig.json"), &p->text, error);
}

static void drop_text(void *context, bl_status status)
{
    paper *p = context;
    assert_true(!status || !p->text);
    free(p->text);
    p->text = NULL;
    bl_rig_setup_free(&p->setup);
}

static void lose_file(void *context)
{
    paper *p = context;
    make_paper(p);
    assert_int_equal(bl_rig_setup_set_file(&p->setup, BL_RIG_IMPULSE_1, "/nowhere/room.wav"), BL_OK);
}

static bl_status find_file(void *context, bl_error *error)
{
    paper *p = context;
    char folder[160];
    snprintf(folder, sizeof folder, "%s", rig_files_path(""));
    return bl_rig_file_find(&p->setup, folder, NULL, NULL, error);
}

static void drop_setup(void *context, bl_status status)
{
    bl_rig_setup_free(&((paper *)context)->setup);
}

static void make_rig(void *context)
{
    paper *p = context;
    make_paper(p);
    assert_int_equal(bl_rig_create(&options, &p->rig, NULL), BL_OK);
}

static bl_status apply(void *context, bl_error *error)
{
    paper *p = context;
    const bl_status status = bl_rig_setup_apply(&p->setup, p->rig);
    if (status)
        *error = (bl_error){ status, "There is no memory, and this function has no sentence." };
    return status;
}

static void drop_rig(void *context, bl_status status)
{
    paper *p = context;
    bl_rig_free(p->rig);
    bl_rig_setup_free(&p->setup);
}

static void test_rig_files(void **state)
{
    static paper p;
    if (!scarce_works())
        skip();
    failures = try_call(&(call){ "reading a rig file", read_paper, NULL, drop_paper, &p, false }, MOST);
    failures += try_call(&(call){ "writing a rig file", write_paper, make_paper, drop_text, &p, false }, MOST);
    failures += try_call(&(call){ "finding a file", find_file, lose_file, drop_setup, &p, true }, MOST);
    failures += try_call(&(call){ "applying a rig file", apply, make_rig, drop_rig, &p, false }, MOST);
    print_message("%zu failures\n", failures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_creation),  cmocka_unit_test(test_swaps),     cmocka_unit_test(test_sharing),
        cmocka_unit_test(test_responses), cmocka_unit_test(test_rig_files),
    };
    return cmocka_run_group_tests(tests, rig_files_make, rig_files_remove);
}
