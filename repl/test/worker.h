/* The OS process that runs the tests of one file, each in a VM of its own. */
#ifndef CSP_REPL_TEST_WORKER_H
#define CSP_REPL_TEST_WORKER_H

#include "repl/options.h"

/* Runs the tests, and writes to the descriptor `results` a line of JSON for each of these:
 *
 *     {"name": "adds", "line": 3}          a test that will run; all of them come first
 *     {"passed": true, "ns": 81200}        what came of the next one …
 *     {"passed": false, "ns": 81200, "line": 5, "why": "it deadlocked", "placed": false,
 *      "report": "…"}
 *     {"broken": "…"}                      the file could not be run: the report
 *     {"end": true}                        the last line
 *
 * A failure's line is 0 if it is not in this file, and it need not have a report. `placed` is true
 * if that shows the line of the source. What the tests print goes to the descriptors 1 and 2, and
 * `mark`, a text that nobody can guess, follows what each test has printed, before its result is
 * told. `temporary` is their $TMPDIR, emptied after each. */
void test_work(const options *o, const char *path, int results, const char *mark,
               const char *temporary);

#endif
