/* Where a program is: paths as execvp finds them. For workers. */
#ifndef CSP_VM_OUTSIDE_PROGRAM_H
#define CSP_VM_OUTSIDE_PROGRAM_H

/* Where programs are looked for without a PATH. */
#define PROGRAM_FOLDERS "/usr/local/bin:/usr/bin:/bin"

/* The path of the program `name`, which is looked for in `folders` ("/bin:/usr/bin"; an empty one
 * is the current folder) unless it has a `/`; malloc'ed. NULL: *why is ENOENT, EACCES (there is
 * one, but it may not be run), or ENOMEM. */
char *program_find(const char *name, const char *folders, int *why);

#endif
