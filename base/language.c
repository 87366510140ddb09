#include "base/language.h"

#include <string.h>

const language_module language_modules[LANGUAGE_MODULES] = {
#define MODULE(enumerator, name, members) {name, members},
#include "base/language.def"
#undef MODULE
};

int language_find_module(const char *name)
{
    for (int i = 0; i < LANGUAGE_MODULES; i++)
        if (strcmp(language_modules[i].name, name) == 0)
            return i;
    return -1;
}

bool language_has_word(const char *words, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = strstr(words, name); length > 0 && at; at = strstr(at + 1, name))
        if ((at == words || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static char plain(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }

/* Whether the two words are the same; both end in a NUL or a space. A `_` at the start counts as
 * a letter. */
static bool is_same(const char *a, const char *b)
{
    if (plain(*a) != plain(*b))
        return false;
    for (a++, b++;; a++, b++) {
        while (*a == '_')
            a++;
        while (*b == '_')
            b++;
        bool a_ends = *a == '\0' || *a == ' ', b_ends = *b == '\0' || *b == ' ';
        if (a_ends || b_ends)
            return a_ends && b_ends;
        if (plain(*a) != plain(*b))
            return false;
    }
}

const char *language_same_word(const char *words, const char *name, size_t *length)
{
    if (*name == '\0')
        return NULL;
    while (*words != '\0') {
        const char *end = words;
        while (*end != ' ' && *end != '\0')
            end++;
        *length = (size_t)(end - words);
        if (is_same(words, name))
            return words;
        words = *end == ' ' ? end + 1 : end;
    }
    return NULL;
}

unsigned language_traits(const char *module, const char *name)
{
    static const struct {
        const char *module, *names;
        unsigned trait;
    } rows[] = {
#define TRAIT(module, trait, names) {module, names, LANGUAGE_##trait},
#include "base/traits.def"
#undef TRAIT
    };
    unsigned traits = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].module, module) == 0 && language_has_word(rows[i].names, name))
            traits |= rows[i].trait;
    return traits;
}
