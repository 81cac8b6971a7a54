/* Reports in JSON, on the standard output. */
#ifndef TOOLS_JSON_OUT_H
#define TOOLS_JSON_OUT_H

#include <jansson.h>

/* From here on it is noted where jansson lacks memory. Before anything is built with it. */
void json_out_begin(void);

/* Prints the report, numbers with so many digits, and frees it. One that lacks something because there was no memory for it is
 * not printed. Returns DONE or, after a message, FAILED. */
int json_out_print(json_t *report, int digits);

#endif
