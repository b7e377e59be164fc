package kubetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	client "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// Cluster is a control plane that runs.
type Cluster struct {
	// URL is where its API server listens: https://127.0.0.1:PORT.
	URL string
	// Client is the administrator's.
	Client client.Interface

	tools, dir, token string
	etcdPort, peers   int
	apiPort, kubelet  int

	mu      sync.Mutex // guards api and others
	api     *process
	etcd    *process
	others  []*process
	counter int // of namespaces
}

// Start starts a control plane of the programs in the folder tools, with its
// files in dir, and returns when it has a node. It runs until Stop, or until
// this process ends.
func Start(ctx context.Context, tools, dir string) (*Cluster, error) {
	c := &Cluster{tools: tools, dir: dir, token: newToken()}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	if err := c.start(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) prepare() error {
	for _, port := range []*int{&c.etcdPort, &c.peers, &c.apiPort, &c.kubelet} {
		free, err := freePort()
		if err != nil {
			return err
		}
		*port = free
	}
	c.URL = "https://127.0.0.1:" + strconv.Itoa(c.apiPort)
	_ = os.RemoveAll(filepath.Join(c.dir, "etcd")) // of a start that came to nothing
	return errors.Join(c.writeSecrets(), c.writeLogs())
}

func (c *Cluster) start(ctx context.Context) error {
	var err error
	if c.etcd, err = c.startEtcd(); err != nil {
		return err
	}
	if c.api, err = c.startAPI(); err != nil {
		return err
	}
	if err := c.ready(ctx); err != nil {
		return err
	}
	for _, start := range []func() (*process, error){c.startControllers, c.startScheduler, c.startKwok} {
		p, err := start()
		if err != nil {
			return err
		}
		c.others = append(c.others, p)
	}
	return c.addNode(ctx)
}

// ready waits until the API server says that it is, and makes the client.
func (c *Cluster) ready(ctx context.Context) error {
	var last error
	for ; ; time.Sleep(50 * time.Millisecond) {
		if err := errors.Join(c.etcd.over(), c.api.over()); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("the API server does not answer: %w", last)
		}
		if c.Client == nil {
			if last = c.connect(); last != nil {
				continue
			}
		}
		if last = c.Client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error(); last == nil {
			return nil
		}
	}
}

// connect makes the administrator's client. The server's certificate comes
// when it has started.
func (c *Cluster) connect() error {
	if err := c.writeKubeconfig(c.Kubeconfig(), c.URL, c.token); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig())
	if err != nil {
		return err
	}
	config.QPS = -1
	config.Timeout = time.Minute
	c.Client, err = client.NewForConfig(config)
	return err
}

// Join starts a program that belongs to what runs on the cluster, such as
// controllers of its own. What it says goes to the file NAME.log in the
// cluster's folder, and it ends when the cluster is stopped.
func (c *Cluster) Join(order *exec.Cmd) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, err := run(c.dir, order)
	if err == nil {
		c.others = append(c.others, p)
	}
	return err
}

// Over says as an error which of the programs has ended by itself.
func (c *Cluster) Over() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range append([]*process{c.etcd, c.api}, c.others...) {
		if err := p.over(); err != nil {
			return err
		}
	}
	return nil
}

// Stop ends everything: the API server before etcd, without which it hangs.
func (c *Cluster) Stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all sync.WaitGroup
	for _, p := range c.others {
		all.Go(p.kill)
	}
	all.Wait()
	for _, p := range []*process{c.api, c.etcd} {
		if p != nil {
			p.kill()
		}
	}
	c.others, c.api, c.etcd = nil, nil, nil
}

// StopAPI ends the API server, at once and in the middle of what it does.
// StartAPI starts it again, with all that it knew, and waits until it answers.
func (c *Cluster) StopAPI() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.api.kill()
}

func (c *Cluster) StartAPI(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var err error
	if c.api, err = c.startAPI(); err != nil {
		return err
	}
	return c.ready(ctx)
}

// freePort is a port that nobody listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
