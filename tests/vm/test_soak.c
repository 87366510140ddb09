/* The short form of the stress test: fewer processes, a fixed number of rounds, always the same
 * seeds. `make soak` is the long one. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/support/soak.h"

static void soak(soak_config config)
{
    soak_result result = soak_run(&config);
    cr_expect(result.wrong == NULL, "%s", result.wrong);
    cr_expect(result.wrong || result.rounds == config.rounds);
    free(result.wrong);
}

Test(soak, plain) { soak((soak_config){.seed = 1, .processes = 1000, .rounds = 20}); }

Test(soak, slice_of_one)
{
    soak((soak_config){.seed = 2, .processes = 500, .rounds = 20, .slice = 1});
}

Test(soak, collected_often)
{
    soak((soak_config){.seed = 3, .processes = 200, .rounds = 12, .stress = 200});
}
