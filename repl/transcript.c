#include "repl/transcript.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repl/room.h"
#include "repl/scan.h"

/* Bytes one after the other; in no memory it ends where it is. */
typedef struct bytes {
    char *data; /* malloc'ed, with a NUL behind it; NULL: none */
    size_t size;
} bytes;

typedef struct said {
    char *text;      /* owned: the entry */
    bytes output;    /* what was printed from then on */
    bytes values;    /* shown, each with a newline behind it */
    char *failed;    /* owned: how; NULL: it did not */
    char *again;     /* owned: what of its text the next part repeats */
    uint64_t value;  /* the number of its last value; 0: none */
    uint64_t before; /* the number that `_` stood for */
    bool cut;        /* not all of its output is there */
    bool is_read;    /* a later entry reads that value */
} said;

typedef struct transcript {
    said *entries;
    size_t count, capacity;
    FILE *file;
} transcript;

/* ---- Reading what has happened ---- */

static void add(bytes *b, const char *text, size_t size)
{
    char *longer = realloc(b->data, b->size + size + 1);
    if (!longer)
        return;
    memcpy(longer + b->size, text, size);
    b->data = longer;
    b->size += size;
    longer[b->size] = '\0';
}

/* Without what colours it. */
static void add_plain(bytes *b, const char *text, size_t size)
{
    const char *end = text + size;
    while (text < end) {
        const char *colour = memchr(text, '\033', (size_t)(end - text));
        add(b, text, (size_t)((colour ? colour : end) - text));
        const char *behind = colour ? memchr(colour, 'm', (size_t)(end - colour)) : NULL;
        text = behind ? behind + 1 : end;
    }
}

static said *begin(transcript *t, const journal_record *record, uint64_t before)
{
    said *entries = room_for_one(t->entries, t->count, &t->capacity, sizeof *entries);
    if (!entries)
        return NULL;
    t->entries = entries;
    said *e = &t->entries[t->count];
    *e = (said){.before = before, .text = strndup(record->text, record->size)};
    return e->text ? &t->entries[t->count++] : NULL;
}

static void take(said *e, const journal_record *record)
{
    switch (record->kind) {
    case JOURNAL_OUTPUT: add(&e->output, record->text, record->size); break;
    case JOURNAL_CUT: e->cut = true; break;
    case JOURNAL_VALUE:
        add_plain(&e->values, record->text, record->size);
        add(&e->values, "\n", 1);
        e->value = record->number;
        break;
    default: free(e->failed); e->failed = strndup(record->text, record->size);
    }
}

/* What was printed before the first entry belongs to none. */
static void read_entries(transcript *t, const char *at, const char *end)
{
    journal_record record;
    said *e = NULL;
    uint64_t last = 0; /* what `_` stands for */
    while (journal_next(&at, end, &record)) {
        if (e && e->value && !e->failed)
            last = e->value;
        if (record.kind == JOURNAL_ENTRY)
            e = begin(t, &record, last);
        else if (e)
            take(e, &record);
    }
}

static void free_entries(transcript *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->entries[i].text);
        free(t->entries[i].output.data);
        free(t->entries[i].values.data);
        free(t->entries[i].failed);
    }
    free(t->entries);
}

/* ---- Names of values ---- */

static said *find_value(transcript *t, uint64_t number)
{
    size_t low = 0, high = t->count;
    while (low < high) { /* `before` never goes down */
        size_t middle = (low + high) / 2;
        if (t->entries[middle].before < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && t->entries[low - 1].value == number ? &t->entries[low - 1] : NULL;
}

/* Only one `_` is certainly no pattern that stands for anything. */
static const char *find_last_value(const char *text)
{
    const char *found = NULL;
    size_t size;
    for (const char *at = scan_word(text, false, &size); at;
         at = scan_word(at + size, false, &size)) {
        bool is_it = size == 1 && *at == '_';
        if (is_it && found)
            return NULL;
        if (is_it)
            found = at;
    }
    return found;
}

static void mark_read(transcript *t, uint64_t number)
{
    said *e = number > 0 ? find_value(t, number) : NULL;
    if (e)
        e->is_read = true;
}

static void find_read(transcript *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const said *e = &t->entries[i];
        size_t size;
        for (const char *at = scan_word(e->text, true, &size); at;
             at = scan_word(at + size, true, &size))
            if (*at == '_' && size > 1)
                mark_read(t, strtoull(at + 1, NULL, 10));
        if (find_last_value(e->text))
            mark_read(t, e->before);
    }
}

/* ---- Declarations ---- */

static bool begins(const char *line, const char *word)
{
    size_t size = strlen(word);
    return strncmp(line, word, size) == 0 && line[size] == ' ';
}

/* The name of a `fn` or `const` at the beginning of a line: what a script declares once. */
static const char *declared(const char *line, size_t *size)
{
    if (!begins(line, "fn") && !begins(line, "const"))
        return NULL;
    return scan_word(strchr(line, ' '), false, size);
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end ? end + 1 : NULL;
}

/* Names, in a tree of search.h, and who owns each: the tree. */
static int compare(const void *a, const void *b) { return strcmp(a, b); }

static char *declared_copy(const char *line)
{
    size_t size;
    const char *name = declared(line, &size);
    return name ? strndup(name, size) : NULL;
}

/* Whether one of the names that the text declares is there. add: they all are from now on. */
static bool has_declared(void **names, const char *text, bool add)
{
    bool has = false;
    for (const char *line = text; line; line = next_line(line)) {
        char *name = declared_copy(line);
        bool is_there = name && tfind(name, names, compare);
        has = has || is_there;
        if (!name || is_there || !add || !tsearch(name, names, compare))
            free(name);
    }
    return has;
}

static bool is_declaration(const char *text)
{
    static const char *const words[] = {"fn", "const", "let", "var", "import", "extern"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (begins(text, words[i]))
            return true;
    return false;
}

/* ---- Writing ---- */

/* A fence that is longer than any in the text. */
static void write_fence(const transcript *t, const char *text, const char *language)
{
    size_t longest = 2, run = 0;
    for (const char *at = text; *at; at++) {
        run = *at == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    for (size_t i = 0; i <= longest; i++)
        putc('`', t->file);
    fprintf(t->file, "%s\n", language);
}

static void write_comment(const transcript *t, const char *text)
{
    for (const char *line = text; line && *line; line = next_line(line))
        fprintf(t->file, "# %.*s\n", (int)strcspn(line, "\n"), line);
}

static void write_text(const transcript *t, const said *e)
{
    const char *last = e->before > 0 ? find_last_value(e->text) : NULL;
    bool is_simple = !strpbrk(e->text, "\n;") && !is_declaration(e->text);
    if (e->is_read && is_simple)
        fprintf(t->file, "let _%llu = ", (unsigned long long)e->value);
    if (last)
        fprintf(t->file, "%.*s_%llu%s\n", (int)(last - e->text), e->text,
                (unsigned long long)e->before, last + 1);
    else
        fprintf(t->file, "%s\n", e->text);
}

static void write_entry(const transcript *t, const said *e)
{
    write_fence(t, e->text, "csp");
    if (e->failed)
        write_comment(t, e->text);
    else
        write_text(t, e);
    if (e->values.data)
        write_comment(t, e->values.data);
    if (e->failed && e->output.data)
        write_comment(t, e->output.data);
    if (e->failed)
        write_comment(t, e->failed);
    if (e->cut)
        write_comment(t, "more was printed than is kept");
    write_fence(t, e->text, "");
    putc('\n', t->file);
    if (e->failed || !e->output.data)
        return;
    const bytes *out = &e->output;
    write_fence(t, out->data, "output");
    fprintf(t->file, "%s%s", out->data, out->data[out->size - 1] == '\n' ? "" : "\n");
    write_fence(t, out->data, "");
    putc('\n', t->file);
}

/* The next declaration at the beginning of a line, with all up to the one after it; NULL: none. */
static char *next_declaration(const char **at)
{
    const char *from = *at;
    while (from && !is_declaration(from))
        from = next_line(from);
    const char *end = from ? next_line(from) : NULL;
    while (end && !is_declaration(end))
        end = next_line(end);
    *at = end;
    return from ? strndup(from, end ? (size_t)(end - from) : strlen(from)) : NULL;
}

/* Those of its declarations that are not in `later`; the caller frees it. */
static char *still_declared(const char *text, void **later)
{
    bytes kept = {0};
    for (char *one; text && (one = next_declaration(&text)); free(one))
        if (!has_declared(later, one, false))
            add(&kept, one, strlen(one));
    return kept.data;
}

/* What has been declared before `entry`, as it was last. */
static void begin_part(transcript *t, size_t entry, unsigned part)
{
    void *later = NULL;
    fprintf(t->file, "## Part %u\n\n", part);
    has_declared(&later, t->entries[entry].text, true);
    for (size_t i = entry; i-- > 0;) {
        said *e = &t->entries[i];
        if (e->failed)
            continue;
        e->again = is_declaration(e->text) ? still_declared(e->text, &later) : NULL;
        has_declared(&later, e->text, true);
    }
    tdestroy(later, free);
    for (size_t i = 0; i < entry; i++) {
        said *e = &t->entries[i];
        if (e->again && strcmp(e->again, e->text) == 0)
            write_entry(t, e);
        else if (e->again)
            write_entry(t, &(said){.text = e->again});
        free(e->again);
        e->again = NULL;
    }
}

static void write_entries(transcript *t)
{
    fprintf(t->file, "# A session of csp\n\n");
    void *names = NULL; /* declared in this part */
    unsigned part = 1;
    for (size_t i = 0; i < t->count; i++) {
        const said *e = &t->entries[i];
        if (!e->failed && has_declared(&names, e->text, false))
            begin_part(t, i, ++part);
        if (!e->failed)
            has_declared(&names, e->text, true);
        write_entry(t, e);
    }
    tdestroy(names, free);
}

static bool write_file(transcript *t, const char *path)
{
    t->file = fopen(path, "we");
    if (!t->file)
        return false;
    write_entries(t);
    bool ok = !ferror(t->file);
    return fclose(t->file) == 0 && ok;
}

void command_transcript(repl *r, const char *argument)
{
    size_t size = 0;
    bool complete = false;
    transcript t = {0};
    char *all = journal_read(&r->journal, &size, &complete);
    if (all) {
        read_entries(&t, all, all + size);
        find_read(&t);
    }
    if (!all || !write_file(&t, argument))
        repl_print(2, "%s cannot be written: %s\n", argument, strerror(errno));
    else
        repl_print(1, "%s: %zu entr%s%s\n", argument, t.count, t.count == 1 ? "y" : "ies",
                   complete ? "" : "; what came later was not kept");
    free_entries(&t);
    free(all);
}
