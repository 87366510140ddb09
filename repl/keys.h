/* The keys that make one entry of several lines. */
#ifndef CSP_REPL_KEYS_H
#define CSP_REPL_KEYS_H

/* Binds them over readline's own, where the user's .inputrc has not bound something else. Enter
 * runs what is complete, and else breaks the line; Up and Down move within the entry, and beyond it
 * through the history; what is pasted never runs. said: is told what a paste has left out. */
void keys_bind(void (*said)(const char *what));
/* A new entry begins: the history from its end. */
void keys_begin(void);

#endif
