/* What the files of the resolver share: resolve.c (modules, functions, nodes), resolve_statement.c,
 * resolve_call.c (calls, moves), resolve_member.c (fields), resolve_assign.c, resolve_pattern.c
 * (walking), resolve_names.c (scopes and captures), resolve_use.c (what names mean),
 * resolve_signature.c (what callees take), resolve_unknown.c (unknown names), resolve_extern.c and
 * resolve_ctype.c (C declarations). */
#ifndef CSP_PARSER_RESOLVE_INTERNAL_H
#define CSP_PARSER_RESOLVE_INTERNAL_H

#include "parser/resolve.h"

typedef struct scope {
    struct scope *outer;
    ast_binding *first; /* bindings of this block, newest first */
} scope;

/* Names that were moved away and not assigned since, newest first. */
typedef struct moved_name {
    ast_binding *binding;
    struct moved_name *next;
} moved_name;

typedef struct name_slot {
    const ast_name *name;
    ast_binding *top;
} name_slot;

typedef struct resolver {
    arena *arena;
    diag_list *diags;
    const resolve_world *world;
    bool session;
    bool failed;          /* no memory */
    bool in_const;        /* in a const's value: the top level's variables do not exist yet */
    const ast_node *item; /* a session: the top-level statement that is being walked */
    ast_function_info *function;
    scope *scope;
    scope *top_scope;
    name_slot *names; /* open addressing by name: the innermost binding */
    uint32_t name_mask, name_count;
    moved_name *moved;
    /* the left operand of the current link, which has been resolved: see parser/chain.h */
    const ast_node *seen;
    uint32_t serial;                    /* of patterns and stamps */
    const ast_name *member_of, *member; /* in `NAME.member` while NAME is looked up */
    const ast_name *assigned;           /* in `NAME = …` while it is looked up */
    /* the name in `let NAME = fn …` while that function is walked */
    const ast_name *binding_fn;
    ast_binding *pending, **pending_end;
    ast_binding spare; /* stands in when memory has run out */
    ast_function_info spare_info;
} resolver;

/* --- resolve_names.c */
void resolve_open(resolver *r, scope *s);
void resolve_close(resolver *r);
/* A new binding of the current block; reports names that may not be bound again. */
ast_binding *resolve_declare(resolver *r, binding_kind kind, ast_name *name, src_span span);
/* The innermost binding of its name, not in any block; r->spare: no memory. */
ast_binding *resolve_new_binding(resolver *r, binding_kind kind, ast_name *name, src_span span);
/* What the text binds the name to, without capturing or reporting; NULL: only the world outside may
 * know it. *hidden: a top-level variable that a function cannot see. */
ast_binding *resolve_find(resolver *r, const ast_name *name, ast_binding **hidden);
/* Whether the current function may use the binding. */
bool resolve_is_visible(const resolver *r, const ast_binding *b);
/* Whether it is a value that the frame of its owner, or a closure, holds. */
bool resolve_lives_in_frame(const ast_binding *b);
/* The binding that f's own frame has for b, which an enclosing function of f holds; also binds it
 * in all functions in between. */
ast_binding *resolve_capture(resolver *r, ast_function_info *f, ast_binding *b, src_span span);
void resolve_check_moved(resolver *r, const ast_binding *b, src_span span); /* reports it */
/* When a function is left: drops its captures from the table of names. */
void resolve_forget_captures(resolver *r, ast_function_info *info);
void resolve_names_free(resolver *r);

/* --- resolve_use.c */
/* What a name means where it is read; reports unknown ones. Captures it if it belongs to an
 * enclosing function. */
ast_binding *resolve_use(resolver *r, ast_name *name, src_span span);
/* Whether the name means a module here; if so, *status tells which sort, and *home is that of an
 * imported one or a C library, else NULL. */
bool resolve_is_module(resolver *r, const ast_name *name, resolve_status *status,
                       const void **home);
/* Whether it is that of an `extern`. */
bool resolve_is_library(const resolver *r, const void *home);
/* The view that a session's function has of the imported module `name`; NULL: not a module, or this
 * is not a function. */
ast_binding *resolve_late_module(resolver *r, ast_name *name, src_span span);

/* --- resolve_unknown.c */
void resolve_report_unknown(resolver *r, const ast_name *name, src_span span);
void resolve_hint_unknown(resolver *r, const ast_name *name, diag *d); /* what could be meant */
/* False: no other language has that name. */
bool resolve_hint_foreign(diag *d, const ast_name *name);
/* `module.name`: home as for resolve_is_module. */
void resolve_report_member(resolver *r, const ast_node *node, const void *home);
/* `self.name`, written as if self were an object. */
void resolve_check_self(resolver *r, const ast_node *node);
/* A call `x.name(…)` where x is certainly not a map: an error if it is known how that is
 * written here. */
void resolve_check_method(resolver *r, const ast_node *node);

/* --- resolve.c */
void resolve_node(resolver *r, ast_node *node); /* an expression or a statement */
/* an expression whose neighbours may be read in place */
void resolve_operand(resolver *r, ast_node *node);
void resolve_within(resolver *r, ast_node *node); /* in a block of its own */
/* the same, for a block that may or may not run */
void resolve_branch(resolver *r, ast_node *node);
void resolve_function(resolver *r, ast_node *node, bool isolated);

/* --- resolve_statement.c */
void resolve_let(resolver *r, ast_node *node);
void resolve_var(resolver *r, ast_node *node);
void resolve_local_fn(resolver *r, ast_node *node);
void resolve_receive_into(resolver *r, ast_node *node);
void resolve_loop(resolver *r, ast_node *node); /* while, loop, for */
void resolve_par_for(resolver *r, ast_node *node);
void resolve_par(resolver *r, ast_node *node);
void resolve_defer(resolver *r, ast_node *node);
void resolve_match(resolver *r, ast_node *node);
void resolve_alt(resolver *r, ast_node *node);

/* --- resolve_pattern.c */
/* What gives a pattern its value. A receive must not hide a `var`; a call turns the names
 * into parameters. */
typedef enum { BOUND_BY_VALUE, BOUND_BY_RECEIVE, BOUND_BY_CALL } resolve_bound;
/* Binds the names of up to two patterns (the second may be NULL) in the current block. */
void resolve_pattern(resolver *r, ast_node *first, ast_node *second, resolve_bound by);

/* --- resolve_extern.c */
void resolve_extern(resolver *r, ast_node *node);

/* --- resolve_signature.c */
/* Reports what is certainly wrong with the call's arguments. */
void resolve_check_call(resolver *r, const ast_node *node, const resolve_signature *s);

/* --- resolve_call.c */
void resolve_call(resolver *r, ast_node *node, bool spawned);
void resolve_movable(resolver *r, ast_node *node);           /* an operand that may be `move x` */
void resolve_moves_end(resolver *r, const moved_name *mark); /* forgets what was moved since then */

/* --- resolve_member.c, resolve_assign.c */
void resolve_field(resolver *r, ast_node *node);
void resolve_assign(resolver *r, ast_node *node);

#endif
