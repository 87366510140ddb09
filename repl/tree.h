/* `:tree`: who spawned whom. */
#ifndef CSP_REPL_TREE_H
#define CSP_REPL_TREE_H

struct repl;
void command_tree(struct repl *r, const char *argument);

#endif
