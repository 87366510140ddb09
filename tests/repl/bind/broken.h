int f(unknown x);
