/* Any bytes as the signature of a native: it is read, or it is said what is wrong, and where. */
#include <math.h>
#include <string.h>

#include "api/host/signature.h"
#include "base/name.h"
#include "tests/support/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_param(const signature *s, const signature_param *p)
{
    char phrase[40];
    signature_describe(s, p, phrase, sizeof phrase);
    FUZZ_CHECK(phrase[0] && strlen(phrase) < sizeof phrase);
    FUZZ_CHECK(name_is(p->name, strlen(p->name)));
    FUZZ_CHECK(p->types && p->first_class + p->class_count <= s->class_count);
    FUZZ_CHECK(!(p->types & SIGNATURE_CLASS) == !p->class_count);
    if (p->fallback == SIGNATURE_DEFAULT_TEXT)
        FUZZ_CHECK(p->as.text.start[p->as.text.size] == '\0');
    if (p->fallback == SIGNATURE_DEFAULT_FLOAT)
        FUZZ_CHECK(!isnan(p->as.real));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    signature_fault fault;
    /* A copy of exactly its size, so that what reads beyond it is found. */
    char *text = malloc(size ? size : 1);
    FUZZ_CHECK(text);
    memcpy(text, data, size);
    signature *s = signature_parse(text, size, &fault);
    if (!s)
        FUZZ_CHECK(fault.what[0] && fault.at <= size);
    for (uint32_t i = 0; s && i < s->count + s->has_rest; i++) {
        look_at_param(s, &s->params[i]);
        bool optional = s->params[i].fallback != SIGNATURE_NO_DEFAULT;
        FUZZ_CHECK(i == s->count ? !optional : optional == (i >= s->required));
    }
    signature_free(s);
    free(text);
    return 0;
}
