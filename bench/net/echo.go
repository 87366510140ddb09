package main

import (
	"fmt"
	"net"
)

func echo(c net.Conn) {
	defer c.Close()
	data := make([]byte, 65536)
	for {
		n, err := c.Read(data)
		if err != nil {
			return
		}
		c.Write(data[:n])
	}
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go echo(c)
	}
}
