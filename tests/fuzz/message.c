/* Any bytes as a packed message and as JSON. What is a message is read, packed again, written as
 * JSON and made a value of, and comes back the same. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Looks at everything that is not too deep inside; each shared part as often as it occurs, so no
 * more than `left` in all. */
static void look(const csp_msg *m, int depth, int *left)
{
    if (!m || depth == 8 || --*left < 0)
        return;
    int64_t n;
    double d;
    bool b;
    size_t size;
    csp_msg_as_int(m, &n);
    csp_msg_as_float(m, &d);
    csp_msg_as_bool(m, &b);
    const char *text = csp_msg_as_text(m, &size);
    FUZZ_CHECK(!text || text[size] == '\0');
    const void *packed = csp_msg_packed(m, &size);
    csp_msg *part = csp_msg_unpack(packed, size);
    FUZZ_CHECK(part && csp_msg_type(part) == csp_msg_type(m));
    csp_msg_free(part);
    csp_type type = csp_msg_type(m);
    for (size_t i = 0; (type == CSP_T_TUPLE || type == CSP_T_LIST) && i < csp_msg_length(m); i++)
        look(csp_msg_at(m, i), depth + 1, left);
    static const char *const names[] = {"a", "", "kind", "data", "cause"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        look(csp_msg_field(m, names[i]), depth + 1, left);
}

/* A VM takes much longer to make than a message: each serves many. */
static csp_vm *vm;
static unsigned served;

static void through_a_vm(const csp_msg *m)
{
    enum { MANY = 200 };
    if (served++ % MANY == 0) {
        if (vm)
            fuzz_end(vm);
        vm = fuzz_begin();
    }
    csp_scope scope = csp_scope_open(vm);
    csp_value v = csp_msg_value(vm, m);
    csp_msg *again = NULL;
    if (v.word) {
        FUZZ_CHECK(csp_msg_of(vm, v, &again) == CSP_OK);
        size_t a, b;
        const void *after = csp_msg_packed(again, &b);
        csp_msg *checked = csp_msg_unpack(after, b);
        FUZZ_CHECK(checked);
        FUZZ_CHECK(csp_msg_type(checked) == csp_msg_type(m));
        csp_value twice = csp_msg_value(vm, checked);
        csp_msg *third = NULL;
        FUZZ_CHECK(csp_msg_of(vm, twice, &third) == CSP_OK);
        const void *last = csp_msg_packed(third, &a);
        FUZZ_CHECK(a == b && memcmp(last, after, a) == 0); /* it changes once at most */
        csp_msg_free(third);
        csp_msg_free(checked);
    }
    csp_msg_free(again);
    csp_scope_close(vm, scope);
}

static void judge(csp_msg *m)
{
    if (!m)
        return;
    int left = 300;
    look(m, 0, &left);
    char *json = csp_msg_to_json(m);
    csp_msg *read = json ? csp_msg_json(json, strlen(json)) : NULL;
    char *again = csp_msg_to_json(read);
    FUZZ_CHECK(!read || again);
    csp_text_free(again);
    csp_msg_free(read);
    csp_text_free(json);
    through_a_vm(m);
    csp_msg_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    judge(csp_msg_unpack(data, size));
    judge(csp_msg_json((const char *)data, size));
    return 0;
}
