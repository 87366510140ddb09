#include "repl/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/allow.h"
#include "repl/nearest.h"
#include "repl/option_rows.h"
#include "repl/standard.h"

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

/* ---- What is wrong ---- */

static bool refuse(options *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(options *o, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    standard_put(STDERR_FILENO, "csp: ");
    standard_vprintf(STDERR_FILENO, format, arguments);
    standard_put(STDERR_FILENO, "; try `csp --help`\n");
    va_end(arguments);
    o->action = ACTION_ERROR;
    return false;
}

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
        return refuse(o, "unknown option `--%.*s`; did you mean `--%s`?", (int)length, word, best);
    return refuse(o, "unknown option `--%.*s`", (int)length, word);
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
        refuse(o, "there is no command and no file `%s`; did you mean `csp %s`?", word, near);
    else
        refuse(o, "there is no command `%s`", word);
}

/* ---- Arguments of options ---- */

/* A limit, 0: none. "64M": a whole number, with a suffix where it is a size. */
static bool read_limit(options *o, option_id id, const char *from, bool is_size, uint64_t *out)
{
    *out = 0;
    if (strcmp(from, "none") == 0)
        return true;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(from, &end, 10);
    const char *suffixes = "KMGT";
    const char *suffix = is_size && isalpha((unsigned char)*end)
                             ? strchr(suffixes, toupper((unsigned char)*end))
                             : NULL;
    unsigned shift = 0;
    if (suffix) {
        shift = 10 * (unsigned)(suffix - suffixes + 1);
        end++;
    }
    bool digit = from[0] >= '0' && from[0] <= '9';
    if (!digit || *end || errno || number == 0 || number > UINT64_MAX >> shift ||
        (is_size && number << shift > SIZE_MAX))
        return refuse(o, "--%s wants %s, or none for no limit, not `%s`", option_rows[id].name,
                      is_size ? "a size like 512M (K, M, G, T)" : "a whole number from 1 on", from);
    *out = (uint64_t)number << shift;
    return true;
}

/* There is no stack without an end, and below some size it is of no use. */
static bool read_native_stack(options *o, const char *from)
{
    const uint64_t least = (uint64_t)512 << 10, most = (uint64_t)1 << 40;
    uint64_t number;
    if (!read_limit(o, OPTION_NATIVE_STACK, from, true, &number))
        return false;
    if (number < least || number > most)
        return refuse(o, "--native-stack wants a size from 512K to 1T, not `%s`", from);
    o->config.native_stack = (size_t)number;
    return true;
}

static bool read_colour(options *o, const char *when)
{
    if (strcmp(when, "always") == 0)
        o->colour = o->colour_out = true;
    else if (strcmp(when, "never") == 0)
        o->colour = o->colour_out = false;
    else if (strcmp(when, "auto") != 0)
        return refuse(o, "--color wants auto, always or never, not `%s`", when);
    return true;
}

static bool read_format(options *o, const char *form)
{
    o->json = strcmp(form, "json") == 0;
    return o->json || strcmp(form, "text") == 0 ||
           refuse(o, "--error-format wants text or json, not `%s`", form);
}

/* "500ms", "10s", "2m". */
static bool read_time(options *o, option_id id, const char *from, uint32_t *milliseconds)
{
    static const struct unit {
        const char *name;
        uint32_t milliseconds;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    char *end;
    errno = 0;
    unsigned long long number = strtoull(from, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        uint32_t unit = units[i].milliseconds;
        if (strcmp(end, units[i].name) != 0 || errno || number == 0 || !isdigit(from[0] & 0xff) ||
            number > INT32_MAX / unit)
            continue;
        *milliseconds = (uint32_t)number * unit;
        return true;
    }
    return refuse(o, "--%s wants a time like 500ms, 10s or 2m, not `%s`", option_rows[id].name,
                  from);
}

static bool read_jobs(options *o, const char *from)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(from, &end, 10);
    if (!isdigit(from[0] & 0xff) || *end || errno || number == 0 || number > 1000)
        return refuse(o, "--jobs wants a whole number from 1 to 1000, not `%s`", from);
    o->test.jobs = (uint32_t)number;
    return true;
}

/* The first list takes everything else away. Files are imported by those who may read. */
static bool read_allowed(options *o, const char *list)
{
    const char *bad;
    size_t size;
    if (!o->allows)
        o->config.capabilities = 0;
    o->allows = true;
    if (!allow_add(list, &o->config.capabilities, &bad, &size))
        return refuse(o, "--allow wants a list of %s, not `%.*s`%s", allow_words(), (int)size, bad,
                      memchr(bad, ':', size) ? "; limits to a folder or host are not there yet"
                                             : "");
    o->config.import_files = (o->config.capabilities & CSP_MAY_READ) != 0;
    return true;
}

static bool read_seed(options *o, const char *from)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(from, &end, 10);
    if (!isdigit(from[0] & 0xff) || *end || errno)
        return refuse(o, "--seed wants a whole number, as a failure has shown it, not `%s`", from);
    o->test.seed = number;
    o->test.seeded = true;
    return true;
}

/* Adds a word; false: there is no memory, and that has been reported. */
static bool append(options *o, const char ***words, uint32_t *count, const char *word)
{
    const char **grown = realloc(*words, (*count + (size_t)1) * sizeof *grown);
    if (!grown)
        return refuse(o, "out of memory");
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
    case OPTION_COLOR: return read_colour(o, argument);
    case OPTION_ERROR_FORMAT: return read_format(o, argument);
    case OPTION_MAX_MEMORY:
        if (!read_limit(o, id, argument, true, &number))
            return false;
        o->config.max_memory = (size_t)number;
        return true;
    case OPTION_MAX_STACK:
        if (!read_limit(o, id, argument, true, &number))
            return false;
        o->config.max_stack = (size_t)number;
        return true;
    case OPTION_NATIVE_STACK: return read_native_stack(o, argument);
    case OPTION_MAX_PROCESSES:
        if (!read_limit(o, id, argument, false, &number))
            return false;
        if (number > UINT32_MAX)
            number = 0; /* more than can ever be */
        o->config.max_processes = (uint32_t)number;
        return true;
    case OPTION_MAX_REDUCTIONS:
        return read_limit(o, id, argument, false, &o->config.max_reductions);
    case OPTION_LEAKS: o->config.report_leaks = true; return true;
    case OPTION_ALLOW: return read_allowed(o, argument);
    case OPTION_NO_FFI: o->config.capabilities &= ~(uint64_t)CSP_MAY_CALL_C; return true;
    case OPTION_LIBRARY: o->bind.library = argument; return true;
    case OPTION_MATCH: return append(o, &o->bind.globs, &o->bind.glob_count, argument);
    case OPTION_ALL: o->bind.all = true; return true;
    case OPTION_INCLUDE: return pass_on(o, "-I", argument);
    case OPTION_DEFINE: return pass_on(o, "-D", argument);
    case OPTION_FILTER: o->test.filter = argument; return true;
    case OPTION_JOBS: return read_jobs(o, argument);
    case OPTION_TIMEOUT: return read_time(o, id, argument, &o->test.milliseconds);
    case OPTION_FAIL_FAST: o->test.fail_fast = true; return true;
    case OPTION_SEED: return read_seed(o, argument);
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
            return refuse(o, "--%s takes no argument", option_rows[found].name);
    } else {
        while (found < OPTION_COUNT && option_rows[found].letter != word[1])
            found++;
        if (found == OPTION_COUNT || (word[2] && !option_rows[found].argument))
            return refuse(o, "unknown option `%s`", word);
        given = word[2] != '\0';
        argument = word + 2;
    }
    if (!is_at_home(found, sub))
        return refuse(o, "--%s is an option of `csp %s` only", option_rows[found].name,
                      subcommand_rows[option_rows[found].only].name);
    if (option_rows[found].argument && !given) {
        if (*i == argc)
            return refuse(o, "--%s wants an argument: %s", option_rows[found].name,
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
        refuse(o, "`csp help` wants one command, or none");
        return;
    }
    o->topic = (subcommand_id)find_subcommand(argv[i]);
    if (o->topic == SUBCOMMAND_COUNT)
        refuse_command(o, argv[i]);
    else if (!subcommand_rows[o->topic].help)
        refuse(o, "`csp %s` is not there yet in this version", argv[i]);
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
            return refuse(o, "`csp %s` does not run CODE", subcommand_rows[sub].name);
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
            refuse(o, "`csp check` wants a file");
    } else if (sub == SUBCOMMAND_DISASM) {
        o->action = ACTION_DISASM;
        if (o->file_count != 1)
            refuse(o, "`csp disasm` wants one file");
    } else if (sub == SUBCOMMAND_BIND) {
        o->action = ACTION_BIND;
        if (o->file_count != 1)
            refuse(o, "`csp bind` wants one C header");
    } else if (sub == SUBCOMMAND_TEST) {
        o->action = ACTION_TEST;
    } else if (sub == SUBCOMMAND_DOC) {
        o->action = ACTION_DOC;
        if (o->file_count > 1)
            refuse(o, "`csp doc` wants one name, or none");
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
        refuse(o, "--interactive wants a FILE or -e CODE, or neither");
    else if (!isatty(STDIN_FILENO))
        refuse(o, "--interactive wants a terminal as standard input");
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
