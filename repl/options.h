/* The command line. */
#ifndef CSP_REPL_OPTIONS_H
#define CSP_REPL_OPTIONS_H

#include <stdbool.h>

#include "include/csp.h"
#include "repl/allow.h"

typedef enum action {
    ACTION_DEFAULT, /* no file: the REPL on a terminal, else a script from standard input */
    ACTION_FILE,    /* run the script `input` */
    ACTION_STDIN,   /* run a script from standard input */
    ACTION_EVAL,    /* run the text `input` */
    ACTION_DISASM,  /* show the bytecode of the script `input`, "-": of standard input */
    ACTION_CHECK,   /* look for mistakes in `files` */
    ACTION_BIND,    /* print what `extern` needs for the C header `input` */
    ACTION_TEST,    /* run the tests of `files` */
    ACTION_DOC,     /* print the documentation of the name `input`, NULL: of everything */
    ACTION_HELP,
    ACTION_VERSION,
    ACTION_ERROR /* the error has been reported on standard error */
} action;

typedef enum subcommand_id {
#define OPTION(enumerator, letter, name, argument, help)
#define SUBOPTION(subcommand, enumerator, letter, name, argument, help)
#define SUBCOMMAND(enumerator, name, arguments, help, details) SUBCOMMAND_##enumerator,
#include "repl/options.def"
#undef OPTION
#undef SUBOPTION
#undef SUBCOMMAND
    SUBCOMMAND_COUNT
} subcommand_id;

/* For `csp bind`. Texts point into argv. */
typedef struct bind_options {
    const char *library; /* NULL: to be found */
    bool all;            /* also what included headers declare */
    const char **globs;  /* names must match one of them */
    uint32_t glob_count;
    const char **pass; /* words for the C compiler */
    uint32_t pass_count;
} bind_options;

/* For `csp test`. Texts point into argv. */
typedef struct test_options {
    const char *filter;    /* names must contain it; NULL: any */
    uint32_t jobs;         /* 0: as many as there are cores */
    uint32_t milliseconds; /* a test may take */
    bool fail_fast, update, tap;
    const char *junit; /* a file for the results; NULL: none */
    bool seeded;       /* the seed was given, else one is drawn */
    uint64_t seed;
} test_options;

typedef struct options {
    action action;
    subcommand_id topic; /* for ACTION_HELP: SUBCOMMAND_COUNT is the command as a whole */
    const char *input;
    char **files; /* "-": standard input */
    uint32_t file_count;
    bool colour;      /* of errors and values, on standard error or the terminal */
    bool colour_out;  /* of what goes to standard output */
    bool interactive; /* the REPL, after `input` has been evaluated in it: NULL, a file, or CODE */
    bool no_init;     /* the REPL does not evaluate the user's init.csp */
    bool json;        /* errors and findings as JSON, one object per line */
    allowed allows;   /* what has been listed as granted */
    bind_options bind;
    test_options test;
    csp_config config; /* limits and arguments */
} options;

/* Exit statuses, as the language defines them. */
enum { EXIT_CRASH = 1, EXIT_FINDINGS = 1, EXIT_USAGE = 2, EXIT_DEADLOCK = 3 };

/* Reads the command line. Texts point into argv. */
options options_parse(int argc, char **argv);

#endif
