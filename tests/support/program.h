/* Programs that run inside a test, one step at a time, every step audited. The runs of a program
 * follow each other in one VM. */
#ifndef CSP_TESTS_PROGRAM_H
#define CSP_TESTS_PROGRAM_H

#include "vm/core/concurrency.h"

typedef struct program {
    csp_vm *vm;
    const code *body;
    process *main;   /* of the run under way */
    uint64_t first;  /* its number */
    char *out, *err; /* what the run has written, NUL-terminated; the program's */
    size_t out_size, err_size;
    char about[160]; /* what the test is doing, for messages */
} program;

/* Compiles the source, in which ' stands for " (so that it can be read inside a C string). What
 * does not compile ends the test. */
program *program_new(const char *source);
/* The same with further natives in the prelude: a table that ends with NULL. */
struct native_entry;
program *program_new_with(const struct native_entry *natives, const char *source);
void program_free(program *p);

/* Begins a run: its main process can run, in slices of so many reductions; nothing has been
 * written. The run before has been finished. */
void program_begin(program *p, int64_t slice);

/* One slice, or where nothing can run the wait for the next timer; then the audit, whose complaint
 * ends the test. False: it is at rest, nothing can run and nobody waits for a time. */
bool program_step(program *p);
/* Steps until it is at rest. */
void program_rest(program *p);

/* The nth process of the run in the order of their making, main being 0; NULL: not there yet, or
 * has ended. */
process *program_process(const program *p, unsigned nth);
/* Kills it from outside, as `kill` does; false: it is not there. */
bool program_kill(program *p, unsigned nth);

/* Kills what is left, as at the end of a program, and runs it to its end. False: some process did
 * not end. */
bool program_finish(program *p);

/* What the run has printed so far; valid until the next step. */
const char *program_out(program *p);
const char *program_err(program *p);

/* A whole run in slices of that size: to rest, then finished. Gives what it printed, in a string
 * that the caller frees. */
char *program_run(program *p, int64_t slice);

/* How often the line (whole, without its newline) stands in the text. */
unsigned program_count(const char *text, const char *line);

#endif
