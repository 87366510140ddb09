/* The tables of symbols that a loaded library carries with it. Whatever they say, nothing is read
 * outside of what is loaded of it. */
#include "ffi/library.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

enum { SEGMENTS = 16, HIDDEN = 0x8000, VERSION = 0x7fff };

typedef struct segment {
    const char *from;
    size_t size;
} segment;

/* A library as it lies in memory. */
typedef struct image {
    const struct link_map *map;
    segment segments[SEGMENTS]; /* those that can be read */
    unsigned segment_count;
    const ElfW(Sym) * symbols;
    uint32_t count;
    const ElfW(Half) * versions; /* of each symbol; NULL: none */
    const char *defined;         /* the versions that the library defines … */
    uint32_t defined_count;      /* … so many */
    const char *names;
    size_t names_size;
} image;

static bool holds(const image *im, const void *at, size_t size)
{
    for (unsigned i = 0; i < im->segment_count; i++) {
        size_t offset = (size_t)((uintptr_t)at - (uintptr_t)im->segments[i].from);
        if (offset < im->segments[i].size && size <= im->segments[i].size - offset)
            return true;
    }
    return false;
}

/* A name in the table of names; NULL: there is none. */
static const char *name_at(const image *im, size_t offset)
{
    if (offset >= im->names_size)
        return NULL;
    const char *name = im->names + offset;
    return memchr(name, 0, im->names_size - offset) ? name : NULL;
}

static int find_segments(struct dl_phdr_info *info, size_t size, void *data)
{
    image *im = data;
    bool ours = false;
    (void)size;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];
        uintptr_t at = info->dlpi_addr + h->p_vaddr;
        ours |= h->p_type == PT_DYNAMIC && at == (uintptr_t)im->map->l_ld;
    }
    for (unsigned i = 0; ours && i < info->dlpi_phnum && im->segment_count < SEGMENTS; i++) {
        const ElfW(Phdr) *h = &info->dlpi_phdr[i];
        if (h->p_type == PT_LOAD && (h->p_flags & PF_R))
            im->segments[im->segment_count++] =
                (segment){(const char *)(info->dlpi_addr + h->p_vaddr), h->p_memsz};
    }
    return ours;
}

/* Where an entry of the dynamic section leads. Some loaders have put the address of the library
 * into it, some leave it as it is in the file. NULL: outside. */
static const void *place(const image *im, const ElfW(Dyn) * d, size_t size)
{
    const void *at = (const void *)d->d_un.d_ptr;
    if (!holds(im, at, size))
        at = (const void *)(im->map->l_addr + d->d_un.d_ptr);
    return holds(im, at, size) ? at : NULL;
}

/* How many symbols there are, by the newer of the two hash tables. */
static uint32_t count_gnu(const image *im, const uint32_t *hash)
{
    uint32_t buckets = hash[0], first = hash[1], bloom = hash[2], last = 0;
    const uint32_t *bucket = hash + 4 + (size_t)bloom * (sizeof(ElfW(Addr)) / 4);
    if (!holds(im, bucket, (size_t)buckets * 4 + 4))
        return 0;
    for (uint32_t i = 0; i < buckets; i++)
        if (bucket[i] > last)
            last = bucket[i];
    if (last < first)
        return first;
    const uint32_t *chain = bucket + buckets;
    while (holds(im, &chain[last - first], 4) && !(chain[last - first] & 1))
        last++;
    return last + 1;
}

static void read_entry(image *im, const ElfW(Dyn) * d)
{
    const uint32_t *hash;
    switch (d->d_tag) {
    case DT_SYMTAB: im->symbols = place(im, d, 1); break;
    case DT_STRTAB: im->names = place(im, d, 1); break;
    case DT_STRSZ: im->names_size = d->d_un.d_val; break;
    case DT_VERSYM: im->versions = place(im, d, 1); break;
    case DT_VERDEF: im->defined = place(im, d, 1); break;
    case DT_VERDEFNUM: im->defined_count = (uint32_t)d->d_un.d_val; break;
    case DT_HASH:
        hash = place(im, d, 8);
        im->count = hash ? hash[1] : 0;
        break;
    case DT_GNU_HASH:
        hash = im->count == 0 ? place(im, d, 16) : NULL;
        if (hash)
            im->count = count_gnu(im, hash);
        break;
    default: break;
    }
}

/* False: there is nothing to read. */
static bool read_image(image *im, const library *l)
{
    struct link_map *map = NULL;
    *im = (image){0};
    if (dlinfo(l->handle, RTLD_DI_LINKMAP, &map) != 0 || !map)
        return false;
    im->map = map;
    dl_iterate_phdr(find_segments, im);
    for (const ElfW(Dyn) *d = map->l_ld; holds(im, d, sizeof *d) && d->d_tag != DT_NULL; d++)
        read_entry(im, d);
    if (im->versions && !holds(im, im->versions, (size_t)im->count * sizeof *im->versions))
        im->versions = NULL;
    return im->symbols && im->names && holds(im, im->names, im->names_size) &&
           holds(im, im->symbols, (size_t)im->count * sizeof *im->symbols);
}

/* The name of the function that symbol i is; NULL: it is none of the library's own. */
static const char *function_name(const image *im, uint32_t i)
{
    const ElfW(Sym) *s = &im->symbols[i];
    unsigned type = ELF64_ST_TYPE(s->st_info);
    bool is = (type == STT_FUNC || type == STT_GNU_IFUNC) && s->st_shndx != SHN_UNDEF;
    return is ? name_at(im, s->st_name) : NULL;
}

void library_each(const library *l, void (*offer)(void *data, const char *name), void *data)
{
    image im;
    for (uint32_t i = 0, n = read_image(&im, l) ? im.count : 0; i < n; i++) {
        const char *name = function_name(&im, i);
        if (name)
            offer(data, name);
    }
}

/* The name of a version, NULL: the library does not define it. */
static const char *version_name(const image *im, unsigned index)
{
    const char *at = im->defined;
    for (uint32_t i = 0; at && i < im->defined_count; i++) {
        ElfW(Verdef) v;
        ElfW(Verdaux) name;
        if (!holds(im, at, sizeof v))
            return NULL;
        memcpy(&v, at, sizeof v);
        if ((v.vd_ndx & VERSION) == index) {
            if (!holds(im, at + v.vd_aux, sizeof name))
                return NULL;
            memcpy(&name, at + v.vd_aux, sizeof name);
            return name_at(im, name.vda_name);
        }
        at = v.vd_next ? at + v.vd_next : NULL;
    }
    return NULL;
}

typedef struct list {
    char *text;
    size_t used, size;
} list;

/* One more, or the mark that there are more than fit. */
static void put_version(list *to, const char *name, const char *version)
{
    static const char more[] = ", …";
    size_t room = to->size - to->used;
    int n = snprintf(to->text + to->used, room, "%s`%s@%s`", to->used ? ", " : "", name, version);
    if ((size_t)n + sizeof more <= room) {
        to->used += (size_t)n;
        return;
    }
    if (to->used < to->size)
        memcpy(to->text + to->used, more, sizeof more);
    to->used = to->size;
}

unsigned library_versions(const library *l, const char *name, char *text, size_t size)
{
    image im;
    list to = {text, 0, size};
    unsigned found = 0;
    *text = 0;
    for (uint32_t i = 0, n = read_image(&im, l) ? im.count : 0; i < n && im.versions; i++) {
        const char *is = im.versions[i] & HIDDEN ? function_name(&im, i) : NULL;
        const char *version =
            is && strcmp(is, name) == 0 ? version_name(&im, im.versions[i] & VERSION) : NULL;
        if (!version)
            continue;
        found++;
        put_version(&to, name, version);
    }
    return found;
}
