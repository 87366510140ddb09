#include "repl/allow.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    uint64_t capabilities;
    bool places; /* `name:` and a place */
} words[] = {
    {"args", CSP_MAY_ARGS, false},    {"env", CSP_MAY_ENV, false},
    {"exit", CSP_MAY_EXIT, false},    {"read", CSP_MAY_READ, true},
    {"write", CSP_MAY_WRITE, true},   {"connect", CSP_MAY_CONNECT, true},
    {"listen", CSP_MAY_LISTEN, true}, {"net", CSP_MAY_CONNECT | CSP_MAY_LISTEN, true},
    {"run", CSP_MAY_RUN, false},      {"ffi", CSP_MAY_CALL_C, false},
    {"stdin", CSP_MAY_STDIN, false},  {"time", CSP_MAY_PRECISE_TIME, false},
    {"all", CSP_MAY_ALL, false},      {"none", 0, false},
};
enum { WORDS = sizeof words / sizeof *words };

typedef struct allowed_place {
    uint64_t capability;
    char *text; /* as csp_config wants it */
} allowed_place;

static bool is_word(const char *from, size_t length, const char *word)
{
    return strncmp(word, from, length) == 0 && !word[length];
}

/* Takes the text, which is malloc'ed, or NULL. */
static allow_result add_place(allowed *a, uint64_t capability, char *text)
{
    size_t count = (size_t)a->count + 1;
    allowed_place *grown = text ? realloc(a->places, count * sizeof *grown) : NULL;
    if (grown)
        a->places = grown;
    const char **texts = grown ? realloc(a->texts, count * sizeof *texts) : NULL;
    if (!texts) {
        free(text);
        return ALLOW_MEMORY;
    }
    a->texts = texts;
    a->places[a->count++] = (allowed_place){capability, text};
    return ALLOW_OK;
}

/* Whether it is a place is for the library to say. */
static allow_result check(const allowed_place *place)
{
    csp_config config;
    csp_vm *vm;
    const char *text = place->text;
    csp_config_init(&config, sizeof config);
    config.capabilities = place->capability;
    config.places = &text;
    config.place_count = 1;
    csp_status status = csp_new(&config, &vm);
    if (status == CSP_OK)
        csp_discard(vm);
    return status == CSP_OK            ? ALLOW_OK
           : status == CSP_E_NOT_FOUND ? ALLOW_NO_FOLDER
           : status == CSP_E_MEMORY    ? ALLOW_MEMORY
                                       : ALLOW_UNKNOWN;
}

/* A word with more than one capability is as many places. */
static allow_result add_places(allowed *a, const char *from, size_t length, size_t colon)
{
    size_t found = 0;
    while (found < WORDS && !(words[found].places && is_word(from, colon, words[found].name)))
        found++;
    if (found == WORDS)
        return ALLOW_UNKNOWN;
    for (size_t i = 0; i < WORDS; i++) {
        uint64_t one = words[i].capabilities & words[found].capabilities;
        if (!words[i].places || one != words[i].capabilities || (one & (one - 1)) != 0)
            continue;
        size_t named = strlen(words[i].name), place = length - colon;
        char *text = malloc(named + place + 1);
        if (text) {
            memcpy(text, words[i].name, named);
            memcpy(text + named, from + colon, place);
            text[named + place] = '\0';
        }
        allow_result result = add_place(a, one, text);
        if (result == ALLOW_OK)
            result = check(&a->places[a->count - 1]);
        if (result != ALLOW_OK)
            return result;
    }
    return ALLOW_OK;
}

static allow_result add(allowed *a, const char *from, size_t length)
{
    const char *colon = memchr(from, ':', length);
    if (colon)
        return add_places(a, from, length, (size_t)(colon - from));
    for (size_t i = 0; i < WORDS; i++)
        if (is_word(from, length, words[i].name)) {
            a->everywhere |= words[i].capabilities;
            return ALLOW_OK;
        }
    return ALLOW_UNKNOWN;
}

static void grant(const allowed *a, csp_config *config)
{
    config->capabilities = a->everywhere;
    config->places = a->texts;
    config->place_count = 0;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!(a->places[i].capability & a->everywhere))
            a->texts[config->place_count++] = a->places[i].text;
        config->capabilities |= a->places[i].capability;
    }
}

allow_result allow_add(allowed *a, const char *list, csp_config *config, const char **bad,
                       size_t *size)
{
    for (; *list; list += *list == ',') {
        size_t length = strcspn(list, ",");
        allow_result result = add(a, list, length);
        if (result != ALLOW_OK) {
            *bad = list;
            *size = length;
            return result;
        }
        list += length;
    }
    grant(a, config);
    return ALLOW_OK;
}

const char *allow_words(void)
{
    return "args, env, exit, read, write, connect, listen, net (both), run, ffi, stdin, time, all "
           "or none, and read:DIR, write:DIR, connect:HOST, listen:HOST, net:HOST";
}
