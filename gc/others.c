/* Whether somebody else in this program uses the collector, too.
 *
 * Such a host expects the collector's own settings: that its static data is scanned, and that a
 * pointer into an object keeps it. They are made when the collector starts, which we do if the host
 * makes a VM before it calls GC_INIT. So we look for users of the collector's functions among the
 * undefined symbols of all that is loaded. This does not find users that are loaded later, nor
 * programs linked statically as a whole; those must call GC_INIT first. */
#include <elf.h>
#include <link.h>
#include <string.h>

#include "gc/collector.h"

/* What users of the collector need and we do not: the library may be part of the program. */
static const char *const telling[] = {"GC_init", "GC_malloc_atomic", "GC_realloc",
                                      "GC_debug_malloc"};

typedef struct object {
    const ElfW(Sym) * symbols;
    const char *names;
    const uint32_t *gnu_hash, *hash;
} object;

static const void *address_in(const struct dl_phdr_info *info, ElfW(Addr) address)
{
    /* Most linkers have added where the object lies already. */
    return (const void *)(address < info->dlpi_addr ? address + info->dlpi_addr : address);
}

static object read_dynamic(const struct dl_phdr_info *info)
{
    object o = {0};
    const ElfW(Dyn) *entry = NULL;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            entry = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    for (; entry && entry->d_tag != DT_NULL; entry++) {
        const void *at = address_in(info, entry->d_un.d_ptr);
        if (entry->d_tag == DT_SYMTAB)
            o.symbols = at;
        else if (entry->d_tag == DT_STRTAB)
            o.names = at;
        else if (entry->d_tag == DT_GNU_HASH)
            o.gnu_hash = at;
        else if (entry->d_tag == DT_HASH)
            o.hash = at;
    }
    return o;
}

static bool is_telling(const char *name)
{
    if (strncmp(name, "GC_", 3) != 0)
        return false;
    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        if (strcmp(name, telling[i]) == 0)
            return true;
    return false;
}

static int look_at_object(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    object o = read_dynamic(info);
    if (!o.symbols || !o.names || !(o.gnu_hash || o.hash))
        return 0;
    /* Undefined symbols stand in front of those that the GNU hash table has. */
    uint32_t count = o.gnu_hash ? o.gnu_hash[1] : o.hash[1];
    for (uint32_t i = 1; i < count; i++)
        if (o.symbols[i].st_shndx == SHN_UNDEF && is_telling(o.names + o.symbols[i].st_name))
            return 1;
    return 0;
}

bool others_use_collector(void) { return dl_iterate_phdr(look_at_object, NULL) != 0; }
