/* The short form of the random host; `make soak WAY=host` is the long one. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/hosts.h"

static void some(unsigned threads, uint64_t seed)
{
    const hosts_config config = {.threads = threads, .seconds = 2, .rounds = 2, .seed = seed};
    hosts_result r = hosts_run(&config);
    cr_expect(r.wrong == NULL, "%s", r.wrong);
    cr_expect(r.wrong || (r.vms > 0 && r.objects > 0 && r.states > 0 && r.completers > 0));
    free(r.wrong);
}

Test(hosts, alone) { some(1, 1); }

Test(hosts, four_threads) { some(4, 2); }
