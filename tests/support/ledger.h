/* What a test has handed over, and how often each was given back: exactly once is right. From any
 * thread. */
#ifndef CSP_TESTS_LEDGER_H
#define CSP_TESTS_LEDGER_H

#include <stdint.h>

typedef enum ledger_kind {
    LEDGER_OBJECT,    /* finalized */
    LEDGER_STATE,     /* destroyed */
    LEDGER_COMPLETER, /* completed or cancelled; or neither, and freed */
    LEDGER_BYTES,     /* released */
    LEDGER_KINDS
} ledger_kind;

typedef struct ledger_entry ledger_entry;

ledger_entry *ledger_new(ledger_kind kind);
void ledger_done(ledger_entry *e);
/* Whether that has happened. */
int ledger_is_done(const ledger_entry *e);

/* What does not add up, for the caller to free; NULL: nothing. Waits some seconds for what threads
 * of a VM's pool still have. Then the ledger is empty. */
char *ledger_close(void);
/* How many there have been of a kind. */
uint64_t ledger_count(ledger_kind kind);

#endif
