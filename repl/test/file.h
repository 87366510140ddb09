/* What is known of a file with tests, and of each of them. */
#ifndef CSP_REPL_TEST_FILE_H
#define CSP_REPL_TEST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum test_state { TEST_WAITS, TEST_PASSED, TEST_FAILED } test_state;

typedef struct test_failure {
    int64_t ns;
    uint32_t line;       /* in this file; 0: where the test begins */
    const char *why;     /* a few words; NULL: the report says it */
    const char *report;  /* lines for people, or NULL … */
    bool placed;         /* … which show the line of the source */
    bool not_run;        /* nothing but what there is to say of one before it */
    const char *printed; /* or NULL */
    size_t printed_size;
} test_failure;

typedef struct test_case {
    char *name; /* owned, as all texts here; printable */
    uint32_t line;
    test_state state;
    int64_t ns;
    test_failure how; /* of one that has failed; texts are owned */
} test_case;

typedef struct test_file {
    const char *path;
    test_case *tests; /* owned */
    uint32_t count;
    size_t capacity;
    uint32_t run;    /* how many of them have passed or failed: the first ones */
    uint32_t failed; /* of these */
    bool over;       /* nothing more will come */
    char *broken;    /* why it could not be run; NULL: it could */
} test_file;

/* Adds a test that is to run. False: no memory; the same for the other functions. */
bool test_file_add(test_file *f, const char *name, size_t size, uint32_t line);
/* The first test that still waits. NULL: there is none. */
test_case *test_file_next(test_file *f);
void test_file_passed(test_file *f, int64_t ns);
void test_file_failed(test_file *f, const test_failure *how); /* texts are copied */
void test_file_free(test_file *f);

#endif
