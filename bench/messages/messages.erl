%% messages KIND N: a list is sent N times, and a process sends it back; KIND list: of 1,250 ints; maps: of 100 maps.
-module(messages).
-export([main/1]).

echo() -> receive {From, Message} -> From ! Message, echo() end.

turns(0, _, _, Size) -> Size;
turns(N, Echo, List, Size) ->
    Echo ! {self(), List},
    receive Message -> turns(N - 1, Echo, List, Size + length(Message)) end.

list("list") -> lists:seq(0, 1249);
list("maps") -> [#{id => I, name => integer_to_binary(I), tags => [I, I + 1]} || I <- lists:seq(0, 99)].

main([Kind, N]) ->
    io:format("~p~n", [turns(list_to_integer(N), spawn(fun echo/0), list(Kind), 0)]),
    halt().
