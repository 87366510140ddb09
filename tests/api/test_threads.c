/* The short form of the stress test of several threads; `make soak WAY=threads` is the long one. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/threads.h"

static void several(unsigned threads, unsigned rounds)
{
    const threads_config config = {
        .threads = threads, .depth = 100000, .seconds = 60, .rounds = rounds, .seed = threads};
    threads_result result = threads_run(&config);
    cr_expect(result.wrong == NULL, "%s", result.wrong);
    cr_expect(result.wrong || result.vms == threads * rounds);
    free(result.wrong);
}

Test(threads, two) { several(2, 6); }

Test(threads, four) { several(4, 3); }
