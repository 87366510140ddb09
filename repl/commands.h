/* The REPL's commands: `:NAME ARGUMENT`. */
#ifndef CSP_REPL_COMMANDS_H
#define CSP_REPL_COMMANDS_H

#include "repl/repl.h"

/* What a command's argument is, for completion. */
typedef enum argument_kind {
    ARGUMENT_NONE,
    ARGUMENT_NAME,
    ARGUMENT_CODE,
    ARGUMENT_PROCESS,
    ARGUMENT_FILE,
    ARGUMENT_SETTING,
    ARGUMENT_COMMAND,
    ARGUMENT_MARK,
    ARGUMENT_TEXT
} argument_kind;

/* Runs `:NAME ARGUMENT`, given without the colon. The beginning of a name is enough if no other
 * command begins so. */
void commands_run(repl *r, const char *line);
/* Calls `each` for the names of the commands with that prefix. */
void commands_each(const char *prefix, size_t length, void (*each)(void *target, const char *name),
                   void *target);
/* What the argument is of the command that this word of a line means; ARGUMENT_NONE: the word means
 * no command, or several. */
argument_kind commands_argument(const char *word, size_t length);
/* Calls `each` for the words that its argument may be, as `on` and `off`, with that prefix. */
void commands_each_word(const char *word, size_t length, const char *prefix, size_t prefix_length,
                        void (*each)(void *target, const char *name), void *target);

#endif
