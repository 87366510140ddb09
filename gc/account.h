/* Which heap each block of the collector's memory belongs to, if several heaps share the collector.
 *
 * The collector gives out blocks of BLOCK bytes. Each block that a heap gets is labelled with that
 * heap in a table beside the collector's heap, and is used by that heap alone: when the collector
 * hands the free objects of such a block to another one, that one puts them aside for the owner
 * (account_claim). So what is alive in the blocks of one label is what is alive of that heap.
 *
 * For the files of gc/ only. Everything is called under the collector's allocation lock, except
 * functions that take it. */
#ifndef CSP_GC_ACCOUNT_H
#define CSP_GC_ACCOUNT_H

#include "gc/heap.h"

/* Gives the heap a label. kinds: the collector's numbers for our kinds. False: no memory. */
bool account_add(heap *h, const int *kinds);
void account_remove(heap *h);

/* Labels the block in which this new memory begins as h's. Takes the lock. */
void account_label(const heap *h, const void *memory);
/* Removes the label of that block: the memory is about to be freed. */
void account_forget(const void *memory);
/* Makes the block of a free list that the collector has handed out h's own, unless another living
 * heap has it: then *list is emptied, what was in it is put aside for that one, and the answer is
 * false. Takes the lock. */
bool account_claim(const heap *h, int kind, int index, void **list);
/* Moves one of the lists that others have put aside for h to the empty *list. Takes the lock. */
void account_take(heap *h, int kind, int index, void **list);

/* What a collection does about each heap: account_begin before it marks, account_marked when it
 * has, with the world stopped, account_end when what it found unmarked is free again, and before
 * any of that is handed out. account_end also removes the labels of free blocks and of heaps that
 * are gone. */
void account_begin(heap *h);
void account_marked(heap *h);
void account_end(const int *kinds);
/* Removes such labels when there has been no collection. */
void account_check(const int *kinds);

/* How many bytes h has been handed, and has freed by hand. */
static inline void account_handed(heap *h, size_t bytes)
{
    __atomic_fetch_add(&h->held, bytes, __ATOMIC_RELAXED);
    __atomic_fetch_add(&h->handed, bytes, __ATOMIC_RELAXED);
}
static inline void account_freed(heap *h, size_t bytes) { account_handed(h, -bytes); }

/* The most that h can hold if it has the collector to itself: what it held when last counted and
 * all that has been given out since, but no more than is in use. */
size_t account_alone(const heap *h);

/* The size of the objects of h->free[…][index]. */
size_t heap_list_size(int index);

#endif
