/* The rows of options.def. */
#ifndef CSP_REPL_OPTION_ROWS_H
#define CSP_REPL_OPTION_ROWS_H

#include "repl/options.h"

typedef enum option_id {
#define OPTION(enumerator, letter, name, argument, help)                OPTION_##enumerator,
#define SUBOPTION(subcommand, enumerator, letter, name, argument, help) OPTION_##enumerator,
#define SUBCOMMAND(enumerator, name, arguments, help, details)
#include "repl/options.def"
#undef OPTION
#undef SUBOPTION
#undef SUBCOMMAND
    OPTION_COUNT
} option_id;

typedef struct option_row {
    const char *name, *argument, *help; /* argument NULL: it takes none */
    char letter;                        /* 0: none */
    subcommand_id only;                 /* the one that has it; SUBCOMMAND_COUNT: all have it */
} option_row;

typedef struct subcommand_row {
    const char *name, *arguments, *help, *details; /* help NULL: not there yet */
} subcommand_row;

extern const option_row option_rows[OPTION_COUNT];
extern const subcommand_row subcommand_rows[SUBCOMMAND_COUNT];

#endif
