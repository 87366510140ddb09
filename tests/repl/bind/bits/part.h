/* A part of the header, since its folder is called so. */
#define OF_PART 1
struct of_part {
    int x;
};
int of_part(struct of_part *p);
