#include "repl/type.h"

#include "repl/evaluate.h"

/* One :type. */
typedef struct asked {
    const repl *by;
    uint32_t count; /* of values so far */
} asked;

/* What is counted of a value of that type, if anything is. */
static const struct type_words {
    const char *name, *one, *many;
} types[] = {[CSP_T_NIL] = {"nil", NULL, NULL},
             [CSP_T_BOOL] = {"bool", NULL, NULL},
             [CSP_T_INT] = {"int", NULL, NULL},
             [CSP_T_FLOAT] = {"float", NULL, NULL},
             [CSP_T_STRING] = {"string", "character", "characters"},
             [CSP_T_BYTES] = {"bytes", "byte", "bytes"},
             [CSP_T_TUPLE] = {"tuple", "element", "elements"},
             [CSP_T_LIST] = {"list", "element", "elements"},
             [CSP_T_MAP] = {"map", "entry", "entries"},
             [CSP_T_BUFFER] = {"buffer", "byte", "bytes"},
             [CSP_T_FUNCTION] = {"fn", NULL, NULL},
             [CSP_T_CHANNEL] = {"chan", NULL, NULL},
             [CSP_T_PROCESS] = {"process", NULL, NULL},
             [CSP_T_ERROR] = {"error", NULL, NULL},
             [CSP_T_RANGE] = {"range", NULL, NULL}};

static void show_type(void *user, csp_value v)
{
    asked *a = user;
    const repl *r = a->by;
    a->count++;
    csp_type type = csp_type_of(r->vm, v);
    const struct type_words *words =
        (size_t)type < sizeof types / sizeof *types && types[type].name ? &types[type] : NULL;
    csp_print_options on_one_line = {.struct_size = sizeof on_one_line, .characters = 200};
    if (!words) { /* the host's or C's: it says itself what it is */
        char *text = csp_print(r->vm, v, &on_one_line);
        repl_print(1, "%s\n", text ? text : "out of memory");
        csp_text_free(text);
    } else if (words->one) {
        size_t length = csp_length(r->vm, v);
        repl_print(1, "%s, %zu %s\n", words->name, length, length == 1 ? words->one : words->many);
    } else {
        repl_print(1, "%s\n", words->name);
    }
}

void command_type(repl *r, const char *argument)
{
    asked a = {.by = r};
    if (evaluate_for(r, argument, show_type, &a) && a.count == 0)
        repl_print(1, "nil\n");
}
