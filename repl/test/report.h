/* What is said of the tests. */
#ifndef CSP_REPL_TEST_REPORT_H
#define CSP_REPL_TEST_REPORT_H

#include "repl/options.h"
#include "repl/test/file.h"

typedef struct test_report {
    const options *o;
    test_file *files; /* in the order in which they are told of */
    size_t count;
    size_t told;         /* files that have been reported completely */
    uint32_t told_tests; /* tests of the next file that have been reported */
    uint64_t number;     /* of the last test that has been told of */
    bool progress;       /* there is a progress line, which is rewritten in place */
} test_report;

void test_report_begin(test_report *r);
/* Tells of what has happened since: of files in their order, and of the tests of each in theirs. */
void test_report_tell(test_report *r);
/* The last line. Returns the exit status; incomplete: something could not be read. */
int test_report_end(test_report *r, bool incomplete);

#endif
