/* Which files have the tests that are to run. */
#ifndef CSP_REPL_TEST_FIND_H
#define CSP_REPL_TEST_FIND_H

#include <stdbool.h>
#include <stddef.h>

typedef struct test_paths {
    char **items; /* each owned */
    size_t count, capacity;
    bool incomplete; /* something could not be read, or there is no memory: it has been reported */
} test_paths;

/* Adds a file, or all *_test.csp below a folder, sorted and without those in hidden folders. Links
 * to folders are not followed. */
void test_paths_add(test_paths *paths, const char *path);
void test_paths_free(test_paths *paths);

#endif
