/* :type */
#ifndef CSP_REPL_TYPE_H
#define CSP_REPL_TYPE_H

struct repl;

void command_type(struct repl *r, const char *argument);

#endif
