/* Printing for people: within a width and other limits. Values are read in place, without a copy;
 * what is left out is not looked at. */
#ifndef CSP_API_PRINT_H
#define CSP_API_PRINT_H

#include "include/csp.h"
#include "vm/core/text.h"
#include "vm/walk/walk_state.h"

/* Limits of 0 are UINT32_MAX here, but for the width: 0 is one line. */
typedef struct print_limits {
    uint32_t width, items, depth, rows;
    uint64_t characters;
} print_limits;

typedef enum print_style {
    PRINT_PLAIN,
    PRINT_NUMBER,
    PRINT_STRING,
    PRINT_CONSTANT, /* nil, true, false */
    PRINT_HANDLE,
    PRINT_NAME,
    PRINT_MARK /* what is said of what is left out */
} print_style;

/* A container that is being printed. */
typedef struct print_frame {
    value v;
    uint64_t count, taken; /* elements */
    uint32_t position;     /* in a map */
    uint32_t key_width;    /* of a map whose entries stand in rows of their own */
    bool filling;          /* the last element stands in a row that takes more */
} print_frame;

typedef struct print_state {
    uint64_t characters;
    uint32_t column, rows; /* rows that are full */
    bool hinted;           /* it has been said how to see more */
    bool shortened;        /* something has been left out without a mark */
} print_state;

typedef struct printer {
    csp_vm *vm;
    print_limits limits;
    bool colour, describe;
    const char *more; /* how to see all, or NULL */
    text out, atom;
    walk_table path; /* the containers of the frames */
    print_frame *frames;
    uint32_t depth, capacity;
    bool flat;  /* what is being printed is tried on one line */
    bool over;  /* it is too long for that line */
    bool comma; /* a comma may follow it on that line */
    bool failed;
    print_state now;
    uint64_t cut; /* so much of the last atom is left out: code points, or bytes */
} printer;

/* --- print_text.c */
/* Adds text of that style; how many columns it takes is counted. */
void print_text(printer *p, print_style style, const char *s, size_t size);
static inline void print_plain(printer *p, const char *s)
{
    print_text(p, PRINT_PLAIN, s, strlen(s));
}
/* To the next line, and so many blanks. */
void print_newline(printer *p, uint32_t indent);
/* "… 2,950 more". unit: what, or "" */
void print_mark(printer *p, uint64_t left_out, const char *unit);
uint32_t print_width(const char *s, size_t size); /* in columns */

/* --- print_atom.c: values without elements, into p->atom, in at most so many columns */
print_style print_atom(printer *p, value v, uint64_t columns);
/* What stands before the `:` of a map's entry. */
void print_key(printer *p, value key, uint64_t columns);

/* --- print_handle.c */
/* How a process, channel or function is described; false: v is none of them. */
bool print_handle(csp_vm *vm, text *t, value v);

/* --- print.c */
void print_value(printer *p, value v);

/* --- printer.c */
struct host;
/* The value, malloc'ed, as csp_print gives it. NULL: misuse of `function`, told; or no memory. */
char *print_for_host(struct host *h, value v, const csp_print_options *options,
                     const char *function);

#endif
