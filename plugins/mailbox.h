/** @file mailbox.h
 *  How a worker and the audio thread exchange finished things without waiting for each other.
 *
 *  One box in, which holds the newest thing only: what nobody took yet is superseded and goes back to who posts. One
 *  pile out, for things that the audio thread is done with: whoever collects it frees them. */
#ifndef BACKLINE_PLUGINS_MAILBOX_H
#define BACKLINE_PLUGINS_MAILBOX_H

#include <backline/status.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/** First member of whatever is exchanged. */
typedef struct bl_mail {
    struct bl_mail *next;
} bl_mail;

typedef struct bl_mailbox {
    _Atomic(bl_mail *) in, out;
} bl_mailbox;

static inline void bl_mailbox_init(bl_mailbox *box)
{
    atomic_init(&box->in, NULL);
    atomic_init(&box->out, NULL);
}

/** Posts; returns the superseded mail, which the caller owns, or NULL. Any thread but the audio thread's. */
static inline bl_mail *bl_mailbox_post(bl_mailbox *box, bl_mail *mail)
{
    return atomic_exchange_explicit(&box->in, mail, memory_order_acq_rel);
}

/** The newest mail, which the caller owns then, or NULL. Audio thread; wait-free. */
BL_REALTIME static inline bl_mail *bl_mailbox_take(bl_mailbox *box)
{
    if (!atomic_load_explicit(&box->in, memory_order_relaxed))
        return NULL;
    return atomic_exchange_explicit(&box->in, NULL, memory_order_acq_rel);
}

/** Lays a mail on the pile. Audio thread; it tries again only if a collector came between, who takes all at once. */
BL_REALTIME static inline void bl_mailbox_retire(bl_mailbox *box, bl_mail *mail)
{
    mail->next = atomic_load_explicit(&box->out, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&box->out, &mail->next, mail, memory_order_release,
                                                  memory_order_relaxed)) {
    }
}

/** The whole pile as a list, which the caller owns. Any thread but the audio thread's. */
static inline bl_mail *bl_mailbox_collect(bl_mailbox *box)
{
    return atomic_exchange_explicit(&box->out, NULL, memory_order_acquire);
}

/** Whether there is something to collect. Any thread. */
BL_REALTIME static inline bool bl_mailbox_has_retired(const bl_mailbox *box)
{
    return atomic_load_explicit(&((bl_mailbox *)box)->out, memory_order_relaxed) != NULL;
}

#endif
