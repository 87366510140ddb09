int with2(void);
