/* Any bytes as what is typed into one session, piece by piece, with a form feed between. The first
 * byte of a piece may say that something else is done than to evaluate the rest of it. */
#include "tests/support/fuzz.h"

#include <string.h>

enum { PIECES = 64 /* of one input */ };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void drop(void *user, const char *candidate)
{
    (void)user;
    FUZZ_CHECK(candidate[0] != '\0');
}

static void ask_for_doc(csp_session *session, const char *text, size_t size)
{
    char name[64] = {0};
    memcpy(name, text, size < sizeof name ? size : sizeof name - 1);
    csp_text_free(csp_doc(session, name));
}

static void step(csp_vm *vm)
{
    for (int i = 0; i < 10 && csp_step(vm, 100000, NULL) == CSP_MORE; i++)
        ;
}

static void act(csp_vm *vm, csp_session *session, const char *text, size_t size)
{
    size_t start;
    switch (size > 0 ? text[0] : 0) {
    case '\1':
        csp_interrupt(vm);
        fuzz_eval(vm, session, text + 1, size - 1);
        break;
    case '\2': step(vm); break;
    case '\3':
        csp_complete(session, text + 1, size - 1, &start, drop, NULL);
        FUZZ_CHECK(start < size);
        break;
    case '\4': ask_for_doc(session, text + 1, size - 1); break;
    case '\5': csp_request_report(vm); break;
    default: fuzz_eval(vm, session, text, size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end = text + size;
    csp_vm *vm = fuzz_begin();
    csp_session *session = csp_session_new(vm);
    FUZZ_CHECK(session);
    for (int i = 0; text < end && i < PIECES; i++) {
        const char *stop = memchr(text, '\f', (size_t)(end - text));
        stop = stop ? stop : end;
        act(vm, session, text, (size_t)(stop - text));
        text = stop + 1;
    }
    fuzz_end(vm);
    return 0;
}
