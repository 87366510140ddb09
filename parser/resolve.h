/* What every name stands for: the resolver walks the AST, binds names, and reports what can be
 * known without running. */
#ifndef CSP_PARSER_RESOLVE_H
#define CSP_PARSER_RESOLVE_H

#include "base/suggest.h"
#include "parser/ast.h"

/* What the world outside the text offers. The resolver knows nothing of the VM: symbols carry an
 * opaque word for the compiler. */
typedef enum resolve_symbol_kind {
    RESOLVE_FUNCTION,
    RESOLVE_CONSTANT,
    RESOLVE_CELL /* a constant that has no value yet: word is its OBJ_CELL */
} resolve_symbol_kind;
typedef struct resolve_symbol {
    resolve_symbol_kind kind;
    uint64_t word;     /* the value (vm/core/value.h), rooted by whoever answered */
    uint32_t min, max; /* functions: positional arguments; max UINT32_MAX: any number */
    /* The names of the parameters if named arguments are possible, else NULL: max of them; with any
     * number of arguments those that have names, followed by NULL. */
    const char *const *param_names;
    bool options;      /* of arguments that are given by name alone, beside any number of others */
    const char *needs; /* RESOLVE_DENIED: what the host would have to grant */
} resolve_symbol;

typedef enum resolve_status {
    RESOLVE_FOUND,
    RESOLVE_NO_SUCH, /* no such name (in that module) */
    RESOLVE_NOT_YET, /* the language has it, this VM has not yet: an error that says so */
    RESOLVE_DENIED,  /* the language has it, the host has not granted it: symbol.needs */
    RESOLVE_FAILED   /* unknown: the world has reasons to give up, or no memory */
} resolve_status;

/* A variable of a session (the REPL's top level). */
typedef struct resolve_session_name {
    uint64_t cell; /* word of the OBJ_CELL */
    uint64_t late; /* word of the OBJ_CELL in which functions look up the name; 0: none does */
    /* bound by `fn`, `const` or `import`: functions look it up at each use; they capture
     * everything else */
    bool by_name;
    bool assignable;
    resolve_symbol function;
    bool is_function;
    const ast_node *item; /* what is being defined: the top-level statement that binds it … */
    src_text *src;        /* … and the text that this is a part of; else NULL */
    const void *home; /* not a variable but an imported module (see resolve_import); else NULL */
} resolve_session_name;

/* A module of the program's own, compiled, or a C library. */
typedef struct resolve_import {
    const void *home; /* the world's; never NULL */
    bool library;     /* that of a C library, from `extern`; it has no body */
    /* word of its body's code if this import must run it; 0: it has run, or runs earlier */
    uint64_t body;
    uint64_t loaded; /* word of the OBJ_CELL that is set when the body has run */
} resolve_import;

typedef struct resolve_world {
    void *user;
    /* A name of the prelude. */
    resolve_status (*global)(void *user, const char *name, resolve_symbol *out);
    /* Whether `name` is a standard module (String, List …), and a member of it (loads the module
     * when first used). */
    resolve_status (*module)(void *user, const char *name);
    resolve_status (*member)(void *user, const char *module, const char *name, resolve_symbol *out);
    /* Passes all candidates for "did you mean": names of the prelude and modules (module NULL), or
     * of one module. */
    void (*candidates)(void *user, const char *module, suggestion *s);
    /* A session, in which top-level `let`, `var`, `fn`, receives and patterns persist. NULL in
     * a script. */
    bool (*session_find)(void *user, const char *name, resolve_session_name *out);
    /* Makes the cell, and the other one if functions look up that name or it is bound by_name. *how
     * has what the text says (assignable, by_name, home); *out gets the cells. False: no memory. */
    bool (*session_define)(void *user, const char *name, const resolve_session_name *how,
                           resolve_session_name *out);
    /* Word of the OBJ_CELL for a name that functions look up and that may not be bound yet; 0:
     * no memory. */
    uint64_t (*session_late)(void *user, const char *name);
    /* Finds and compiles what `import` at `at` names. False: reported in diags, or no memory. NULL:
     * no imports. */
    bool (*import)(void *user, const char *path, size_t length, src_span at, diag_list *diags,
                   resolve_import *out);
    /* Like member and candidates, for such a module. */
    resolve_status (*imported)(void *user, const void *home, const char *name, resolve_symbol *out);
    void (*imported_candidates)(void *user, const void *home, suggestion *s);
    void (*imported_each)(void *user, const void *home, void (*each)(void *data, const char *name),
                          void *data);
    /* Declares the contents of an `extern`, whose text is correct. *home: `imported` and the others
     * answer for it, too. False: reported in diags, or no memory. NULL: there is no C. */
    bool (*foreign)(void *user, const ast_extern *block, diag_list *diags, const void **home);
    /* What the name of a C library alone stands for. NO_SUCH: home is that of an
     * imported module. */
    resolve_status (*library)(void *user, const void *home, resolve_symbol *out);
    /* Word of the function that a session's values are given to, each expression of the input's
     * top level as it is evaluated. 0: the value of the last one is what the input gives. */
    uint64_t shown;
    const char *body_name; /* what traces call the text's body; NULL: main */
    bool runs_tests;       /* the body runs the text's tests, as if they were statements */
} resolve_world;

/* --- what the resolver found out */

typedef enum binding_kind {
    BINDING_LET, /* let, a pattern's name, a loop variable: bound for good */
    BINDING_VAR,
    BINDING_PARAM,
    BINDING_FN,      /* a fn in a block */
    BINDING_TOP_FN,  /* a fn of a script's top level: a constant */
    BINDING_CONST,   /* lives in a cell */
    BINDING_CAPTURE, /* this function's copy of an outer function's value */
    BINDING_SESSION, /* a session's variable: lives in a cell */
    /* a session's name that a function looks up at each use: `origin`, or one that is not
     * bound yet */
    BINDING_LATE,
    BINDING_MODULE, /* bound by `import` or `extern`; not a value */
    BINDING_SYMBOL, /* of the prelude or a standard module */
    BINDING_BAD     /* an error was reported where it was declared or used */
} binding_kind;

struct ast_binding {
    binding_kind kind;
    ast_name *name;
    src_span span;            /* where it was declared */
    ast_function_info *owner; /* the function whose frame holds it; NULL for symbols */
    const ast_fn *fn;         /* the function it stands for, if that is known for good … */
    const ast_node *value;    /* what `let` or `const` binds it to, or NULL */
    /* … because `fn NAME` declares it: calls of it are checked; otherwise `let` binds it */
    bool declared;
    ast_binding *origin; /* a capture: what it copies, in the enclosing function */
    /* a symbol: the module it is a member of, as the text calls it; NULL: the prelude */
    const char *module;
    resolve_import import; /* of a module */
    resolve_symbol symbol; /* a symbol, or what a session knows of an earlier function */
    bool has_symbol;
    bool assignable;      /* a session's variable */
    const ast_node *item; /* a session's new variable: the top-level statement that binds it */
    bool by_name;         /* see resolve_session_name */
    bool again;           /* its block had already bound the name */
    bool top;             /* of the top-level block */
    bool used, assigned;
    /* assigned inside an operand of an expression: must not be read in place */
    bool assigned_within;
    /* const, session: word of the OBJ_CELL (a const's is made by the compiler) */
    uint64_t cell;
    uint64_t late; /* session: see resolve_session_name */
    uint32_t reg;  /* the compiler's: its register … */
    /* … which the assignment to several places being compiled writes */
    bool rebound;
    ast_binding *next_pending; /* of a session: definitions in the order of the text */
    struct {
        uint32_t reads;
        bool written, inside; /* inside: its function is being walked */
        uint8_t type;         /* of its value, if the text tells */
        uint32_t errors;      /* > 0: it is known to be an error here */
        /* where it was last read, and last read as a whole; 0: nowhere */
        uint32_t read_at, whole_at;
        struct lint_change *pending;
    } lint; /* parser/lint.h's */
    /* the resolver's own */
    struct scope *scope;
    ast_binding *shadowed, *next_in_scope;
    uint32_t pattern, stamp;
    src_span moved_at;
    bool moved;
};

struct ast_function_info {
    ast_function_info *outer; /* the enclosing function whose values it may capture, or NULL */
    const ast_fn *fn;         /* NULL: the module's body */
    ast_binding **captures;
    uint32_t capture_count, capture_capacity;
    ast_binding *self; /* the capture that is the function itself, or NULL */
    bool constant;     /* captures nothing (except itself): one closure is enough */
    bool has_defer;
    bool defers_in_loop; /* a block, which sees names whose code runs again before it does */
    uint32_t names;      /* bound in it */
    uint32_t code;       /* the compiler's: number of its code, 0: none yet */
    /* the resolver's own */
    bool isolated; /* sees no frame but its own: a top-level fn, a test */
    bool done;
    bool in_defer;
    uint32_t loops, operands; /* nesting depth in loops, and in operands of expressions */
};

typedef struct resolve_unit {
    ast_function_info *body;
    /* a session's new variables: session_define has not been called for them yet */
    ast_binding *pending;
} resolve_unit;

/* Binds all names of a parsed module and reports every error that can be known without running. The
 * result lives in the module's arena; NULL: errors (in diags), or no memory (diags untouched).
 * Changes only the AST's [resolve] fields. */
resolve_unit *resolve_module(const ast_module *ast, const resolve_world *world, bool session,
                             diag_list *diags);

/* The literal of `fails` or `else`, a value of the C type, as a word (ffi/ctype.h). */
uint64_t resolve_c_word(const ast_ctype *type, const ast_node *literal);

/* What is known of a function before it is called. */
typedef struct resolve_signature {
    const char *module, *name;    /* module NULL: not a member; name NULL: anonymous */
    const ast_fn *fn;             /* in this text, else NULL … */
    const resolve_symbol *symbol; /* … and then a symbol */
    /* positional parameters; params UINT32_MAX: any number of arguments */
    uint32_t params, required;
    bool has_rest;
    bool by_name; /* the parameters that have names are given by them alone: symbol.options */
    /* wrong calls are reported; otherwise they are let through and crash when made */
    bool certain;
} resolve_signature;

/* Whether the callee of a call is known. O(1). */
bool resolve_signature_of(const ast_node *callee, resolve_signature *out);
/* The number of the parameter called `name`, or UINT32_MAX. */
uint32_t resolve_param_index(const resolve_signature *signature, const ast_name *name);

#endif
