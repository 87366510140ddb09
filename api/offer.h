/* The modules that the host adds: texts, natives, or both under one name. */
#ifndef CSP_API_OFFER_H
#define CSP_API_OFFER_H

#include "api/world.h"

void offer_free(world *w);

#endif
