/** @file status.h
 *  What every public function shares: how it reports errors, and the marks on prototypes.
 *
 *  Functions that can fail return a bl_status and take an optional bl_error, which then receives one
 *  full sentence for a person: what was expected, what was found, where. They write their result
 *  only on success. All names of this library start with bl_ or BL_. */
#ifndef BACKLINE_STATUS_H
#define BACKLINE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/** Marks a symbol that the shared library exports. */
#if defined(__GNUC__)
#define BL_API __attribute__((visibility("default")))
#else
#define BL_API
#endif

/** Marks a function that is safe on an audio thread: it never allocates, frees, locks, logs or calls
 *  the system, and its time depends on the number of frames only. clang 20 and later check this. */
#if defined(__clang__) && __clang_major__ >= 20 && !defined(__cplusplus)
#define BL_REALTIME __attribute__((nonblocking))
#else
#define BL_REALTIME
#endif

/** Result of a function that can fail. Zero is success. */
typedef enum bl_status {
    BL_OK = 0,
    BL_ERR_NO_MEM,      /**< memory could not be allocated                                        */
    BL_ERR_ARGUMENT,    /**< the caller's arguments do not fit together                           */
    BL_ERR_IO,          /**< the file could not be read                                           */
    BL_ERR_FORMAT,      /**< the bytes are not a valid file of the format they claim to be        */
    BL_ERR_UNSUPPORTED, /**< a valid file that asks for something this version does not do        */
    BL_ERR_NO_NETWORK,  /**< a valid file of tensors, but nothing says which network they belong to */
    BL_ERR_LIMIT,       /**< valid, but larger than a limit of this library                       */
    BL_ERR_CPU          /**< the instruction set asked for is not available on this machine       */
} bl_status;

/** Room for one sentence about a failure. Functions fill it only when they fail. */
typedef struct bl_error {
    bl_status status;
    char text[512]; /**< UTF-8, zero-terminated, one sentence without a final newline */
} bl_error;

/** One general sentence for a status; a static string, never NULL. */
BL_API const char *bl_strerror(bl_status status);

/** Version of the library as "major.minor.patch"; a static string. */
BL_API const char *bl_version(void);

#ifdef __cplusplus
}
#endif
#endif
