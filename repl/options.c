#include "repl/options.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/nearest.h"
#include "repl/option_value.h"
#include "repl/standard.h"

/* ---- What is wrong ---- */

/* The subcommand that an option follows, SUBCOMMAND_COUNT: none; whether it is valid there. */
static bool is_at_home(int option, subcommand_id sub)
{
    return option_rows[option].only == SUBCOMMAND_COUNT || option_rows[option].only == sub;
}

static bool refuse_unknown(options *o, subcommand_id sub, const char *word, size_t length)
{
    nearest n;
    nearest_init(&n, word, length);
    for (int i = 0; i < OPTION_COUNT; i++)
        if (is_at_home(i, sub))
            nearest_offer(&n, option_rows[i].name);
    const char *best = n.best;
    if (best)
        return option_refuse(o, "unknown option `--%.*s`; did you mean `--%s`?", (int)length, word,
                             best);
    return option_refuse(o, "unknown option `--%.*s`", (int)length, word);
}

/* The subcommand that was probably meant, or NULL. */
static const char *near_command(const char *word)
{
    nearest n;
    nearest_init(&n, word, strlen(word));
    for (int i = 0; i < SUBCOMMAND_COUNT; i++)
        if (subcommand_rows[i].help)
            nearest_offer(&n, subcommand_rows[i].name);
    return n.best;
}

static void refuse_command(options *o, const char *word)
{
    const char *near = near_command(word);
    if (near)
        option_refuse(o, "there is no command and no file `%s`; did you mean `csp %s`?", word,
                      near);
    else
        option_refuse(o, "there is no command `%s`", word);
}

/* Adds a word; false: there is no memory, and that has been reported. */
static bool append(options *o, const char ***words, uint32_t *count, const char *word)
{
    const char **grown = realloc(*words, (*count + (size_t)1) * sizeof *grown);
    if (!grown)
        return option_refuse(o, "out of memory");
    *words = grown;
    grown[(*count)++] = word;
    return true;
}

/* A word for the C compiler, with what belongs to it. */
static bool pass_on(options *o, const char *flag, const char *argument)
{
    bind_options *b = &o->bind;
    return append(o, &b->pass, &b->pass_count, flag) &&
           append(o, &b->pass, &b->pass_count, argument);
}

static bool apply(options *o, option_id id, const char *argument)
{
    uint64_t number = 0;
    switch (id) {
    case OPTION_EVAL:
        o->action = ACTION_EVAL;
        o->input = argument;
        return true;
    case OPTION_INTERACTIVE: o->interactive = true; return true;
    case OPTION_NO_INIT: o->no_init = true; return true;
    case OPTION_COLOR: return option_colour(o, argument);
    case OPTION_ERROR_FORMAT: return option_format(o, argument);
    case OPTION_MAX_MEMORY:
        if (!option_limit(o, id, argument, true, &number))
            return false;
        o->config.max_memory = (size_t)number;
        return true;
    case OPTION_MAX_STACK:
        if (!option_limit(o, id, argument, true, &number))
            return false;
        o->config.max_stack = (size_t)number;
        return true;
    case OPTION_NATIVE_STACK: return option_native_stack(o, argument);
    case OPTION_MAX_PROCESSES:
        if (!option_limit(o, id, argument, false, &number))
            return false;
        if (number > UINT32_MAX)
            number = 0; /* more than can ever be */
        o->config.max_processes = (uint32_t)number;
        return true;
    case OPTION_MAX_REDUCTIONS:
        return option_limit(o, id, argument, false, &o->config.max_reductions);
    case OPTION_LEAKS: o->config.report_leaks = true; return true;
    case OPTION_ALLOW: return option_allow(o, argument);
    case OPTION_NO_FFI: o->config.capabilities &= ~(uint64_t)CSP_MAY_CALL_C; return true;
    case OPTION_LIBRARY: o->bind.library = argument; return true;
    case OPTION_MATCH: return append(o, &o->bind.globs, &o->bind.glob_count, argument);
    case OPTION_ALL: o->bind.all = true; return true;
    case OPTION_INCLUDE: return pass_on(o, "-I", argument);
    case OPTION_DEFINE: return pass_on(o, "-D", argument);
    case OPTION_FILTER: o->test.filter = argument; return true;
    case OPTION_JOBS: return option_jobs(o, argument);
    case OPTION_TIMEOUT: return option_time(o, id, argument, &o->test.milliseconds);
    case OPTION_FAIL_FAST: o->test.fail_fast = true; return true;
    case OPTION_SEED: return option_seed(o, argument);
    case OPTION_UPDATE: o->test.update = true; return true;
    case OPTION_TAP: o->test.tap = true; return true;
    case OPTION_JUNIT: o->test.junit = argument; return true;
    case OPTION_HELP: o->action = ACTION_HELP; return true;
    case OPTION_VERSION: o->action = ACTION_VERSION; return true;
    case OPTION_COUNT: break;
    }
    return true;
}

/* ---- Reading ---- */

/* Reads the option argv[*i], and its argument if it has one; *i moves past them. `sub`: the
 * subcommand that it follows, SUBCOMMAND_COUNT: none. */
static bool read_option(options *o, int argc, char **argv, int *i, subcommand_id sub, option_id *id)
{
    const char *word = argv[(*i)++];
    const char *argument = "";
    bool given = false;
    int found = 0;
    if (word[1] == '-') {
        size_t length = strcspn(word + 2, "=");
        while (found < OPTION_COUNT && (strncmp(option_rows[found].name, word + 2, length) != 0 ||
                                        option_rows[found].name[length]))
            found++;
        if (found == OPTION_COUNT)
            return refuse_unknown(o, sub, word + 2, length);
        given = word[2 + length] != '\0';
        if (given)
            argument = word + 2 + length + 1;
        if (given && !option_rows[found].argument)
            return option_refuse(o, "--%s takes no argument", option_rows[found].name);
    } else {
        while (found < OPTION_COUNT && option_rows[found].letter != word[1])
            found++;
        if (found == OPTION_COUNT || (word[2] && !option_rows[found].argument))
            return option_refuse(o, "unknown option `%s`", word);
        given = word[2] != '\0';
        argument = word + 2;
    }
    if (!is_at_home(found, sub))
        return option_refuse(o, "--%s is an option of `csp %s` only", option_rows[found].name,
                             subcommand_rows[option_rows[found].only].name);
    if (option_rows[found].argument && !given) {
        if (*i == argc)
            return option_refuse(o, "--%s wants an argument: %s", option_rows[found].name,
                                 option_rows[found].argument);
        argument = argv[(*i)++];
    }
    *id = (option_id)found;
    return apply(o, *id, argument);
}

static int find_subcommand(const char *name)
{
    int found = 0;
    while (found < SUBCOMMAND_COUNT && strcmp(subcommand_rows[found].name, name) != 0)
        found++;
    return found;
}

static void set_args(options *o, int argc, char **argv, int from)
{
    o->config.args = (const char *const *)argv + from;
    o->config.arg_count = (uint32_t)(argc - from);
}

static void read_help(options *o, int argc, char **argv, int i)
{
    o->action = ACTION_HELP;
    if (i == argc)
        return;
    if (argc > i + 1) {
        option_refuse(o, "`csp help` wants one command, or none");
        return;
    }
    o->topic = (subcommand_id)find_subcommand(argv[i]);
    if (o->topic == SUBCOMMAND_COUNT)
        refuse_command(o, argv[i]);
    else if (!subcommand_rows[o->topic].help)
        option_refuse(o, "`csp %s` is not there yet in this version", argv[i]);
}

/* The words after the subcommand: options may stand anywhere up to `--`; the other words are
 * moved together. */
static bool read_words(options *o, int argc, char **argv, int i, subcommand_id sub)
{
    o->files = argv + i;
    bool literal = false;
    while (i < argc) {
        char *word = argv[i];
        bool is_option = !literal && word[0] == '-' && word[1];
        if (!is_option || strcmp(word, "--") == 0) {
            if (is_option)
                literal = true;
            else
                argv[o->files - argv + o->file_count++] = word;
            i++;
            continue;
        }
        option_id id = OPTION_COUNT;
        if (!read_option(o, argc, argv, &i, sub, &id))
            return false;
        o->topic = sub;
        if (id == OPTION_HELP || id == OPTION_VERSION)
            return false;
        if (id == OPTION_EVAL)
            return option_refuse(o, "`csp %s` does not run CODE", subcommand_rows[sub].name);
    }
    return true;
}

static void read_subcommand(options *o, int argc, char **argv, int i, subcommand_id sub)
{
    if (!read_words(o, argc, argv, i, sub))
        return;
    o->input = o->file_count > 0 ? o->files[0] : NULL;
    if (sub == SUBCOMMAND_CHECK) {
        o->action = ACTION_CHECK;
        if (o->file_count == 0)
            option_refuse(o, "`csp check` wants a file");
    } else if (sub == SUBCOMMAND_DISASM) {
        o->action = ACTION_DISASM;
        if (o->file_count != 1)
            option_refuse(o, "`csp disasm` wants one file");
    } else if (sub == SUBCOMMAND_BIND) {
        o->action = ACTION_BIND;
        if (o->file_count != 1)
            option_refuse(o, "`csp bind` wants one C header");
    } else if (sub == SUBCOMMAND_TEST) {
        o->action = ACTION_TEST;
    } else if (sub == SUBCOMMAND_DOC) {
        o->action = ACTION_DOC;
        if (o->file_count > 1)
            option_refuse(o, "`csp doc` wants one name, or none");
    } else {
        read_help(o, (int)(o->files - argv) + (int)o->file_count, argv, (int)(o->files - argv));
    }
}

/* What to run: argv[i] and what follows. `literal`: after `--`, where no word is a subcommand. */
static void read_target(options *o, int argc, char **argv, int i, bool literal)
{
    int sub = literal ? SUBCOMMAND_COUNT : find_subcommand(argv[i]);
    bool is_file = access(argv[i], F_OK) == 0, is_stdin = strcmp(argv[i], "-") == 0;
    if (sub != SUBCOMMAND_COUNT && subcommand_rows[sub].help) {
        read_subcommand(o, argc, argv, i + 1, (subcommand_id)sub);
        return;
    }
    if (sub != SUBCOMMAND_COUNT && !is_file) {
        standard_printf(STDERR_FILENO, "csp: `csp %s` is not there yet in this version\n", argv[i]);
        o->action = ACTION_ERROR;
        return;
    }
    if (!literal && !is_file && !is_stdin && near_command(argv[i])) {
        refuse_command(o, argv[i]);
        return;
    }
    o->action = is_stdin ? ACTION_STDIN : ACTION_FILE;
    o->input = argv[i];
    set_args(o, argc, argv, i + 1);
}

static bool colour_by_default(int fd)
{
    const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(fd) && !(no_colour && *no_colour) && !(terminal && strcmp(terminal, "dumb") == 0);
}

/* A program that its user starts may do what its user may, and use what the machine has. */
static csp_config default_config(void)
{
    csp_config config;
    csp_config_init(&config, sizeof config);
    config.capabilities = CSP_MAY_ALL;
    config.max_memory = csp_machine_memory() / 4 * 3;
    config.max_stack = (size_t)1 << 30;
    config.max_int_bits = 1 << 26;
    config.max_processes = 0;
    config.import_files = true;
    return config;
}

/* The REPL needs the terminal for itself, and evaluates what is a program. */
static void check_interactive(options *o)
{
    if (!o->interactive || o->action == ACTION_HELP || o->action == ACTION_VERSION ||
        o->action == ACTION_ERROR)
        return;
    if (o->action != ACTION_DEFAULT && o->action != ACTION_FILE && o->action != ACTION_EVAL)
        option_refuse(o, "--interactive wants a FILE or -e CODE, or neither");
    else if (!isatty(STDIN_FILENO))
        option_refuse(o, "--interactive wants a terminal as standard input");
}

static void read_all(options *o, int argc, char **argv)
{
    int i = 1;
    while (i < argc && argv[i][0] == '-' && argv[i][1]) {
        if (strcmp(argv[i], "--") == 0) {
            if (++i < argc)
                read_target(o, argc, argv, i, true);
            return;
        }
        option_id id = OPTION_COUNT;
        if (!read_option(o, argc, argv, &i, SUBCOMMAND_COUNT, &id) || id == OPTION_HELP ||
            id == OPTION_VERSION)
            return;
        if (id == OPTION_EVAL) {
            set_args(o, argc, argv, i + (i < argc && strcmp(argv[i], "--") == 0));
            return;
        }
    }
    if (i < argc)
        read_target(o, argc, argv, i, false);
}

options options_parse(int argc, char **argv)
{
    options o = {.action = ACTION_DEFAULT,
                 .topic = SUBCOMMAND_COUNT,
                 .colour = colour_by_default(STDERR_FILENO),
                 .colour_out = colour_by_default(STDOUT_FILENO)};
    o.config = default_config();
    o.test.milliseconds = 10000;
    read_all(&o, argc, argv);
    check_interactive(&o);
    return o;
}
