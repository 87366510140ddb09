%% match N: evaluates an expression of 19 nodes N times, by matching on nested tuples.
-module(match).
-export([main/1]).

eval({num, N}) -> N;
eval({add, {num, A}, {num, B}}) -> A + B;
eval({add, A, B}) -> eval(A) + eval(B);
eval({mul, A, {num, 1}}) -> eval(A);
eval({mul, A, B}) -> eval(A) * eval(B);
eval({neg, {neg, A}}) -> eval(A);
eval({neg, A}) -> -eval(A);
eval({'if', C, T, F}) -> case eval(C) > 0 of true -> eval(T); false -> eval(F) end.

sum(0, _, S) -> S;
sum(N, E, S) -> sum(N - 1, E, S + eval(E)).

main([N]) ->
    Product = {mul, {num, 3}, {neg, {add, {num, 1}, {num, 2}}}},
    Yes = {mul, {add, {num, 1}, {mul, {num, 2}, {num, 2}}}, {num, 1}},
    E = {add, Product, {'if', {neg, {neg, {num, 5}}}, Yes, {num, 0}}},
    io:format("~p~n", [sum(list_to_integer(N), E, 0)]),
    halt().
