/* What the files of the parser share. Each function of the grammar is called with the parser at the
 * first token of its construct and leaves it after the last. On a syntax error, which it has
 * reported, `panic` is set, and it returns an AST_ERROR or an incomplete node. The loop over
 * statements or arms around it, which alone clears `panic` (parse_sync), drops that and skips to
 * the start of the next one: later passes see only complete nodes and AST_ERROR
 * (parse_check_whole). No function returns NULL for a node. */
#ifndef CSP_PARSER_PARSE_INTERNAL_H
#define CSP_PARSER_PARSE_INTERNAL_H

#include "lexer/lexer.h"
#include "parser/parse.h"

typedef enum parse_bracket_kind {
    PARSE_PAREN,
    PARSE_SQUARE,
    PARSE_MAP,
    PARSE_INTERPOLATION, /* a newline in these is a space */
    PARSE_BLOCK,         /* also arms: a newline in it counts */
} parse_bracket_kind;

typedef struct parse_bracket {
    parse_bracket_kind kind;
    bool outer_head; /* parser.head before it */
    bool one_line;   /* an interpolation in a string that ends on its line */
    src_span span;
} parse_bracket;

/* each open bracket is a level of depth or a piece of one */
enum { PARSE_MAX_BRACKETS = PARSE_MAX_DEPTH + 50 };

enum { PARSE_MAX_ERRORS = 1000 }; /* with more, nobody reads them: parsing stops */

typedef struct parser parser;
typedef ast_node *parse_function(parser *p);
/* Goes on with what begins at `start`, of which `left` has been read. */
typedef ast_node *parse_continuation(parser *p, uint32_t start, ast_node *left);

/* How tightly operators bind: the levels of the grammar's table, loosest first. */
typedef enum parse_power {
    POWER_NONE,
    POWER_OR,
    POWER_AND,
    POWER_NOT,
    POWER_COMPARISON,
    POWER_PIPE,
    POWER_RANGE,
    POWER_BIT_OR,
    POWER_BIT_XOR,
    POWER_BIT_AND,
    POWER_SHIFT,
    POWER_SUM,
    POWER_TERM,
    POWER_UNARY
} parse_power;

/* What a token is, by where it stands; NULL: it cannot stand there. */
typedef struct parse_rule {
    parse_function *operand;     /* begins an operand */
    parse_function *prefix;      /* an operator before an operand … */
    parse_continuation *postfix; /* goes on with an operand, on the same line (`.`: any) */
    parse_continuation *infix;   /* an operator between two … */
    uint8_t prefix_power, power; /* … which binds so tightly (parse_power) */
    uint8_t kind, op;            /* of an infix operator's node */
    parse_function *statement;   /* begins a statement; NULL: other_statement */
    parse_function *item;        /* begins an item of the top level; NULL: a statement */
} parse_rule;

typedef struct parse_grammar {
    parse_function *other_statement;
    parse_rule rules[LEX_KINDS];
} parse_grammar;

struct parser {
    const parse_grammar *grammar;
    lexer lx;
    ast_module *module;
    diag_list *diags;
    lex_token token;       /* the current one; TOK_NEWLINE if a newline counts here */
    lex_kind previous;     /* the kind of the one before */
    uint32_t previous_end; /* where the last real token ended */
    lex_token ahead[3];    /* read, not yet current */
    uint32_t ahead_count;
    bool input;   /* of a session, in which `_` is a name, too */
    bool head;    /* in a head: `{` opens the body, not a map */
    bool panic;   /* an error was reported: no more reports until the next statement */
    bool stopped; /* no more parsing: nested too deeply, or out of memory */
    /* an error at the end of the input was reported: its consequences are not */
    bool said_end;
    bool said_comment; /* another language's comment was explained */
    /* the line before began with an operator, and that was explained */
    bool said_operator;
    uint32_t errors_before;        /* in diags, when the parser started */
    uint32_t mendable;             /* errors reported that more text at the end would mend */
    uint32_t depth;                /* levels of nesting around the current token */
    uint32_t operands;             /* right sides of operators around it: these need C stack, too */
    const ast_node *parenthesised; /* the node that the last ( ) contained */
    /* where the `(` that begins a statement stands: `_` may be in it if `=` follows … */
    uint32_t places_at;
    src_span hole; /* … and the first `_` in the current statement; empty: none */
    char *scratch; /* lists being made: malloc'ed, used as a stack */
    size_t scratch_used, scratch_capacity;
    ast_node spare;         /* returned when memory ran out */
    diag unsaid;            /* returned for an error that is not reported */
    uint32_t lost_capacity; /* of module->lost */
    uint32_t bracket_count;
    parse_bracket *brackets; /* PARSE_MAX_BRACKETS: apart, so that nobody clears them */
};

/* ---- tokens: parse_token.c ---- */
void parse_advance(parser *p);
/* The same for an operator or keyword that stands for something else here (`x.in`, the `*` of a C
 * type): the line may end after it. */
void parse_advance_name(parser *p);
/* 1 or 2 tokens on; newlines are no tokens here */
const lex_token *parse_peek(parser *p, uint32_t ahead);
static inline bool parse_at(const parser *p, lex_kind kind) { return p->token.kind == kind; }
/* takes it if it is there and no error is pending */
bool parse_take(parser *p, lex_kind kind);
/* a contextual keyword: a NAME of this text */
bool parse_at_word(const parser *p, const char *word);
/* `next` starts right behind the current token */
bool parse_is_adjacent(const parser *p, const lex_token *next);
/* NL ; } or the end: a statement may end here */
bool parse_is_end(const parser *p);
/* at an opening bracket: goes past it */
void parse_open(parser *p, parse_bracket_kind kind);
/* goes past the closing one, or reports */
bool parse_close(parser *p, lex_kind closing, const char *expected);
/* After an error in an item that began at `start`: goes to the next one in the bracket `base`.
 * Incomplete parts are dropped: the list is as it was at `whole` (parse_list_start). */
void parse_sync(parser *p, uint32_t base, uint32_t start, size_t whole);
/* of the current line; UINT32_MAX: the line is very long */
uint32_t parse_indentation(const parser *p, uint32_t offset);
/* outside the innermost bracket, by the indentation of the line */
bool parse_is_outside(const parser *p);
void parse_stop(parser *p);

/* ---- nesting: parse_token.c ---- */
void parse_enter(parser *p); /* one level deeper; reports if that is too deep */
void parse_leave(parser *p);
void parse_enter_operand(parser *p); /* the same for the right side of an operator, … */
void parse_leave_operand(parser *p); /* … which is not a level of its own */

/* ---- errors: parse_report.c ---- */
diag *parse_fail(parser *p, src_span at, const char *format, ...)
    __attribute__((format(printf, 3, 4))); /* sets panic */
diag *parse_report(parser *p, src_span at, const char *format, ...)
    __attribute__((format(printf, 3, 4))); /* parsing goes on */
diag *parse_expected(
    parser *p, const char *what); /* "expected …, found …", at the current token; sets panic */
bool parse_expect(parser *p, lex_kind kind); /* takes it, or reports that it was expected */
void parse_unclosed(parser *p,
                    /* the input ended, or something else closes, in a bracket */
                    const parse_bracket *bracket);
/* the current token, or the place after the last one for NL and the end */
src_span parse_here(const parser *p);

/* ---- parse_check.c ---- */
void parse_check_whole(const ast_module *module); /* that no node is incomplete: aborts */

/* ---- what could not be read: parse_lost.c ---- */
bool parse_in_word(char c);
void parse_lose(parser *p, uint32_t start); /* from start to the current token */

/* ---- habits from other languages: habits.c ---- */
void parse_hint_expression(parser *p, diag *d); /* no expression starts at the current token */
/* an operand ends before it, and nothing continues it */
void parse_hint_operator(parser *p, diag *d);
/* at the start of a line that should have been part of the one before */
bool parse_continues_above(const parser *p);
/* the statement does not end here */
void parse_hint_statement_end(parser *p, diag *d, const ast_node *statement);
void parse_hint_body(parser *p, diag *d); /* no `{` here */
/* no `=` behind `let x` */
void parse_hint_declaration(parser *p, diag *d);

/* ---- lines of other languages: parse_foreign.c ---- */
bool parse_at_foreign_line(parser *p);   /* a comment, or a line that continues the one before */
ast_node *parse_foreign_line(parser *p); /* … which is reported, the first one of several */
/* of an expression that is a statement */
void parse_check_foreign(parser *p, const ast_node *statement);

/* ---- C declarations: parse_c.c. True: there is one, and it was reported ---- */
bool parse_at_c_type(parser *p);
bool parse_at_c_field(parser *p, bool is_field); /* else a parameter */
bool parse_at_c_declaration(parser *p);          /* where an item of `extern` begins */

/* ---- nodes and lists: parse_node.c ---- */
/* its span reaches from start to the last token */
ast_node *parse_node(parser *p, ast_kind kind, uint32_t start);
ast_node *parse_error_node(parser *p);
ast_node *parse_unary_node(parser *p, ast_kind kind, ast_operator op, uint32_t start,
                           ast_node *operand);
ast_node *parse_binary_node(parser *p, ast_kind kind, ast_operator op, uint32_t start,
                            ast_node *left, ast_node *right);
/* an AST_FN without parameters around it */
ast_node *parse_thunk(parser *p, ast_node *body);
ast_node *parse_number(parser *p, bool negative);        /* at INT, FLOAT or DURATION */
ast_node *parse_text_node(parser *p, ast_kind kind);     /* at STRING (one piece) or BYTES */
ast_name *parse_name(parser *p, const lex_token *token); /* the text of a NAME or keyword */
ast_name *parse_binding_name(parser *p,
                             /* takes a NAME, or reports that `what` was expected; may be NULL */
                             const char *what);
ast_text parse_name_text(const ast_name *name);
size_t parse_list_start(const parser *p); /* a list of items is collected … */
void parse_list_add(parser *p, const void *item, size_t size);
/* … and moved into the arena */
void *parse_list_end(parser *p, size_t start, size_t size, uint32_t *count);
/* the same for a list of nodes */
void parse_nodes_add(parser *p, ast_node *node);
ast_list parse_nodes_end(parser *p, size_t start);

/* ---- the grammar, which these find in the table ---- */
/* parse_block.c */
ast_node *parse_statement(parser *p);
ast_node *parse_block(parser *p);
ast_list parse_statements(parser *p, bool top_level);
bool parse_brace_opens_map(parser *p); /* at `{`: a key and `:` follow */
/* parse_expr.c */
ast_node *parse_expression(parser *p); /* `expr` */
ast_node *parse_head(parser *p);       /* `head` */
/* after => spawn catch defer: the map-or-block rule */
ast_node *parse_block_or_expression(parser *p);
/* An operand, and all operators after it that bind at least as tightly. */
ast_node *parse_operators(parser *p, parse_power power);
/* The same for the right side of an operator: no level of its own. */
ast_node *parse_right(parser *p, parse_power power);
ast_node *parse_unary(parser *p);      /* with the operators before it, and `**` */
ast_node *parse_postfix(parser *p);    /* with what follows it: calls, indices, fields */
ast_node *parse_no_operand(parser *p); /* reports that an expression was expected */

/* ---- patterns: parse_pattern.c ---- */
ast_node *parse_pattern(parser *p);                 /* without alternatives */
ast_node *parse_alternatives(parser *p);            /* `p | q` */
void parse_targets(parser *p, ast_node *target[2]); /* of `for` */
/* a PAT_LITERAL, or reports that `what` was expected */
ast_node *parse_literal(parser *p, const char *what);

/* ---- types of C: parse_ctype.c ---- */
ast_ctype parse_ctype(parser *p);
ast_ctype *parse_cresult(parser *p); /* `: type`, or NULL */
/* at the bracket around parameters or fields */
void parse_cfields(parser *p, ast_extern_item *item);
/* takes a NAME or keyword; may be NULL */
ast_name *parse_word(parser *p, const char *what, src_span *at);

#endif
