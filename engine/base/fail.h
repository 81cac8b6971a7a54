/* Reporting a failure: one status, one sentence. */
#ifndef BL_BASE_FAIL_H
#define BL_BASE_FAIL_H

#include <backline/status.h>

/** Puts the status and the formatted sentence into error (if not NULL) and returns the status, so that
 *  a function can end with "return bl_fail(error, BL_ERR_FORMAT, ...)". Bytes of text that came from a
 *  file and are not printable are shown as '?'. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
bl_status
bl_fail(bl_error *error, bl_status status, const char *format, ...);

/** The usual sentence for BL_ERR_NO_MEM. */
bl_status bl_fail_no_mem(bl_error *error);

/** Puts "context: " before the sentence already in error; returns error's status. */
bl_status bl_fail_context(bl_error *error, bl_status status, const char *context);

#endif
