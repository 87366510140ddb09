#ifdef WITH
#include "bits/added.h"
#endif
