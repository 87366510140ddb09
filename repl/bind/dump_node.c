#include "repl/bind/dump_node.h"

#include <stdio.h>
#include <string.h>

enum { LEVELS = 250 };

/* ---- events ---- */

/* The next event. Positions are noted wherever they stand: clang names a file only when it differs
 * from that of the position before. */
static json_event next(dump_stream *in)
{
    for (;;) {
        json_event event = json_next(&in->json);
        if (event != JSON_KEY)
            return event;
        if (strcmp(in->json.text, "includedFrom") == 0) {
            json_skip(&in->json, JSON_KEY);
        } else if (strcmp(in->json.text, "file") == 0) {
            event = json_next(&in->json);
            if (event == JSON_STRING)
                in->file = table_find(in->files, in->json.text);
            else
                json_skip(&in->json, event);
        } else {
            return JSON_KEY;
        }
    }
}

/* What `event` has begun. */
static void skip(dump_stream *in, json_event event)
{
    if (event == JSON_KEY)
        event = next(in);
    if (event != JSON_OBJECT && event != JSON_ARRAY)
        return;
    size_t depth = in->json.depth - 1;
    while (in->json.depth > depth && event != JSON_BAD)
        event = next(in);
}

static const char *read_text(dump_stream *in)
{
    json_event event = next(in);
    if (event == JSON_STRING)
        return memory_slice(in->json.text, in->json.length);
    skip(in, event);
    return NULL;
}

/* ---- the properties of a node ---- */

static void read_type(dump_stream *in, const char **written, const char **plain)
{
    json_event event = next(in);
    if (event != JSON_OBJECT) {
        skip(in, event);
        return;
    }
    for (event = next(in); event == JSON_KEY; event = next(in)) {
        if (strcmp(in->json.text, "qualType") == 0)
            *written = read_text(in);
        else if (plain && strcmp(in->json.text, "desugaredQualType") == 0)
            *plain = read_text(in);
        else
            skip(in, JSON_KEY);
    }
}

/* The position is empty if there is none. */
static void read_place(dump_stream *in, dump_node *n)
{
    json_event event = next(in);
    if (event != JSON_OBJECT) {
        skip(in, event);
        return;
    }
    size_t depth = in->json.depth - 1;
    event = next(in);
    bool is_somewhere = event == JSON_KEY;
    while (in->json.depth > depth && event != JSON_BAD)
        event = next(in);
    n->file = is_somewhere ? in->file : NULL;
}

static const char **text_of(dump_node *n, const char *key)
{
    const struct {
        const char *key, **text;
    } rows[] = {{"name", &n->name},   {"mangledName", &n->symbol}, {"tagUsed", &n->tag},
                {"value", &n->value}, {"opcode", &n->opcode},      {"storageClass", &n->storage}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(key, rows[i].key) == 0)
            return rows[i].text;
    return NULL;
}

static bool *flag_of(dump_node *n, const char *key)
{
    const struct {
        const char *key;
        bool *flag;
    } rows[] = {{"isImplicit", &n->is_implicit},
                {"isInvalid", &n->is_invalid},
                {"isBitfield", &n->is_bit_field},
                {"completeDefinition", &n->is_complete}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(key, rows[i].key) == 0)
            return rows[i].flag;
    return NULL;
}

static void read_attribute(dump_stream *in, dump_node *n)
{
    const char *key = in->json.text;
    const char **place = text_of(n, key);
    bool *flag = flag_of(n, key);
    if (place) {
        *place = read_text(in);
    } else if (flag) {
        json_event event = next(in);
        *flag = event == JSON_TRUE;
        skip(in, event);
    } else if (strcmp(key, "kind") == 0) {
        json_event event = next(in);
        snprintf(n->kind, sizeof n->kind, "%s", event == JSON_STRING ? in->json.text : "");
        skip(in, event);
    } else if (strcmp(key, "loc") == 0) {
        read_place(in, n);
    } else if (strcmp(key, "type") == 0) {
        read_type(in, &n->type, &n->plain_type);
    } else if (strcmp(key, "fixedUnderlyingType") == 0) {
        read_type(in, &n->base, NULL);
    } else {
        skip(in, JSON_KEY);
    }
}

/* From the byte after its `{` on. */
static void read_node(dump_stream *in, dump_node *n)
{
    *n = (dump_node){0};
    json_event event;
    for (event = next(in); event == JSON_KEY; event = next(in)) {
        if (strcmp(in->json.text, "inner") == 0) {
            n->has_inner = true;
            return;
        }
        read_attribute(in, n);
    }
    n->is_closed = true;
}

void dump_finish(dump_stream *in, dump_node *n)
{
    if (n->is_closed)
        return;
    if (n->has_inner)
        skip(in, JSON_KEY);
    for (json_event event = next(in); event == JSON_KEY; event = next(in))
        skip(in, JSON_KEY);
    n->has_inner = false;
    n->is_closed = true;
}

/* ---- trees ---- */

bool dump_is(const dump_node *n, const char *kind) { return strcmp(n->kind, kind) == 0; }

bool dump_root(dump_stream *in, dump_node *n)
{
    if (next(in) != JSON_OBJECT)
        return false;
    read_node(in, n);
    return dump_is(n, "TranslationUnitDecl");
}

void dump_each(dump_stream *in, dump_node *n,
               void (*each)(dump_stream *in, dump_node *inner, void *user), void *user)
{
    if (!n->has_inner || in->depth == LEVELS)
        return;
    n->has_inner = false;
    json_event event = next(in);
    if (event != JSON_ARRAY) {
        skip(in, event);
        return;
    }
    in->depth++;
    for (event = next(in); event != JSON_ARRAY_END && event != JSON_BAD; event = next(in)) {
        if (event != JSON_OBJECT) {
            skip(in, event);
            continue;
        }
        dump_node inner;
        read_node(in, &inner);
        each(in, &inner, user);
        dump_finish(in, &inner);
    }
    in->depth--;
}
