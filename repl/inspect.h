/* `:info X` and `:bt P`: one process, channel or value, and all that is known of it. */
#ifndef CSP_REPL_INSPECT_H
#define CSP_REPL_INSPECT_H

struct repl;

void command_info(struct repl *r, const char *argument);
void command_bt(struct repl *r, const char *argument);

#endif
