/* The abstract syntax tree, made by parse.c, annotated by resolve.c and read by compile.c.
 *
 * All nodes live in the compilation's arena. A node is one struct with a tagged union: `kind` says
 * which member of `as` is valid. Lists of nodes are arrays (`ast_list`). Every node has the span of
 * source that it was made from. Names are interned per compilation (`ast_name`): equal names are
 * equal pointers.
 *
 * Fields marked [resolve] are written by the resolver and are NULL or 0 before. */
#ifndef CSP_PARSER_AST_H
#define CSP_PARSER_AST_H

#include "lexer/arena.h"
#include "lexer/diag.h"

typedef struct ast_node ast_node;
typedef struct ast_binding ast_binding; /* parser/resolve.h: what a name stands for */
/* parser/resolve.h: what the resolver found out about a function body */
typedef struct ast_function_info ast_function_info;

typedef struct ast_name {
    uint32_t length;
    uint32_t hash;
    struct ast_name *next;
    bool lost; /* stands in a piece that could not be parsed: it may be declared there */
    /* [resolve] of a session's input: a `fn`, `const` or `import` at its top level binds it,
     * perhaps further down; or a note has said that nothing does yet */
    bool settled;
    char text[]; /* NUL-terminated */
} ast_name;

typedef struct ast_list {
    ast_node **items;
    uint32_t count;
} ast_list;

typedef enum ast_kind {
    /* literals */
    AST_NIL,
    AST_TRUE,
    AST_FALSE,
    AST_INT,    /* integer: also durations (in ns) */
    AST_FLOAT,  /* number */
    AST_STRING, /* text: without interpolation, escapes done */
    AST_BYTES,  /* text */
    /* list: AST_STRING pieces (never empty) and expressions, in order, at least one */
    AST_INTERPOLATION,
    /* expressions */
    AST_NAME,    /* name */
    AST_TUPLE,   /* list */
    AST_LIST,    /* list */
    AST_MAP,     /* map */
    AST_FN,      /* fn: anonymous, or with a name a declaration (AST_FN_DECL) */
    AST_CALL,    /* call; `x |> f(a)` is parsed into f(x, a) with `piped` set */
    AST_INDEX,   /* binary: left[right] */
    AST_SLICE,   /* slice: xs[a..b] (a NULL: from the start, b NULL: to the end) */
    AST_FIELD,   /* field: object.name */
    AST_UNARY,   /* unary: op - ~ not */
    AST_BINARY,  /* binary: arithmetic, bits, comparison, in, not in */
    AST_AND,     /* binary */
    AST_OR,      /* binary */
    AST_IS,      /* field: object is name */
    AST_RANGE,   /* slice: a..b, a..=b (closed), a.. (b NULL) */
    AST_RECEIVE, /* unary: ?c */
    AST_SEND,    /* binary: c ! v */
    AST_TRY,     /* unary */
    AST_MOVE,    /* unary */
    AST_CATCH,   /* unary: operand is an expression or an AST_BLOCK */
    AST_SPAWN,   /* spawn: an AST_CALL or an AST_BLOCK (wrapped in an AST_FN without parameters) */
    AST_IF,
    AST_MATCH,
    AST_ALT,
    /* par: branches, each an AST_FN without parameters around one statement or block */
    AST_PAR,
    AST_PAR_FOR, /* loop: the body is an AST_FN without parameters */
    AST_BLOCK,   /* list of statements */
    /* statements */
    AST_LET,     /* let: pattern = value */
    AST_VAR,     /* let: the pattern is a PAT_NAME */
    AST_CONST,   /* let: the pattern is a PAT_NAME */
    AST_FN_DECL, /* fn */
    /* assign: place op= value; with `=`, an AST_TUPLE of places, PAT_HOLE among them */
    AST_ASSIGN,
    AST_RECEIVE_INTO, /* let: value ? pattern (value is the channel) */
    AST_RETURN,       /* unary: operand may be NULL */
    AST_BREAK,
    AST_CONTINUE,
    AST_WHILE,  /* loop: value is the condition */
    AST_LOOP,   /* loop */
    AST_FOR,    /* loop */
    AST_DEFER,  /* unary: an AST_CALL, an AST_SEND or an AST_BLOCK */
    AST_IMPORT, /* import */
    AST_EXTERN, /* ext */
    AST_TEST,   /* test */
    /* patterns */
    PAT_HOLE,         /* _ */
    PAT_NAME,         /* name: binds */
    PAT_LITERAL,      /* unary: operand is a literal node (a negative number is folded into it) */
    PAT_TUPLE,        /* pattern: elements, rest */
    PAT_LIST,         /* pattern: elements, rest */
    PAT_MAP,          /* map: keys are AST_STRING, values are patterns */
    PAT_ERROR,        /* pattern: kind, message, data: one to three elements */
    PAT_ALTERNATIVES, /* list */
    /* what could not be parsed; a diagnostic was reported */
    AST_ERROR
} ast_kind;
enum { AST_KIND_LIMIT = AST_ERROR + 1 };

typedef enum ast_operator {
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_FLOOR_DIV,
    OP_MOD,
    OP_POW,
    OP_BIT_AND,
    OP_BIT_OR,
    OP_BIT_XOR,
    OP_SHIFT_LEFT,
    OP_SHIFT_RIGHT,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_IN,
    OP_NOT_IN,
    OP_NEG,
    OP_BIT_NOT,
    OP_NOT,
    OP_NONE /* plain `=` in an assignment */
} ast_operator;

/* An integer literal: its value if that fits 63 bits (fits), and always its digits without `_` in
 * the given base (10, 16, 8, 2), after a `-` in a pattern. */
typedef struct ast_integer {
    int64_t value;
    const char *digits;
    uint32_t length;
    uint8_t base;
    bool fits;
} ast_integer;

typedef struct ast_text {
    const char *bytes;
    uint32_t length;
} ast_text;

typedef struct ast_param {
    ast_name *name;     /* NULL: `_`, or a pattern */
    ast_node *pattern;  /* a pattern in brackets, or NULL */
    ast_node *fallback; /* default value, or NULL */
    src_span span;
    ast_binding *binding; /* [resolve] */
} ast_param;

typedef struct ast_fn {
    ast_name *name; /* NULL: anonymous */
    src_span name_span;
    ast_param *params;
    uint32_t param_count; /* without the rest parameter */
    ast_param *rest;      /* `..name`, or NULL */
    /* an AST_BLOCK, or an expression (also: the one statement of a par branch) */
    ast_node *body;
    const char *doc; /* the `##` lines before it, joined by newlines, or NULL */
    uint32_t doc_length;
    ast_binding *binding;    /* [resolve] of the declared name */
    ast_function_info *info; /* [resolve] captures, registers, defers … */
} ast_fn;

typedef struct ast_argument {
    ast_name *name; /* `name: e`, or NULL */
    ast_node *value;
    bool spread;
    src_span span;
} ast_argument;

typedef struct ast_call {
    ast_node *callee;
    ast_argument *args;
    uint32_t count;
    bool piped;
} ast_call;

typedef struct ast_entry {
    ast_node *key; /* AST_STRING for a bare or quoted key, any expression for [e] */
    ast_node *value;
} ast_entry;

typedef struct ast_map {
    ast_entry *entries;
    uint32_t count;
} ast_map;

typedef struct ast_pattern {
    ast_list elements;
    bool has_rest;
    ast_node *rest; /* PAT_NAME or PAT_HOLE; NULL for a bare `..` */
} ast_pattern;

typedef struct ast_match_arm {
    ast_node *pattern;
    ast_node *guard; /* or NULL */
    ast_node *body;
    src_span span;
} ast_match_arm;

typedef struct ast_match {
    ast_node *subject;
    ast_match_arm *arms;
    uint32_t count;
} ast_match;

typedef enum {
    ALT_RECEIVE,
    ALT_SEND,
    ALT_DRAINED, /* `closed(c)` */
    ALT_AFTER,
    ALT_CLOSED, /* `closed` */
    ALT_ELSE
} ast_alt_kind;
typedef struct ast_alt_arm {
    ast_alt_kind kind;
    ast_node *target[2]; /* replicated: `for i, c in`: one or two patterns, else NULL */
    ast_node *source;    /* the collection it is replicated over, or NULL */
    ast_node *guard;     /* `when e,`, or NULL */
    ast_node *channel;   /* receive, send, drained; the duration of an `after` */
    ast_node *value;     /* send: the value; receive: the pattern */
    ast_node *body;      /* expression, statement or block */
    src_span span;
} ast_alt_arm;

typedef struct ast_alt {
    ast_alt_arm *arms;
    uint32_t count;
    bool prioritised;
    bool repeated; /* for alt */
} ast_alt;

typedef struct ast_loop {
    ast_node *target[2]; /* for: one or two patterns */
    ast_node *value;     /* iterable or condition; NULL: loop */
    ast_node *body;
} ast_loop;

/* A C type as written. */
typedef struct ast_ctype {
    ast_name *name; /* NULL: a function */
    bool pointer;   /* `name*` */
    bool is_function;
    struct ast_ctype *params; /* of a function */
    uint32_t count;
    struct ast_ctype *result; /* of a function; NULL: void */
    /* of a function, after `else`: a literal as in PAT_LITERAL, or NULL */
    ast_node *otherwise;
    src_span span;
    /* [resolve] what the name stands for, if it is a struct */
    const struct ast_extern_item *structure;
} ast_ctype;

/* A parameter of a C function or a field of a struct. */
typedef struct ast_cfield {
    ast_name *name; /* NULL: a parameter without one */
    src_span name_span;
    ast_ctype type;
    ast_node *length; /* of a field that is an array: an AST_INT, or NULL */
    src_span span;
} ast_cfield;

typedef struct ast_extern_item {
    bool is_struct, blocking, variadic;
    ast_name *name;
    src_span name_span;
    ast_text symbol; /* of a function, what C calls it: bytes NULL: `name` */
    src_span symbol_span;
    ast_cfield *fields; /* or parameters */
    uint32_t count;
    ast_ctype *result; /* of a function; NULL: void */
    ast_node *fails;   /* the literal of `fails(…)`, or NULL */
    ast_name *owned;   /* the function of `owned(…)`, or NULL */
    src_span owned_span;
    const char *doc; /* as in ast_fn */
    uint32_t doc_length;
    src_span span;
} ast_extern_item;

typedef struct ast_extern {
    ast_text path; /* of the library */
    src_span path_span;
    ast_name *alias;
    src_span alias_span;
    bool one_thread; /* `on one thread` */
    ast_extern_item *items;
    uint32_t count;
    const char *doc; /* as in ast_fn */
    uint32_t doc_length;
    ast_binding *binding; /* [resolve] of the alias */
} ast_extern;

struct ast_node {
    ast_kind kind;
    ast_operator op; /* of unary, binary, assign */
    src_span span;
    union {
        ast_integer integer;
        double number;
        ast_text text;
        ast_list list;
        struct {
            ast_name *id;
            ast_binding *binding; /* [resolve] */
        } name;
        ast_map map;
        ast_fn *fn;
        ast_call call;
        struct {
            ast_node *operand;
        } unary;
        struct {
            ast_node *left, *right;
        } binary;
        struct {
            ast_node *object, *from, *to;
            bool closed;
        } slice;
        struct {
            ast_node *object;
            ast_name *name;
            src_span name_span;
        } field;
        struct {
            ast_node *work;
        } spawn;
        struct {
            ast_node *condition, *then, *otherwise; /* NULL, an AST_BLOCK or an AST_IF */
        } branch;
        ast_match match;
        ast_alt *alt;
        struct {
            ast_list branches;
        } par;
        struct {
            ast_node *pattern, *value;
            ast_binding *binding; /* [resolve] of var and const */
            const char *doc;      /* of a const, as in ast_fn */
            uint32_t doc_length;
        } let;
        struct {
            ast_node *place, *value;
        } assign;
        ast_loop loop;
        ast_pattern pattern;
        struct {
            ast_text path;
            ast_name *alias; /* `as g`, or the path's last part */
            ast_binding *binding;
        } import;
        ast_extern *ext;
        struct {
            ast_text name;
            ast_node *body; /* an AST_FN without parameters */
        } test;
    } as;
};

/* One source text, parsed: its top-level items in order of the text. */
typedef struct ast_module {
    arena *arena;
    src_text *src;
    ast_list items;
    const char *doc; /* leading `##` lines, or NULL */
    uint32_t doc_length;
    bool ends_with_doc; /* the last line is a `##` line, of what would follow */
    /* hash table of all names, chained through ast_name.next: see parse_intern */
    ast_name **name_slots;
    uint32_t name_capacity, name_count;
    src_span *lost; /* the pieces of the text that could not be parsed and were skipped, in order */
    uint32_t lost_count;
    bool partial; /* parsing stopped somewhere: the rest is missing */
} ast_module;

#endif
