/* What a session tells. */
#include "session_state.h"

#include <stdio.h>

void news_init(news *n)
{
    pthread_mutex_init(&n->lock, NULL);
}

void news_free(news *n)
{
    pthread_mutex_destroy(&n->lock);
}

void session_tell(session *s, const char *sentence)
{
    news *n = &s->news;
    pthread_mutex_lock(&n->lock);
    n->number++;
    snprintf(n->sentences[n->number % SESSION_NEWS], SESSION_SENTENCE, "%s", sentence);
    pthread_mutex_unlock(&n->lock);
}

void session_tell_recording(session *s)
{
    record_state state = { 0 };
    if (s->record)
        record_read(s->record, &state);
    if (state.error && !atomic_exchange(&s->record_told, true))
        session_tell(s, state.error);
}

static void copy(news *n, unsigned number, char *out, size_t size)
{
    snprintf(out, size, "%s", n->sentences[number % SESSION_NEWS]);
}

unsigned session_news(session *s, char *out, size_t size)
{
    news *n = &s->news;
    pthread_mutex_lock(&n->lock);
    const unsigned number = n->number;
    copy(n, number, out, size);
    pthread_mutex_unlock(&n->lock);
    return number;
}

bool session_next_news(session *s, unsigned *seen, char *out, size_t size)
{
    news *n = &s->news;
    pthread_mutex_lock(&n->lock);
    const bool any = *seen != n->number;
    if (n->number - *seen > SESSION_NEWS) /* the others have been overwritten */
        *seen = n->number - SESSION_NEWS;
    if (any)
        copy(n, ++*seen, out, size);
    pthread_mutex_unlock(&n->lock);
    return any;
}
