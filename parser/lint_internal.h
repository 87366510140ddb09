/* What the files of the linter share: lint.c (the walk over the tree), lint_flow.c (through choices
 * and loops), lint_names.c (what is declared and used), lint_arms.c (patterns that cover each
 * other), lint_value.c (types, comparisons, statements without effect), lint_call.c (calls of the
 * library), lint_copy.c (changes of copies), lint_error.c (values known to be errors), lint_warn.c
 * (how a warning is given). */
#ifndef CSP_PARSER_LINT_INTERNAL_H
#define CSP_PARSER_LINT_INTERNAL_H

#include "parser/resolve.h"

typedef enum lint_kind {
#define LINT(enumerator, name, meaning) LINT_##enumerator,
#include "parser/lint.def"
#undef LINT
} lint_kind;

/* What is known about a value's type. LINT_NUMBER: an int or a float. */
typedef enum lint_type {
    LINT_ANY,
    LINT_NIL,
    LINT_BOOL,
    LINT_INT,
    LINT_FLOAT,
    LINT_NUMBER,
    LINT_STRING,
    LINT_BYTES,
    LINT_TUPLE,
    LINT_LIST,
    LINT_MAP,
    LINT_FN,
    LINT_CHAN,
    LINT_PROCESS,
    LINT_RANGE,
    LINT_ERROR
} lint_type;

/* Something with a name, in the order of the text. */
typedef enum lint_role {
    LINT_LET,
    LINT_PART, /* of a pattern */
    LINT_RECEIVED,
    LINT_VAR,
    LINT_PARAM,
    LINT_UNNAMED_PARAM, /* of a function without a name: its caller decides what there is */
    LINT_LOCAL_FN,
    LINT_TOP_FN,
    LINT_CONST,
    LINT_IMPORT
} lint_role;

typedef struct lint_declared {
    lint_role role;
    ast_binding *binding;
    struct lint_declared *next;
} lint_declared;

/* A loop around the code that is walked. */
typedef struct lint_loop {
    bool left; /* by a `break` */
} lint_loop;

/* A change of something that a process captured; `before`: the previous change of the same
 * variable, perhaps in another process. */
typedef struct lint_change {
    ast_binding *of;
    src_span at;
    bool used; /* read afterwards */
    struct lint_change *before, *next;
} lint_change;

/* The process or branch whose text is being walked, which has its own copy of what it captures. */
typedef struct lint_copy {
    struct lint_copy *outer;
    src_span body;
    uint32_t loop;  /* where the outermost loop in it begins; UINT32_MAX: none is being walked */
    uint32_t later; /* > 0: inside a function or `defer` of it, which may run at any time */
    lint_change *changes;
} lint_copy;

/* What happens to the value of a statement. */
typedef enum lint_use {
    VALUE_USED,
    VALUE_DROPPED,
    VALUE_DROPPED_LAST /* of a branch: it may stand for "nothing to do" */
} lint_use;

typedef enum lint_look {
    LINT_WHOLE, /* the whole value, which may then have another name */
    LINT_INTO   /* only its contents */
} lint_look;

typedef struct linter {
    arena *arena;
    diag_list *diags;
    lint_declared *declared, **declared_end;
    lint_loop *loop;
    lint_copy *copy; /* NULL: the text of main, or of a function */
    bool program;    /* the file has statements: nobody imports its functions */
    /* the left operand of the current link, which has been walked: see parser/chain.h */
    const ast_node *seen;
    bool seen_ends; /* … and control does not get past it */
} linter;

/* --- lint_warn.c */
diag *lint_warn(linter *l, lint_kind kind, src_span at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* --- lint.c */
/* The steps of the walk; each returns whether control does not get past the node. */
bool lint_walk(linter *l, ast_node *node);
bool lint_block(linter *l, ast_node *node, lint_use last); /* a block or a statement */
/* A value that is only looked into: a variable that holds it stays the only name for it. */
bool lint_look_into(linter *l, ast_node *node);
/* The body of a process or branch: a function without parameters, or an expression that
 * makes one. */
void lint_copied_body(linter *l, ast_node *node, lint_use use);

/* --- lint_flow.c */
static inline lint_use lint_branch_use(lint_use use)
{
    return use == VALUE_USED ? VALUE_USED : VALUE_DROPPED_LAST;
}
bool lint_branches(linter *l, ast_node *node, lint_use use);
bool lint_match(linter *l, const ast_match *m, lint_use use);
bool lint_alt(linter *l, const ast_alt *choice, lint_use use);
bool lint_loop_node(linter *l, ast_node *node);
void lint_par_for(linter *l, ast_node *node, lint_use use);

/* --- lint_names.c */
/* What a name stands for, through all captures; NULL: unknown. */
ast_binding *lint_root(const ast_node *name);
void lint_declare(linter *l, lint_role role, ast_binding *b);
/* All names of a pattern; also checks its alternatives. */
void lint_pattern(linter *l, const ast_node *pattern, lint_role role);
/* At the end of the walk: what was never used. */
void lint_report_unused(linter *l);

/* --- lint_arms.c */
void lint_arms(linter *l, const ast_match *match);
/* a PAT_ALTERNATIVES inside a pattern */
void lint_alternatives(linter *l, const ast_node *pattern);

/* --- lint_call.c */
/* The traits of the library function that a call names (base/language.h), and its signature; 0: it
 * is not one. */
unsigned lint_traits(const ast_node *callee, resolve_signature *out);
void lint_result(linter *l, const ast_node *call);    /* whose value is dropped */
void lint_durations(linter *l, const ast_call *call); /* its arguments */
void lint_duration(linter *l, const ast_node *given);

/* --- lint_copy.c: between begin and end the body of a process is walked */
void lint_copy_begin(linter *l, lint_copy *c, src_span body);
void lint_copy_end(linter *l);
void lint_copy_read(linter *l, const ast_node *name, lint_look look);
/* `subject`, or the thing that it is a part of, is changed by the statement or call `at`. */
void lint_copy_change(linter *l, const ast_node *subject, src_span at);

/* Around the value that is assigned to `place`: reads that only serve to compute it do
 * not count. */
uint32_t lint_copy_look(const ast_node *place);
void lint_copy_unlook(const ast_node *place, uint32_t before);
/* Around a loop that begins at `start`; the end takes what the beginning returned. */
uint32_t lint_copy_loop(linter *l, uint32_t start);
void lint_copy_leave(linter *l, uint32_t outer);

/* --- lint_error.c */
void lint_error_field(linter *l, const ast_node *node); /* an AST_FIELD */
/* also an operand of `and`, `or`, `not` */
void lint_condition(linter *l, const ast_node *node);
/* The variable that is an error if the condition holds, or does not; to be passed to
 * lint_error_over when that text has been walked. NULL: none. */
ast_binding *lint_error_shown(const ast_node *condition, bool holds);
ast_binding *lint_error_matched(const ast_node *subject, const ast_node *pattern);
void lint_error_over(ast_binding *shown);

/* --- lint_value.c */
lint_type lint_type_of(const ast_node *node);
void lint_comparison(linter *l, const ast_node *node); /* an AST_BINARY */
void lint_is(linter *l, const ast_node *node);         /* an AST_IS */
void lint_text(linter *l, const ast_node *node);       /* an AST_STRING */
/* A statement whose value is dropped. last: it is the last of a branch, where a plain value may
 * stand for "nothing to do". */
void lint_dropped(linter *l, const ast_node *node, bool last);

#endif
