#include "manifest_hear.h"

#include "commands.h"
#include "messages.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char command[] = "backline render: ", note[] = "note: ", advice[] = "backline render --help";

int hearing_open(hearing *h)
{
    *h = (hearing){ .said = tmpfile(), .stderr_fd = -1 };
    if (!h->said)
        return fail("A temporary file cannot be created (%s).", strerror(errno));
    setvbuf(h->said, NULL, _IONBF, 0); /* others write it */
    return DONE;
}

void hearing_close(hearing *h)
{
    if (h->said)
        fclose(h->said);
    h->said = NULL;
}

void hearing_clear(hearing *h)
{
    if (!ftruncate(fileno(h->said), 0))
        lseek(fileno(h->said), 0, SEEK_SET);
    h->reading = false;
}

void hearing_begin(hearing *h)
{
    fflush(stderr);
    hearing_clear(h);
    h->stderr_fd = dup(STDERR_FILENO);
    dup2(fileno(h->said), STDERR_FILENO);
}

void hearing_end(hearing *h)
{
    fflush(stderr);
    if (h->stderr_fd >= 0) {
        dup2(h->stderr_fd, STDERR_FILENO);
        close(h->stderr_fd);
    }
    h->stderr_fd = -1;
}

bool hearing_next(hearing *h, char *sentence, size_t size, said_kind *kind)
{
    if (!h->reading)
        rewind(h->said);
    h->reading = true;
    do {
        if (!fgets(sentence, (int)size, h->said))
            return false;
        sentence[strcspn(sentence, "\n")] = 0;
    } while (!*sentence || !strncmp(sentence, advice, strlen(advice)));
    *kind = SAID_ELSE;
    if (strncmp(sentence, command, strlen(command)))
        return true;
    const size_t front = strlen(command);
    *kind = strncmp(sentence + front, note, strlen(note)) ? SAID_FAILURE : SAID_NOTE;
    const size_t cut = front + (*kind == SAID_NOTE ? strlen(note) : 0);
    memmove(sentence, sentence + cut, strlen(sentence + cut) + 1);
    return true;
}
