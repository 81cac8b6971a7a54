#define _GNU_SOURCE
#include "keyboard.h"

#include <stdlib.h>
#include <string.h>
#include <xcb/xkb.h>
#include <xkbcommon/xkbcommon-compose.h>
#include <xkbcommon/xkbcommon-x11.h>
#include <xkbcommon/xkbcommon.h>

struct keyboard {
    xcb_connection_t *connection;
    int32_t device;
    uint8_t event; /* the number of the keyboard's events */
    struct xkb_context *context;
    struct xkb_keymap *keymap;
    struct xkb_state *state;
    struct xkb_compose_table *compositions; /* NULL: no accents but those that have keys */
    struct xkb_compose_state *composing;
};

/* ---- layouts ---- */

static bool read_layout(keyboard *k)
{
    struct xkb_keymap *keymap =
        xkb_x11_keymap_new_from_device(k->context, k->connection, k->device, XKB_KEYMAP_COMPILE_NO_FLAGS);
    struct xkb_state *state = keymap ? xkb_state_new(keymap) : NULL;
    if (!state) {
        xkb_keymap_unref(keymap);
        return false;
    }
    xkb_state_unref(k->state);
    xkb_keymap_unref(k->keymap);
    k->keymap = keymap;
    k->state = state;
    return true;
}

static void ask_for_changes(const keyboard *k)
{
    const uint16_t events = XCB_XKB_EVENT_TYPE_NEW_KEYBOARD_NOTIFY | XCB_XKB_EVENT_TYPE_MAP_NOTIFY,
                   parts = XCB_XKB_MAP_PART_KEY_TYPES | XCB_XKB_MAP_PART_KEY_SYMS | XCB_XKB_MAP_PART_MODIFIER_MAP;
    xcb_xkb_select_events_details_t details = { .affectNewKeyboard = XCB_XKB_NKN_DETAIL_KEYCODES,
                                                .newKeyboardDetails = XCB_XKB_NKN_DETAIL_KEYCODES };
    xcb_xkb_select_events_aux(k->connection, (xcb_xkb_device_spec_t)k->device, events, 0, 0, parts, parts,
                              &details);
}

/* The locale of the user, wherever the host has set its own to. */
static const char *locale_name(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return value;
    }
    return "C";
}

keyboard *keyboard_create(xcb_connection_t *connection)
{
    keyboard *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    k->connection = connection;
    k->context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
    if (k->context)
        xkb_context_set_log_level(k->context, XKB_LOG_LEVEL_CRITICAL); /* the output is the host's */
    if (!k->context ||
        !xkb_x11_setup_xkb_extension(connection, XKB_X11_MIN_MAJOR_XKB_VERSION, XKB_X11_MIN_MINOR_XKB_VERSION,
                                     XKB_X11_SETUP_XKB_EXTENSION_NO_FLAGS, NULL, NULL, &k->event, NULL) ||
        (k->device = xkb_x11_get_core_keyboard_device_id(connection)) < 0 || !read_layout(k)) {
        keyboard_free(k);
        return NULL;
    }
    ask_for_changes(k);
    k->compositions = xkb_compose_table_new_from_locale(k->context, locale_name(), XKB_COMPOSE_COMPILE_NO_FLAGS);
    if (k->compositions)
        k->composing = xkb_compose_state_new(k->compositions, XKB_COMPOSE_STATE_NO_FLAGS);
    return k;
}

void keyboard_free(keyboard *k)
{
    if (!k)
        return;
    xkb_compose_state_unref(k->composing);
    xkb_compose_table_unref(k->compositions);
    xkb_state_unref(k->state);
    xkb_keymap_unref(k->keymap);
    xkb_context_unref(k->context);
    free(k);
}

bool keyboard_event(keyboard *k, const xcb_generic_event_t *e)
{
    if (!k || (e->response_type & 0x7F) != k->event)
        return false;
    const uint8_t kind = e->pad0; /* all of the keyboard's events have one number */
    if (kind == XCB_XKB_NEW_KEYBOARD_NOTIFY || kind == XCB_XKB_MAP_NOTIFY)
        read_layout(k); /* on failure the old one serves on */
    return true;
}

/* ---- keys ---- */

unsigned keyboard_modifiers(uint16_t state)
{
    return (state & XCB_MOD_MASK_SHIFT ? FACE_SHIFT : 0) | (state & XCB_MOD_MASK_CONTROL ? FACE_CONTROL : 0) |
           (state & XCB_MOD_MASK_1 ? FACE_ALT : 0);
}

static bool named_key(xkb_keysym_t symbol, face_key *key)
{
    static const struct {
        xkb_keysym_t symbol;
        face_key key;
    } keys[] = {
        { XKB_KEY_Up, FACE_KEY_UP },
        { XKB_KEY_KP_Up, FACE_KEY_UP },
        { XKB_KEY_Down, FACE_KEY_DOWN },
        { XKB_KEY_KP_Down, FACE_KEY_DOWN },
        { XKB_KEY_Left, FACE_KEY_LEFT },
        { XKB_KEY_KP_Left, FACE_KEY_LEFT },
        { XKB_KEY_Right, FACE_KEY_RIGHT },
        { XKB_KEY_KP_Right, FACE_KEY_RIGHT },
        { XKB_KEY_Page_Up, FACE_KEY_PAGE_UP },
        { XKB_KEY_KP_Page_Up, FACE_KEY_PAGE_UP },
        { XKB_KEY_Page_Down, FACE_KEY_PAGE_DOWN },
        { XKB_KEY_KP_Page_Down, FACE_KEY_PAGE_DOWN },
        { XKB_KEY_Home, FACE_KEY_HOME },
        { XKB_KEY_KP_Home, FACE_KEY_HOME },
        { XKB_KEY_End, FACE_KEY_END },
        { XKB_KEY_KP_End, FACE_KEY_END },
        { XKB_KEY_Return, FACE_KEY_ENTER },
        { XKB_KEY_KP_Enter, FACE_KEY_ENTER },
        { XKB_KEY_Escape, FACE_KEY_ESCAPE },
        { XKB_KEY_Tab, FACE_KEY_TAB },
        { XKB_KEY_ISO_Left_Tab, FACE_KEY_TAB },
        { XKB_KEY_BackSpace, FACE_KEY_BACKSPACE },
        { XKB_KEY_Delete, FACE_KEY_DELETE },
        { XKB_KEY_KP_Delete, FACE_KEY_DELETE },
        { XKB_KEY_space, FACE_KEY_SPACE },
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].symbol == symbol) {
            *key = keys[i].key;
            return true;
        }
    return false;
}

/* Feeds dead keys; true while there is nothing to show for it. A finished letter is put into the press. */
static bool compose(keyboard *k, xkb_keysym_t symbol, keyboard_press *press)
{
    if (!k->composing || xkb_compose_state_feed(k->composing, symbol) != XKB_COMPOSE_FEED_ACCEPTED)
        return false;
    switch (xkb_compose_state_get_status(k->composing)) {
    case XKB_COMPOSE_COMPOSED:
        press->wanted = xkb_compose_state_get_utf8(k->composing, press->text, KEYBOARD_TEXT) < KEYBOARD_TEXT;
        press->key = FACE_KEY_TEXT;
        xkb_compose_state_reset(k->composing);
        return true;
    case XKB_COMPOSE_COMPOSING:
    case XKB_COMPOSE_CANCELLED: press->composing = true; return true;
    case XKB_COMPOSE_NOTHING: break;
    }
    return false;
}

keyboard_press keyboard_read(keyboard *k, const xcb_key_press_event_t *e)
{
    keyboard_press press = { .modifiers = keyboard_modifiers(e->state) };
    if (!k)
        return press;
    xkb_state_update_mask(k->state, e->state & 0xFF, 0, 0, 0, 0, e->state >> 13 & 3);
    const xkb_keysym_t symbol = xkb_state_key_get_one_sym(k->state, e->detail);
    if (compose(k, symbol, &press))
        return press;
    /* Not by the state, which would make control characters of letters with the control key. */
    if (xkb_keysym_to_utf8(symbol, press.text, KEYBOARD_TEXT) <= 0 || (unsigned char)*press.text < ' ' ||
        *press.text == 0x7F)
        *press.text = 0;
    press.wanted = named_key(symbol, &press.key);
    if (!press.wanted && *press.text) {
        press.wanted = true;
        press.key = FACE_KEY_TEXT;
    }
    if (symbol == XKB_KEY_ISO_Left_Tab)
        press.modifiers |= FACE_SHIFT;
    if (e->state & XCB_MOD_MASK_4) /* the window manager's, or the host's */
        press.wanted = false;
    return press;
}
