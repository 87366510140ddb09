/* The folder in which the tests of a file put what is only for the moment. */
#ifndef CSP_REPL_TEST_FOLDER_H
#define CSP_REPL_TEST_FOLDER_H

/* Makes one where such are kept: its path, malloc'ed; NULL: errno says why. */
char *folder_make(void);
/* Removes what is in it, or the folder itself as well. Links are not followed; what cannot be
 * removed stays. */
void folder_empty(const char *path);
void folder_remove(const char *path);

#endif
