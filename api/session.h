/* Sessions: the variables of a REPL's top level. */
#ifndef CSP_API_SESSION_H
#define CSP_API_SESSION_H

#include "api/eval.h"
#include "api/name_index.h"
#include "api/world.h"

struct session_text; /* session_text.h */

typedef struct session_variable {
    char *name; /* owned */
    struct session_text
        *text; /* of the statement that bound it; counted. NULL: the host has set it */
    bool assignable;
    bool by_name;     /* see resolve_session_name */
    const void *home; /* an imported module: its cell holds true; else NULL */
} session_variable;

struct csp_session {
    csp_session *next;
    world *world;
    /* of the process that evaluates: the owner of the session's values; 0: none yet */
    uint64_t number;
    evaluation evaluation;
    uint32_t line;      /* of the next input's first line */
    uint64_t texts;     /* statements that have bound names so far */
    char *file;         /* what the next input is called; owned. NULL: "repl" */
    uint32_t file_line; /* if it has a name: as `line` */
    uint32_t count;     /* variables */
    /* Including those that the input under way has defined: they become the session's when they
     * have a value. */
    uint32_t total;
    uint32_t variable_capacity, cell_capacity;
    session_variable *variables;
    value *cells;     /* pinned: the OBJ_CELL of each variable */
    name_index names; /* of the session's variables */
    /* of those that the input under way has defined: the newest with each name */
    name_index staged;
    /* who is given the values of expressions; NULL: nobody */
    void (*each)(void *user, csp_value v);
    void *each_user;
    uint32_t late_count, late_name_capacity, late_cell_capacity;
    char **late_names; /* the names that functions look up at each use; owned */
    value *late_cells; /* pinned: their OBJ_CELLs */
    name_index late;
};

/* Goes into the VM of a session. NULL: misuse, told; the session is freed, or NULL. */
struct host *session_enter(csp_session *s, const char *function);
/* What `tell`, in the VM, says of a name that the host gives: malloc'ed. NULL: nothing, or misuse,
 * which has been told. */
char *session_tell(csp_session *s, const char *function, const char *name,
                   char *(*tell)(csp_session *s, const char *name));
void session_free(csp_session *s);

/* Enters for what compiles or runs something; busy: an evaluation of the session is under way, and
 * otherwise none is. NULL: misuse, told. */
struct host *session_begin(csp_session *s, const char *function, bool busy);
/* csp_eval, when the host is in the VM. */
csp_status session_eval(csp_session *s, const char *source, size_t size, char **result);

/* What the input has defined becomes the session's. A name that got no value, because the input
 * failed first, keeps its old one. */
void session_commit(csp_session *s);
/* Forgets it: the input does not run. */
void session_drop_staged(csp_session *s);

/* For the resolver: user is the csp_session. See resolve.h. */
bool session_find(csp_session *s, const char *name, resolve_session_name *out);
bool session_define(csp_session *s, const char *name, const resolve_session_name *how,
                    resolve_session_name *out);
uint64_t session_late(csp_session *s, const char *name);
/* The present value of a variable; VALUE_ABSENT: there is no such variable. */
value session_value(const csp_session *s, const char *name);
/* Binds a name, which cannot be assigned, as if by `let`. False: no memory. */
bool session_bind(csp_session *s, const char *name, value v);
/* False: there is no such name. */
bool session_unbind(csp_session *s, const char *name);
/* The imported module of that name (see loader.h), or NULL. */
const void *session_module(const csp_session *s, const char *name);

#endif
