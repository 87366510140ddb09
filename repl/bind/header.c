#include "repl/bind/header.h"

#include <string.h>

void header_init(header *h)
{
    *h = (header){0};
    h->last_record = &h->records;
    h->last_complete = &h->complete;
    h->last_enum = &h->enums;
    h->last_function = &h->function_list;
    h->last_variable = &h->variables;
    h->last_macro = &h->macros;
}

c_record *header_add_record(header *h)
{
    c_record *record = memory_get(sizeof *record);
    record->last = &record->fields;
    *h->last_record = record;
    h->last_record = &record->next;
    return record;
}

c_record *header_record(header *h, const char *tag, bool is_union)
{
    c_record *record = table_find(&h->tags, tag);
    if (record)
        return record;
    record = header_add_record(h);
    record->tag = memory_text(tag);
    record->is_union = is_union;
    table_set(&h->tags, record->tag, record);
    return record;
}

c_enum *header_add_enum(header *h)
{
    c_enum *e = memory_get(sizeof *e);
    e->last = &e->constants;
    *h->last_enum = e;
    h->last_enum = &e->next;
    return e;
}

c_enum *header_enum(header *h, const char *tag)
{
    c_enum *e = table_find(&h->enum_tags, tag);
    if (e)
        return e;
    e = header_add_enum(h);
    e->tag = memory_text(tag);
    table_set(&h->enum_tags, e->tag, e);
    return e;
}

const char *header_last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
