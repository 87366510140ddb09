/* What has happened in the session, for `:transcript`: entries, what they printed, the values that
 * were shown. It is kept in a file that has no name, so that a long session takes no memory. */
#ifndef CSP_REPL_JOURNAL_H
#define CSP_REPL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { JOURNAL_BUFFER = 4096 };

typedef enum journal_kind {
    JOURNAL_ENTRY,  /* text that was evaluated */
    JOURNAL_OUTPUT, /* of any process */
    JOURNAL_CUT,    /* there was more output than is kept */
    JOURNAL_VALUE,  /* as it was shown; number: its N in _N */
    JOURNAL_FAILED  /* the entry failed; the text says how */
} journal_kind;

typedef struct journal {
    int fd;          /* -1: there is none yet */
    bool lost;       /* nothing more is written */
    int64_t size;    /* of the file; a mark's is its own */
    uint64_t output; /* bytes of it since the last entry */
    size_t used;
    char buffer[JOURNAL_BUFFER]; /* what follows in the file */
} journal;

void journal_init(journal *j);
void journal_free(journal *j);
void journal_add(journal *j, journal_kind kind, uint64_t number, const char *text, size_t size);

typedef struct journal_record {
    uint64_t number, size;
    const char *text; /* not NUL-terminated */
    journal_kind kind;
} journal_record;

/* All of it, in memory of the caller, who frees it. NULL: it cannot be read, and errno says why.
 * complete: nothing has been lost. */
char *journal_read(journal *j, size_t *size, bool *complete);
/* Takes the next record off what journal_read gave. False: there is none left. */
bool journal_next(const char **at, const char *end, journal_record *record);

#endif
