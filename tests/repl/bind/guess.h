int guessed(void);
