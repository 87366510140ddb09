#include "repl/option_rows.h"

const option_row option_rows[OPTION_COUNT] = {
#define OPTION(enumerator, letter, name, argument, help) \
    {name, argument, help, letter, SUBCOMMAND_COUNT},
#define SUBOPTION(subcommand, enumerator, letter, name, argument, help) \
    {name, argument, help, letter, SUBCOMMAND_##subcommand},
#define SUBCOMMAND(enumerator, name, arguments, help, details)
#include "repl/options.def"
#undef OPTION
#undef SUBOPTION
#undef SUBCOMMAND
};

const subcommand_row subcommand_rows[SUBCOMMAND_COUNT] = {
#define OPTION(enumerator, letter, name, argument, help)
#define SUBOPTION(subcommand, enumerator, letter, name, argument, help)
#define SUBCOMMAND(enumerator, name, arguments, help, details) {name, arguments, help, details},
#include "repl/options.def"
#undef OPTION
#undef SUBOPTION
#undef SUBCOMMAND
};
