/* Target: the plugin's control port. The bytes are the body of a sequence, in memory that ends where they do; each event is
 * also read as a window reads what the plugin sends. */
#include "fuzz/lv2_host.h"

#include "lv2/ui/plugin_ui.h"

#include <string.h>

/* ---- as a window reads ---- */

static void read_message(const ui *u, const uint8_t *atom, uint32_t size)
{
    static message m;
    uint8_t *exact = malloc(size ? size : 1);
    FUZZ_REQUIRE(exact, "no memory");
    memcpy(exact, atom, size);
    memset(&m, 0xAA, sizeof m);
    if (messages_read(u, exact, size, &m)) {
        FUZZ_REQUIRE(m.kind == MESSAGE_IS_TEXT || m.kind == MESSAGE_IS_SOUND, "kind %d", (int)m.kind);
        if (m.kind == MESSAGE_IS_TEXT)
            FUZZ_REQUIRE(memchr(m.text, 0, sizeof m.text), "a text without end");
        else
            FUZZ_REQUIRE(m.count <= MESSAGE_SOUND && m.rate_hz > 0 && isfinite(m.rate_hz), "%zu samples at %g Hz",
                         m.count, (double)m.rate_hz);
        for (size_t i = 0; m.kind == MESSAGE_IS_SOUND && i < m.count; i++)
            FUZZ_REQUIRE(isfinite(m.sound[i]), "sample %zu is %g", i, (double)m.sound[i]);
    }
    free(exact);
}

/* Returns how many events there are. */
static size_t read_messages(const plugin *p, const uint8_t *data, size_t size)
{
    static ui u;
    size_t count = 0;
    atom_bytes events = { data, size };
    atom_view event;
    int64_t time;
    u.uris = p->uris;
    atom_skip(&events, sizeof(LV2_Atom_Sequence_Body));
    for (; atom_take(&events, &time, sizeof time) && atom_take_atom(&events, &event); count++)
        read_message(&u, event.body.at - sizeof(LV2_Atom), (uint32_t)(event.body.left + sizeof(LV2_Atom)));
    return count;
}

/* ---- as the plugin reads ---- */

/* Complete events of objects, and nothing behind them. */
static void check_notify(const plugin *p, const uint8_t *notify, uint32_t capacity)
{
    LV2_Atom header;
    memcpy(&header, notify, sizeof header);
    if (capacity < sizeof(LV2_Atom_Sequence_Body)) {
        FUZZ_REQUIRE(!header.size && !header.type, "%u bytes where there is no room", header.size);
        return;
    }
    FUZZ_REQUIRE(header.type == p->uris.atom_Sequence && header.size >= sizeof(LV2_Atom_Sequence_Body) &&
                     header.size <= capacity,
                 "%u bytes of %u", header.size, capacity);
    atom_bytes events = { notify + sizeof header + sizeof(LV2_Atom_Sequence_Body),
                          header.size - sizeof(LV2_Atom_Sequence_Body) };
    atom_view event;
    int64_t time;
    while (events.left) {
        FUZZ_REQUIRE(atom_take(&events, &time, sizeof time) && atom_take_atom(&events, &event), "half an event");
        FUZZ_REQUIRE(event.type == p->uris.atom_Object, "an event of type %u", event.type);
    }
    read_messages(p, notify + sizeof header, header.size);
}

/* Both ports in memory of exactly their size. */
static void run_with(fuzz_host *h, const uint8_t *data, size_t size, uint32_t capacity)
{
    uint8_t *control = malloc(sizeof(LV2_Atom) + size), *notify = malloc(sizeof(LV2_Atom) + capacity);
    FUZZ_REQUIRE(control && notify, "no memory");
    const LV2_Atom header = { (uint32_t)size, h->inside->uris.atom_Sequence }, room = { capacity, 0 };
    memcpy(control, &header, sizeof header);
    if (size)
        memcpy(control + sizeof header, data, size);
    memcpy(notify, &room, sizeof room);
    h->inside->ports[PORT_CONTROL] = control;
    h->inside->ports[PORT_NOTIFY] = notify;
    fuzz_host_run(h);
    fuzz_host_check(h);
    check_notify(h->inside, notify, capacity);
    h->inside->ports[PORT_CONTROL] = h->inside->ports[PORT_NOTIFY] = NULL;
    free(control);
    free(notify);
}

static bl_fuzz_result try_atoms(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    const uint64_t hash = bl_fuzz_hash(data, size);
    fuzz_host h;
    fuzz_host_open(&h);
    const size_t count = read_messages(h.inside, data, size);
    run_with(&h, data, size, hash & 1 ? 65536 : hash >> 8 & 1023);
    work_all(h.inside); /* what was asked for is looked for */
    run_with(&h, data, 0, 65536);
    fuzz_host_close(&h);
    return count ? BL_FUZZ_RAN : BL_FUZZ_STRANGE;
}

const bl_fuzz_target bl_fuzz_atoms = { "atoms", try_atoms, NULL };
