/* What an unknown name probably meant. */
#include <stdlib.h>

#include "api/host/host.h"
#include "api/session.h"
#include "base/suggest.h"
#include "base/words.h"

static void offer(void *user, const char *name) { suggest_offer(user, name); }

static void offer_modules(world *w, suggestion *s)
{
    for (int i = LANGUAGE_PRELUDE + 1; i < LANGUAGE_MODULES; i++)
        if (world_has_module(w, i))
            suggest_offer(s, language_modules[i].name);
}

/* "List.psh", "Lst.push": the member or the module is misspelt. */
static char *near_member(world *w, const char *name, size_t home_size)
{
    char *home = strndup(name, home_size), *full = NULL;
    int index = home ? world_find_module(w, home) : -1;
    const char *member = name + home_size + 1;
    suggestion s;
    if (index > LANGUAGE_PRELUDE) {
        suggest_init(&s, member, strlen(member));
        world_each_member(w, index, offer, &s);
        if (s.best && asprintf(&full, "%s.%s", home, s.best) < 0)
            full = NULL;
    } else if (home) {
        suggest_init(&s, home, home_size);
        offer_modules(w, &s);
        if (s.best && asprintf(&full, "%s.%s", s.best, member) < 0)
            full = NULL;
    }
    free(home);
    return full;
}

static char *find_near(csp_session *session, const char *name)
{
    world *w = session->world;
    const char *point = strchr(name, '.');
    if (point)
        return near_member(w, name, (size_t)(point - name));
    suggestion s;
    suggest_init(&s, name, strlen(name));
    world_each_member(w, LANGUAGE_PRELUDE, offer, &s);
    offer_modules(w, &s);
    for (const word_row *row = word_rows; row->name; row++)
        suggest_offer(&s, row->name);
    for (uint32_t i = 0; i < session->count; i++)
        suggest_offer(&s, session->variables[i].name);
    for (int i = LANGUAGE_PRELUDE + 1; i < LANGUAGE_MODULES; i++)
        if (world_has_module(w, i))
            world_each_member(w, i, offer, &s);
    return s.best ? strdup(s.best) : NULL;
}

char *csp_doc_near(csp_session *session, const char *name)
{
    return session_tell(session, __func__, name, find_near);
}
