/* `:graph`: who sends to whom, as a picture. */
#ifndef CSP_REPL_GRAPH_H
#define CSP_REPL_GRAPH_H

struct repl;
void command_graph(struct repl *r, const char *argument);

#endif
