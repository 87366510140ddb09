/* The results in the forms that other programs read. */
#ifndef CSP_REPL_TEST_FORMS_H
#define CSP_REPL_TEST_FORMS_H

#include "repl/test/file.h"

/* TAP 14. `number`: of the test, from 1 on. */
void tap_begin(void);
void tap_test(const test_file *f, const test_case *t, uint64_t number);
void tap_broken(const test_file *f, uint64_t number);
void tap_end(uint64_t count);

/* Writes all of them as JUnit's XML. 0, or an errno. */
int junit_write(const char *path, const test_file *files, size_t count);

#endif
