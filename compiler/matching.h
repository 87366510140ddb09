/* Patterns on their way to code.
 *
 * The arms of a `match`, or the one pattern of a binding, become a row of steps (steps.c): load a
 * part of the value, test it, bind a name, evaluate a guard, run a body. Where a test fails it goes
 * on at a step further down: that of the next alternative or the next arm.
 *
 * While code is made of the steps, in order (matching.c), it is known at each of them what has been
 * found out on every way that leads there (facts.c): which tests have held or failed, and which
 * parts stand in registers already. A step whose result is known becomes no instruction, and a jump
 * leads past all those whose result is known where it begins. So nothing is tested or loaded twice,
 * and what a former test has refuted is jumped over. No step becomes code more than once: the code
 * is linear in the text, and so is the work, thanks to the limits below. What lies beyond them is
 * tested again.
 *
 * Parts of the value that several alternatives look at, and that one of them tests, have a register
 * for the whole `match`; other registers belong to one arm. */
#ifndef CSP_COMPILER_MATCHING_H
#define CSP_COMPILER_MATCHING_H

#include "compiler/internal.h"

enum {
    MATCHING_PARTS = 24,       /* registers of a frame; facts.loaded has 64 bits */
    MATCHING_TESTS = 64,       /* of one part: as many as facts.of[].refuted has */
    MATCHING_CANDIDATES = 128, /* parts of which it is counted how many look at them */
    MATCHING_LEAP = 128        /* steps that one jump leads past */
};

typedef struct test {
    struct test *next; /* of the same part */
    opcode op;         /* one of OPC_TEST… */
    bool at_least;
    uint32_t operand; /* a length or a constant */
    uint64_t bit;     /* 0: not remembered */
    uint64_t needs;   /* its own bit, and those of the tests that hold wherever it holds */
} test;

/* How a part is reached from the one that it is a part of; the number is an index or a constant. */
typedef enum part_kind { PART_ALL, PART_ELEMENT, PART_KEY, PART_OF_ERROR } part_kind;

typedef struct part {
    const struct part *of;
    part_kind kind;
    uint32_t which;
    uint32_t seen; /* the alternative that has looked at it last */
    bool shared, tested;
    unsigned number, reg;
    test *tests;
    unsigned test_count;
} part;

/* A part as one pattern meets it: in the register of a shared part, or of a name, or in one that is
 * used again for the pattern's next element. */
typedef struct spot {
    struct spot *of;
    part_kind kind;
    uint32_t which;
    part *part;              /* NULL: not shared */
    const ast_binding *name; /* or NULL */
    unsigned temporary;
    bool loads; /* it has a step that loads it */
} spot;

typedef enum step_kind {
    STEP_ARM, /* begins: its names get registers */
    STEP_LOAD,
    STEP_TEST,
    STEP_KEY,   /* tests and loads */
    STEP_ALIAS, /* the name's register is that of the part, which is loaded if it is not yet */
    STEP_BIND,  /* the name has a register of its own */
    STEP_REST,
    STEP_GO,
    STEP_GUARD,
    STEP_BODY,
    STEP_BOUND, /* a binding is done */
    STEP_FAIL   /* nothing has matched */
} step_kind;

typedef struct label {
    uint32_t at; /* a step */
} label;

#define NO_SLOT UINT32_MAX
typedef struct step {
    step_kind kind;
    src_span span;
    spot *at;
    test *test;        /* TEST, KEY: of the part that has the key */
    ast_binding *name; /* ALIAS, BIND, REST, KEY */
    uint32_t slot;     /* which of the arm's names is declared here, or NO_SLOT */
    uint32_t count;    /* ARM: its names; REST: the elements before */
    const label *to;   /* TEST, KEY, GUARD: where it fails; GO */
    ast_node *ast;     /* GUARD, BODY */
} step;

/* What is known of each shared part, by number. */
typedef struct facts {
    struct facts *next; /* among those that are not in use */
    uint64_t loaded;
    struct {
        uint64_t refuted;
        const test *held; /* the strongest that has held, or NULL */
    } of[];
} facts;

typedef enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES } answer;

/* A name or a rest whose step stands at the end of its alternative or part. */
#define NOT_REST UINT32_MAX
typedef struct later_step {
    spot *at;
    const ast_node *ast;
    uint32_t elements; /* of a rest: those before it; NOT_REST: a name */
} later_step;

/* The jumps that arrive at a step, and what is known on all of those ways; NULL: there are none. */
typedef struct arrival {
    facts *known;
    jumps from;
} arrival;

typedef struct matching {
    builder *b;
    bool owned;    /* a name may stand for the subject in its register */
    bool copies;   /* names have registers that nothing else writes, whenever it is run again */
    bool declared; /* names have their registers already */
    part *parts[MATCHING_CANDIDATES]; /* the first is the subject */
    unsigned part_count;
    uint32_t alternatives; /* counted */
    step *steps;
    uint32_t count, capacity;
    later_step *later;
    uint32_t later_count, later_capacity;
    uint32_t names; /* of the arm: registers of their own */
    /* while code is made */
    arrival *arrivals; /* one for each step */
    facts *now, *unused;
    unsigned arm_base, name_base, temporary_base;
    src_span arm;
    dest d; /* of the bodies */
    jumps done;
} matching;

/* NULL: no memory (c->failed) */
void *matching_alloc(matching *m, size_t size);

/* --- steps.c */
/* Of the value in reg; NULL: no memory. matching_end frees it. */
matching *matching_begin(builder *b, unsigned reg);
/* To be called first, for all patterns. */
void matching_count(matching *m, const ast_node *pattern);
/* To be called next, before the steps are added. */
void matching_choose_parts(matching *m);
/* Where the pattern does not match, the steps after it go on. */
void matching_add_arm(matching *m, const ast_match_arm *arm);
void matching_add_fail(matching *m, src_span at); /* the last step */
/* A single pattern, and the last step. */
void matching_add_pattern(matching *m, const ast_node *pattern);
void matching_end(matching *m);

/* --- facts.c */
test *facts_test(matching *m, part *of, opcode op, uint32_t operand, bool at_least);
answer facts_ask(const facts *known, const step *s);
/* The step has been done: its test has held, or not. */
void facts_learn(facts *known, const step *s, bool held);
bool facts_has(const facts *known, const spot *at); /* in its register */
facts *facts_copy(matching *m, const facts *known); /* NULL: nothing known but the subject */
void facts_meet(const matching *m, facts *into, const facts *other);
void facts_drop(matching *m, facts *known);

#endif
