/* Turtle, written to the standard output from the lists of ports, properties and presets. Part of the program make-ttl
 * only, not of the plugin. */
#ifndef BACKLINE_LV2_TTL_H
#define BACKLINE_LV2_TTL_H

#include "ports.h"
#include "properties.h"

/* ---- ttl_text.c ---- */

/* The @prefix lines, of all prefixes that are used anywhere. */
void ttl_prefixes(void);

/* A quoted string. */
void ttl_string(const char *text);

/* A number, as short as it can be and yet be read back to the same float. Ends the program if there is no such. */
void ttl_number(float value, bool whole);

/* ---- ttl_groups.c: groups of ports ---- */

void ttl_group_uri(bool output, size_t channels); /* in angle brackets */
void ttl_audio_groups(size_t channels);

/* ---- ttl_port.c ---- */

/* All that is between the brackets of a port. */
void ttl_port(port_id port, size_t channels);

/* ---- ttl_plugin.c ---- */

const char *ttl_plugin_uri(size_t channels);
void ttl_plugin(size_t channels, bool has_ui);
void ttl_properties(void);

/* ---- ttl_ui.c: the window ---- */

void ttl_ui_uri(size_t channels); /* in angle brackets */
void ttl_ui_manifest(void);       /* that there are such, and in which file */
void ttl_ui(size_t channels);     /* what it needs and can */

/* ---- ttl_modgui.c: the pedal in MOD's web page ---- */

void ttl_modgui(size_t channels);

/* ---- ttl_presets.c ---- */

void ttl_presets(size_t channels);          /* what they hold */
void ttl_presets_manifest(size_t channels); /* that there are such, and in which file */

#endif
