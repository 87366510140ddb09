/* Functions of a library that has been through some versions: for test_library.c, and for
 * tests/script/ffi/report-31-versions.sh. */

int old_1(void);
int old_2(void);
int kept_1(void);
int kept_2(void);
int plain(void);

/* For programs that were linked with it once; no plain name means them. */
__asm__(".symver old_1, old@V_1");
__asm__(".symver old_2, old@V_2");
/* The newer one is what the plain name means. */
__asm__(".symver kept_1, kept@V_1");
__asm__(".symver kept_2, kept@@V_2");

int old_1(void) { return 1; }
int old_2(void) { return 2; }
int kept_1(void) { return 1; }
int kept_2(void) { return 2; }
int plain(void) { return 0; }
