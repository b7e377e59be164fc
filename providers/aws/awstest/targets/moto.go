package targets

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Moto runs moto, an AWS that others wrote, until the test ends, and returns
// where it answers. It has one image of Amazon's, in all regions: moto's own
// seven hundred take it longer to tell than everything else that tests ask.
func Moto(t testing.TB) (endpoint string) {
	t.Helper()
	program := Program(t, "moto")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(address)
	server := exec.Command(program, "-H", host, "-p", port)
	server.Env = append(os.Environ(), "MOTO_AMIS_PATH="+filepath.Join(here(), "images.json"))
	var log bytes.Buffer // read once the server has ended
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatalf("start moto: %v", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Wait()
	}()
	t.Cleanup(func() {
		_ = server.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("the end of moto's log:\n%s", log.Bytes()[max(0, log.Len()-4000):])
		}
	})
	endpoint = "http://" + address
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if answer, err := http.Get(endpoint + "/moto-api/"); err == nil {
			answer.Body.Close()
			return endpoint
		}
		select {
		case <-ended:
			t.Fatal("moto has ended")
		default:
		}
	}
	t.Fatal("moto does not answer")
	return ""
}
