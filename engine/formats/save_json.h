/* Writing JSON text into memory. Commas come by themselves; numbers come back as they went in, to the bit,
 * whatever the program's locale. A lack of memory is noted in failed and asked for once, at the end. */
#ifndef BL_FORMATS_SAVE_JSON_H
#define BL_FORMATS_SAVE_JSON_H

#include <backline/status.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct bl_json_out {
    char *text; /* free() releases it; zero-terminated once anything has been written */
    size_t size, capacity;
    bool comma; /* before the next value or key */
    bool failed;
    bool too_large; /* failed because no model file may be as large */
} bl_json_out;

/** What a failure means, with its sentence. */
bl_status bl_out_failure(const bl_json_out *o, bl_error *error);

/** '{' or '[', and its end. */
void bl_out_open(bl_json_out *o, char bracket);
void bl_out_close(bl_json_out *o, char bracket);

/** The name of the value that comes next. */
void bl_out_key(bl_json_out *o, const char *key);

/** What is not UTF-8 in a text becomes '?'. */
void bl_out_text(bl_json_out *o, const char *text);
void bl_out_bool(bl_json_out *o, bool value);
void bl_out_int(bl_json_out *o, long long value);
void bl_out_float(bl_json_out *o, float value); /* finite */
void bl_out_null(bl_json_out *o);

/* A key with its value. A text that is NULL, and a number that is not finite, are left out. */
void bl_out_member_text(bl_json_out *o, const char *key, const char *text);
void bl_out_member_number(bl_json_out *o, const char *key, double value);
void bl_out_member_size(bl_json_out *o, const char *key, size_t value);
void bl_out_member_bool(bl_json_out *o, const char *key, bool value);
void bl_out_member_float(bl_json_out *o, const char *key, float value);

/** Bytes as they are. */
void bl_out_raw(bl_json_out *o, const void *bytes, size_t size);

#endif
