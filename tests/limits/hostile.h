/* Small files that ask for much. */
#ifndef BL_TESTS_LIMITS_HOSTILE_H
#define BL_TESTS_LIMITS_HOSTILE_H

#include "test_support.h"

#include <backline/backline.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** A file of tensors with the description of its network, while they are written. */
typedef struct hostile {
    FILE *json, *header, *data;
    char *json_text, *header_text, *data_bytes;
    size_t json_size, header_size, data_size, nodes, tensors;
    uint64_t end; /* of the data */
    size_t prewarm;
} hostile;

/** With an input of that many channels, called "in". */
void hostile_begin(hostile *h, size_t channels);

/** {"name": "<name>", <more>}; printf-like. */
void hostile_node(hostile *h, const char *name, const char *more, ...) __attribute__((format(printf, 3, 4)));

/** Joins `count` signals, all of the same name, or of names that a "%zu" in it numbers. */
void hostile_concat(hostile *h, const char *name, const char *of, size_t count);

/** A float32 tensor of up to three sizes (0 ends them), all its numbers 0.01. */
void hostile_tensor(hostile *h, const char *name, size_t a, size_t b, size_t c);

/** The node that ends the network. */
void hostile_output(hostile *h, const char *from);

/** The file and its description. The caller frees both. Ends h. */
char *hostile_end(hostile *h, size_t *size, char **description);

/** What became of a file, in a process of its own. */
typedef struct outcome {
    bool ended; /* by itself: neither a crash nor out of time */
    int status;
    bl_error error;
    double seconds;   /* of the processor */
    double mebibytes; /* beyond what the process had when it began */
    size_t stream_bytes;
} outcome;

typedef enum stage { LOAD, PLAN, STREAM, SAVE } stage;

/** Loads the file; makes a plan of it; makes a stream, which is prewarmed. Or loads and saves it. */
outcome hostile_try(const void *bytes, size_t size, const char *description, stage last);

/* The same with what is expected of it. Memory is bounded; time is printed, and bounded only by what stops a child
 * that hangs. The first two end h. */

/** This status, and a sentence with that part. */
void hostile_expect(hostile *h, const char *what, stage last, int status, const char *part);
/** Success or BL_ERR_LIMIT: whether such a network is played is a matter of taste, what it costs is not. */
void hostile_endure(hostile *h, const char *what, stage last);
/** For a file that is a text by itself, as far as the plan. */
void hostile_expect_text(const char *text, const char *what, int status, const char *part);
/** Only the cost, and that a failure comes with a sentence. */
void hostile_check_cost(const char *what, const outcome *o, size_t size);

/** True where memory can be measured: not under the address sanitizer. */
bool hostile_measures(void);

#endif
