package dev

import (
	"net"
	"testing"
)

func TestAPortIsForWhoHasClaimedIt(t *testing.T) {
	l, err := net.Listen("tcp", net.JoinHostPort(loopback, "0"))
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	var one, other locks
	if !one.claim(port) {
		t.Fatalf("port %d is free, and cannot be claimed", port)
	}
	if other.claim(port) {
		t.Error("two have claimed a port that neither listens on yet")
	}
	if err := one.release(); err != nil {
		t.Fatal(err)
	}
	if !other.claim(port) {
		t.Error("a port that was released cannot be claimed")
	}
	_ = other.release()
}
