#include "repl/bind/bind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "repl/bind/dump.h"
#include "repl/bind/macros.h"
#include "repl/bind/print.h"
#include "repl/bind/program.h"
#include "repl/bind/select.h"
#include "repl/standard.h"

/* What clang's messages call the source of the questions for macros. */
#define QUESTIONS "<csp bind>"

/* ---- clang ---- */

static bool start_clang(program *p, const options *o, const char *const *how, const char *input)
{
    const char **words = memory_get((o->bind.pass_count + 16) * sizeof *words);
    size_t count = 0;
    words[count++] = "clang";
    for (uint32_t i = 0; i < o->bind.pass_count; i++)
        words[count++] = o->bind.pass[i];
    while (*how)
        words[count++] = *how++;
    if (program_start(p, words, input))
        return true;
    if (errno == ENOENT)
        standard_put(STDERR_FILENO,
                     "csp: `csp bind` reads C with clang, which is not installed here; "
                     "install it: apt-get install clang\n");
    else
        standard_printf(STDERR_FILENO, "csp: cannot run clang: %s\n", strerror(errno));
    return false;
}

static bool is_about_question(const char *line)
{
    return strncmp(line, QUESTIONS ":", sizeof QUESTIONS) == 0;
}

/* The first error that is about the header, not about a question; NULL: there is none. */
static const char *find_error(const char *messages)
{
    for (const char *line = messages; line && *line;) {
        size_t length = strcspn(line, "\n");
        const char *error = strstr(line, "error: ");
        if (error && error < line + length && !is_about_question(line))
            return line;
        line += length + (line[length] == '\n');
    }
    return NULL;
}

enum { SHOWN_LINES = 12 };

static bool complain(const char *path, const char *messages)
{
    standard_printf(STDERR_FILENO, "csp: clang cannot read %s\n", path);
    const char *line = find_error(messages);
    for (int i = 0; i < SHOWN_LINES && line && *line && !is_about_question(line); i++) {
        size_t length = strcspn(line, "\n");
        standard_printf(STDERR_FILENO, "%.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
    return false;
}

/* ---- the header ---- */

/* `#include` of the file, or, if there is none, of what the compiler finds under that name. */
static bool put_include(const char *path, text *out)
{
    if (strpbrk(path, "\n\r\">")) {
        standard_put(STDERR_FILENO, "csp: no header has such a name\n");
        return false;
    }
    char *found = access(path, F_OK) == 0 ? realpath(path, NULL) : NULL;
    text_print(out, found ? "#include \"%s\"\n" : "#include <%s>\n", found ? found : path);
    free(found);
    return true;
}

static bool read_macros(header *h, const options *o, const char *include)
{
    static const char *const how[] = {"-E", "-dD", "-w", "-x", "c", "-", NULL};
    program p;
    text messages = {0};
    if (!start_clang(&p, o, how, include))
        return false;
    macros_read(h, program_read, &p, o->bind.all);
    return program_end(&p, &messages) == 0 || complain(o->input, messages.bytes);
}

static bool read_declarations(header *h, const options *o, const char *input)
{
    /* Otherwise clang would report its built-in declarations, of strlen for one, instead of
     * the header's. */
    static const char *const how[] = {"-Xclang",
                                      "-ast-dump=json",
                                      "-fsyntax-only",
                                      "-fno-builtin",
                                      "-w",
                                      "-ferror-limit=0",
                                      "-fno-color-diagnostics",
                                      "-fno-spell-checking",
                                      "-x",
                                      "c",
                                      "-",
                                      NULL};
    program p;
    text messages = {0};
    if (!start_clang(&p, o, how, input))
        return false;
    const char *failure = dump_read(h, program_read, &p);
    int status = program_end(&p, &messages);
    if (messages.bytes && find_error(messages.bytes))
        return complain(o->input, messages.bytes);
    if (!failure)
        return true;
    standard_printf(STDERR_FILENO, "csp: clang does not say what is in %s: %s (status %d)\n",
                    o->input, failure, status);
    return false;
}

static bool read_header(header *h, const options *o, const selection *s)
{
    text input = {0};
    header_init(h);
    if (!put_include(o->input, &input) || !read_macros(h, o, input.bytes))
        return false;
    for (c_macro *m = h->macros; m; m = m->next)
        m->is_probed = select_macro(s, m);
    h->values = memory_get((h->macro_count + (size_t)1) * sizeof *h->values);
    text_put(&input, "# 1 \"" QUESTIONS "\"\n");
    macros_ask(h, &input);
    bool ok = read_declarations(h, o, input.bytes);
    macros_take(h);
    text_free(&input);
    return ok;
}

/* ---- names ---- */

static void add_word(void *user, const char *word)
{
    const char *copy = memory_text(word);
    table_set(user, copy, user);
}

/* Everything that stands for something in csp. False: no memory. */
static bool read_words(const options *o, table *words)
{
    csp_vm *vm;
    size_t start;
    if (csp_new(&o->config, &vm) != CSP_OK)
        return false;
    csp_session *session = csp_session_new(vm);
    if (session)
        csp_complete(session, "", 0, &start, add_word, words);
    csp_free(vm);
    return session != NULL;
}

/* "c" and "m" keep their names, other libraries are called like their header. */
static const char *alias_of(const char *of, const char *path, const table *words)
{
    const char *last = header_last_part(path);
    table taken = {0};
    if (strcmp(of, "c") == 0 || strcmp(of, "m") == 0)
        return of;
    return select_free_name(&taken, words, memory_slice(last, strcspn(last, ".")), "lib");
}

int bind_run(const options *o)
{
    header h;
    text out = {0};
    selection s = {.globs = o->bind.globs, .glob_count = o->bind.glob_count, .all = o->bind.all};
    if (!read_words(o, &s.words)) {
        standard_put(STDERR_FILENO, "csp: out of memory\n");
        return EXIT_USAGE;
    }
    if (!read_header(&h, o, &s))
        return EXIT_USAGE;
    select_functions(&s, &h);
    s.library = library_find(&h, o->bind.library, o->input);
    s.alias = alias_of(s.library.name, o->input, &s.words);
    select_all(&s, &h);
    bool any = print_all(&s, &h, o->input, &out);
    if (any)
        standard_write(STDOUT_FILENO, out.bytes, out.length);
    else
        standard_printf(STDERR_FILENO, "csp: %s declares nothing%s%s\n", o->input,
                        s.glob_count > 0 ? " that matches" : " itself",
                        s.all ? "" : "; `--all` adds what the headers declare that it includes");
    text_free(&out);
    return any ? 0 : EXIT_USAGE;
}
