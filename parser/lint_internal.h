/* What the files of the linter share: lint.c (the walk over the tree), lint_names.c (what is declared and used),
 * lint_arms.c (patterns that cover each other), lint_value.c (types, comparisons, statements without effect). */
#ifndef CSP_PARSER_LINT_INTERNAL_H
#define CSP_PARSER_LINT_INTERNAL_H

#include "parser/resolve.h"

typedef enum lint_kind {
#define LINT(enumerator, name, meaning) LINT_##enumerator,
#include "parser/lint.def"
#undef LINT
} lint_kind;

/* What is known of a value's type. LINT_NUMBER: an int or a float. */
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
    LINT_RANGE
} lint_type;

/* Something with a name, in the order of the text. */
typedef enum lint_role {
    LINT_LET,
    LINT_PART, /* of a pattern */
    LINT_RECEIVED,
    LINT_VAR,
    LINT_PARAM,
    LINT_UNNAMED_PARAM, /* of a function without a name: who calls it says what there is */
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

typedef struct linter {
    arena *arena;
    diag_list *diags;
    lint_declared *declared, **declared_end;
    lint_loop *loop;
    bool program; /* the file has statements: nobody imports its functions */
} linter;

/* --- lint.c */
diag *lint_warn(linter *l, lint_kind kind, src_span at, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* --- lint_names.c */
/* What a name stands for, through all captures; NULL: unknown. */
ast_binding *lint_root(const ast_node *name);
void lint_declare(linter *l, lint_role role, ast_binding *b);
/* All names of a pattern; also looks at its alternatives. */
void lint_pattern(linter *l, const ast_node *pattern, lint_role role);
/* When all has been walked: what was never used. */
void lint_report_unused(linter *l);

/* --- lint_arms.c */
void lint_arms(linter *l, const ast_match *match);
void lint_alternatives(linter *l, const ast_node *pattern); /* a PAT_ALTERNATIVES inside a pattern */

/* --- lint_value.c */
lint_type lint_type_of(const ast_node *node);
void lint_comparison(linter *l, const ast_node *node); /* an AST_BINARY */
void lint_is(linter *l, const ast_node *node);         /* an AST_IS */
/* A statement whose value nobody wants. last: it is the last of a branch, where a plain value may stand for "nothing to
 * do". */
void lint_dropped(linter *l, const ast_node *node, bool last);

#endif
