// messages KIND N: a list is sent N times, and a process sends it back, each time a copy; KIND list: of 1,250 ints;
// maps: of 100 maps.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func echo[T any](in, out chan []T, copied func([]T) []T) {
	for m := range in {
		out <- copied(m)
	}
}

func turns[T any](n int, list []T, copied func([]T) []T) int {
	there, back := make(chan []T), make(chan []T)
	go echo(there, back, copied)
	size := 0
	for i := 0; i < n; i++ {
		there <- copied(list)
		size += len(<-back)
	}
	return size
}

func ints(list []int) []int { return append([]int(nil), list...) }

func maps(list []map[string]any) []map[string]any {
	copied := make([]map[string]any, len(list))
	for i, m := range list {
		copied[i] = map[string]any{"id": m["id"], "name": m["name"], "tags": ints(m["tags"].([]int))}
	}
	return copied
}

func main() {
	n, _ := strconv.Atoi(os.Args[2])
	if os.Args[1] == "list" {
		list := make([]int, 1250)
		for i := range list {
			list[i] = i
		}
		fmt.Println(turns(n, list, ints))
		return
	}
	list := make([]map[string]any, 100)
	for i := range list {
		list[i] = map[string]any{"id": i, "name": "n" + strconv.Itoa(i), "tags": []int{i, i + 1}}
	}
	fmt.Println(turns(n, list, maps))
}
