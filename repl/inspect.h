/* `:info X` and `:bt P`: one process, channel or value, and all that is known of it. */
#ifndef CSP_REPL_INSPECT_H
#define CSP_REPL_INSPECT_H

#include <stdint.h>
#include <stdio.h>

struct repl;

/* What :info says of the process with that number. */
void inspect_number(FILE *out, struct repl *r, uint64_t process);

void command_info(struct repl *r, const char *argument);
void command_bt(struct repl *r, const char *argument);

#endif
