/* Reporting a failure: one status, one sentence. */
#ifndef BL_BASE_FAIL_H
#define BL_BASE_FAIL_H

#include <backline/status.h>

/** Puts the status and the formatted sentence into error (if not NULL). Bytes of text that came from a
 *  file and are not printable are shown as '?'. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void bl_fail_text(bl_error *error, bl_status status, const char *format, ...);

/** The same as an expression with the status as its value, so that a function can end with
 *  "return bl_fail(error, BL_ERR_FORMAT, ...)". A macro, so that compilers see that it is no success. */
#define bl_fail(error, status, ...) (bl_fail_text(error, status, __VA_ARGS__), (status))

/** The usual sentence for BL_ERR_NO_MEM. */
#define bl_fail_no_mem(error) bl_fail(error, BL_ERR_NO_MEM, "%s", bl_strerror(BL_ERR_NO_MEM))

/** Puts "context: " before the sentence already in error; returns error's status. */
bl_status bl_fail_context(bl_error *error, bl_status status, const char *context);

#endif
