/* What processes have used since they were last shown. */
#ifndef CSP_REPL_SPENT_H
#define CSP_REPL_SPENT_H

#include <stddef.h>
#include <stdint.h>

struct seen;
struct seen_process;

/* How many reductions each process had used when they were last shown. */
typedef struct spent {
    struct spent_item *items; /* by number */
    size_t count;
} spent;
void spent_free(spent *s);
/* What p has used since then. */
uint64_t spent_since(const spent *s, const struct seen_process *p);
/* Notes what they have used now. If there is no memory, nothing changes. */
void spent_note(spent *s, const struct seen *now);

#endif
