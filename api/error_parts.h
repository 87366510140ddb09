/* What an error consists of: for those files alone that make it and write it as text. */
#ifndef CSP_API_ERROR_PARTS_H
#define CSP_API_ERROR_PARTS_H

#include "api/world.h"
#include "lexer/diag.h"

typedef struct error_frame {
    char *file, *function; /* owned; file NULL: a function without source */
    uint32_t line, column;
} error_frame;

typedef struct error_frames {
    error_frame *items; /* owned */
    uint32_t count;
} error_frames;

/* The diagnostics of one source that does not compile. */
typedef struct error_source {
    struct error_source *next;
    char *name, *text; /* owned */
    src_text src;
    diag_list diags;
} error_source;

/* What the host had asked for when the error occurred. */
typedef enum error_stage { STAGE_RUN, STAGE_COMPILE } error_stage;

struct csp_error {
    error_stage stage;
    char *kind, *message;
    const char *head;      /* the beginning of a crash report */
    error_source *sources; /* of a compile error; a module's comes before its importer's */
    char *report;          /* for people, after the head; NULL: kind and message are all */
    char *coloured;        /* the same with ANSI sequences, or NULL */
    char *processes;       /* of a deadlock: JSON that says who waits for what; NULL: none */
    char *json;            /* of a crash: all of it; NULL: made from the other fields */
    uint64_t process;      /* the one that failed; 0: none */
    char *name;            /* the process's name; NULL: none */
    error_frames frames, spawns;
    csp_error *cause; /* owned */
};

/* Makes a new error the world's; NULL: no memory. */
csp_error *error_start(world *w, const char *kind, const char *message);

#endif
