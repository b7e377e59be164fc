package main

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	client "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// output is what the command has printed so far.
type output struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func TestItRunsUntilItIsStoppedAndSaysHowToReachIt(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	said, command := &output{}, app()
	command.Writer = said
	ended := make(chan error, 1)
	go func() { ended <- command.RunContext(ctx, []string{"gennaker-kube", "--dir", t.TempDir()}) }()
	for deadline := time.Now().Add(2 * time.Minute); !strings.Contains(said.String(), "kubeconfigFile: "); time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-ended:
			t.Fatalf("it ended with %v", err)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatalf("it says %q", said)
		}
	}
	_, path, _ := strings.Cut(said.String(), "kubeconfigFile: ")
	config, err := clientcmd.BuildConfigFromFlags("", strings.TrimSpace(path))
	if err != nil {
		t.Fatal(err)
	}
	cluster, err := client.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	if nodes, err := cluster.CoreV1().Nodes().List(ctx, metav1.ListOptions{}); err != nil || len(nodes.Items) != 1 {
		t.Errorf("its nodes are %v, %v, want one", nodes, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("stopped it says %v", err)
	}
	if _, err := cluster.CoreV1().Nodes().List(context.Background(), metav1.ListOptions{}); err == nil {
		t.Error("it answers when it is stopped")
	}
}
