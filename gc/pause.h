/* How long collections take. For the files of gc/ only; heap_pauses tells others. */
#ifndef CSP_GC_PAUSE_H
#define CSP_GC_PAUSE_H

/* At the beginning and the end of each collection, under the collector's allocation lock. */
void pause_begin(void);
void pause_end(void);

#endif
