/* `--allow=LIST`: what a script may do, of all that its user may. */
#ifndef CSP_REPL_ALLOW_H
#define CSP_REPL_ALLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "include/csp.h"

/* What has been listed so far. */
typedef struct allowed {
    uint64_t everywhere; /* CSP_MAY_… */
    struct allowed_place *places;
    const char **texts; /* what csp_config has of them; both malloc'ed */
    uint32_t count;
} allowed;

typedef enum allow_result { ALLOW_OK, ALLOW_UNKNOWN, ALLOW_NO_FOLDER, ALLOW_MEMORY } allow_result;

/* Adds what a list like "read:data,net" names, and has the config grant all that has been listed;
 * "" and "none" name nothing. What is granted everywhere stays so, whatever else is listed. If the
 * result is not OK, the word at *bad, of *size bytes, is why. */
allow_result allow_add(allowed *a, const char *list, csp_config *config, const char **bad,
                       size_t *size);
/* All words of such a list, for messages. */
const char *allow_words(void);

#endif
