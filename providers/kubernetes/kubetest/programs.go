package kubetest

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
)

func (c *Cluster) run(program string, args ...string) (*process, error) {
	return run(c.dir, exec.Command(filepath.Join(c.tools, program), args...))
}

func (c *Cluster) file(name string) string { return filepath.Join(c.dir, name) }

func (c *Cluster) startEtcd() (*process, error) {
	clients, peers := local(c.etcdPort), local(c.peers)
	return c.run("etcd", "--data-dir="+c.file("etcd"), "--unsafe-no-fsync", "--log-level=error",
		"--listen-client-urls="+clients, "--advertise-client-urls="+clients,
		"--listen-peer-urls="+peers, "--initial-advertise-peer-urls="+peers, "--initial-cluster=default="+peers)
}

func (c *Cluster) startAPI() (*process, error) {
	return c.run("kube-apiserver", "--etcd-servers="+local(c.etcdPort), "--cert-dir="+c.file("certs"),
		"--bind-address=127.0.0.1", "--secure-port="+strconv.Itoa(c.apiPort),
		"--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/16",
		"--authorization-mode=RBAC", "--token-auth-file="+c.file("tokens.csv"),
		"--service-account-issuer="+c.URL, "--service-account-key-file="+c.file("sa.key"), "--service-account-signing-key-file="+c.file("sa.key"),
		"--kubelet-preferred-address-types=InternalIP", "--allow-privileged=true", "--profiling=false",
		"--disable-admission-plugins=TaintNodesByCondition") // nobody would take the taint off again
}

// controllers are those that tests need. Each costs a little.
const controllers = "replicaset-controller,deployment-controller,statefulset-controller,daemonset-controller," +
	"job-controller,cronjob-controller,ttl-after-finished-controller,endpointslice-controller,garbage-collector-controller," +
	"namespace-controller,serviceaccount-controller,disruption-controller,resourcequota-controller"

func (c *Cluster) startControllers() (*process, error) {
	return c.run("kube-controller-manager", "--kubeconfig="+c.Kubeconfig(), "--controllers="+controllers,
		"--leader-elect=false", "--secure-port=0", "--profiling=false",
		"--kube-api-qps=500", "--kube-api-burst=1000", "--endpointslice-updates-batch-period=0s",
		"--service-account-private-key-file="+c.file("sa.key"), "--use-service-account-credentials=false")
}

func (c *Cluster) startScheduler() (*process, error) {
	return c.run("kube-scheduler", "--kubeconfig="+c.Kubeconfig(), "--leader-elect=false", "--secure-port=0", "--profiling=false",
		"--kube-api-qps=500", "--kube-api-burst=1000")
}

// startKwok starts what plays the nodes. It shows their logs as a kubelet does,
// under the API server's certificate.
func (c *Cluster) startKwok() (*process, error) {
	return c.run("kwok", "--kubeconfig="+c.Kubeconfig(), "--manage-all-nodes=true", "--cidr=10.0.0.1/16", "--node-ip=127.0.0.1",
		"--config="+c.file("kwok.yaml"), fmt.Sprintf("--server-address=127.0.0.1:%d", c.kubelet), fmt.Sprintf("--node-port=%d", c.kubelet),
		"--tls-cert-file="+c.file("certs/apiserver.crt"), "--tls-private-key-file="+c.file("certs/apiserver.key"))
}

func local(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }
