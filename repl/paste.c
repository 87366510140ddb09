#include "repl/paste.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repl/entry.h"

enum { PROMPT_SIZE = sizeof PROMPT - 1 };
_Static_assert(sizeof PROMPT == sizeof PROMPT_MORE, "prompts are of one size");

/* ---- A copied session ---- */

/* Editors take blanks off the ends of lines. */
static size_t prompt_size(const char *line, const char *which)
{
    if (strncmp(line, which, PROMPT_SIZE) == 0)
        return PROMPT_SIZE;
    bool bare = strncmp(line, which, PROMPT_SIZE - 1) == 0 &&
                (line[PROMPT_SIZE - 1] == '\n' || line[PROMPT_SIZE - 1] == '\0');
    return bare ? PROMPT_SIZE - 1 : 0;
}

static bool has_prompt(const char *text)
{
    while (text && prompt_size(text, PROMPT) == 0) {
        text = strchr(text, '\n');
        text += text != NULL;
    }
    return text != NULL;
}

char *paste_clean(const char *text, size_t *dropped)
{
    *dropped = 0;
    if (!has_prompt(text))
        return strdup(text);
    char *out = malloc(strlen(text) + 2);
    if (!out)
        return NULL;
    size_t size = 0, begin = 0; /* of the input under way … */
    long open = 0;              /* … and its brackets */
    bool begun = false;
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n"), skip = prompt_size(line, PROMPT);
        const char *next = line + length + (line[length] == '\n');
        out[size] = '\0';
        if (skip > 0) {
            begin = size;
            open = 0;
        } else {
            skip = prompt_size(line, PROMPT_MORE);
        }
        begun = begun || skip > 0;
        if (skip > 0 || (begun && (open > 0 || entry_goes_on(out + begin)))) {
            open += entry_balance(line + skip, length - skip);
            memcpy(out + size, line + skip, length - skip);
            size += length - skip;
            out[size++] = '\n';
        } else {
            *dropped += length > 0;
        }
        line = next;
    }
    /* What ended its last line may be run at once by Enter; what did not goes on there. */
    out[size > 0 ? size - 1 : 0] = '\0';
    return out;
}

size_t paste_lines(const char *text)
{
    size_t lines = 1;
    for (; *text; text++)
        lines += *text == '\n' && text[1] != '\0';
    return lines;
}

/* ---- Marks ---- */

typedef struct fold {
    struct fold *next;
    char *mark, *text;
} fold;

static fold *folds;

static fold *find(const char *mark)
{
    fold *f = folds;
    while (f && strcmp(f->mark, mark) != 0)
        f = f->next;
    return f;
}

/* One that no other fold has. */
static char *new_mark(size_t lines)
{
    char *mark;
    int size = asprintf(&mark, "[pasted %zu lines]", lines);
    for (int i = 2; size >= 0 && find(mark); i++) {
        free(mark);
        size = asprintf(&mark, "[pasted %zu lines, #%d]", lines, i);
    }
    return size < 0 ? NULL : mark;
}

const char *paste_fold(const char *text)
{
    fold *f = malloc(sizeof *f);
    char *copy = strdup(text), *mark = new_mark(paste_lines(text));
    if (!f || !copy || !mark) {
        free(f);
        free(copy);
        free(mark);
        return NULL;
    }
    f->next = folds;
    f->mark = mark;
    f->text = copy;
    folds = f;
    return mark;
}

/* The mark at which the text begins. */
static const fold *fold_at(const char *text)
{
    if (*text != '[')
        return NULL;
    const fold *f = folds;
    while (f && strncmp(text, f->mark, strlen(f->mark)) != 0)
        f = f->next;
    return f;
}

char *paste_unfold(const char *line)
{
    size_t size = 1;
    const fold *f;
    for (const char *c = line; *c; c += f ? strlen(f->mark) : 1) {
        f = fold_at(c);
        size += f ? strlen(f->text) : 1;
    }
    char *out = malloc(size), *to = out;
    for (const char *c = line; out && *c; c += f ? strlen(f->mark) : 1) {
        f = fold_at(c);
        const char *from = f ? f->text : c;
        size_t length = f ? strlen(f->text) : 1;
        memcpy(to, from, length);
        to += length;
    }
    if (out)
        *to = '\0';
    return out;
}

void paste_forget(void)
{
    while (folds) {
        fold *next = folds->next;
        free(folds->mark);
        free(folds->text);
        free(folds);
        folds = next;
    }
}
