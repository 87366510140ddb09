/* The names of signals, without SIG: "INT", "RTMIN+1". */
#ifndef CSP_VM_OUTSIDE_SIGNAL_NAME_H
#define CSP_VM_OUTSIDE_SIGNAL_NAME_H

enum { SIGNAL_NAME_ROOM = 16 };
/* Writes the name into `text`, of that size, and returns it. */
const char *signal_name(int number, char *text);
/* The number of a signal; 0: there is no such signal. */
int signal_number(const char *name);

#endif
