package kubetest

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

//go:embed stages.yaml
var stages string // how kwok takes nodes and pods through their lives

//go:embed logs
var logs embed.FS

// writeLogs writes kwok's configuration: the stages, and what containers have
// written, by their names.
func (c *Cluster) writeLogs() error {
	files, err := logs.ReadDir("logs")
	if err != nil {
		return err
	}
	config := strings.Builder{}
	config.WriteString(stages)
	config.WriteString("---\napiVersion: kwok.x-k8s.io/v1alpha1\nkind: ClusterLogs\nmetadata: {name: logs}\nspec:\n  logs:\n")
	for _, f := range files {
		text, err := logs.ReadFile("logs/" + f.Name())
		if err != nil {
			return err
		}
		path := filepath.Join(c.dir, f.Name())
		if err := os.WriteFile(path, written(text), 0o600); err != nil {
			return err
		}
		fmt.Fprintf(&config, "  - {containers: [%q], logsFile: %q}\n", strings.TrimSuffix(f.Name(), ".log"), path)
	}
	return os.WriteFile(c.file("kwok.yaml"), []byte(config.String()), 0o600)
}

// written are the lines of a log as container runtimes write them.
func written(log []byte) []byte {
	var lines []byte
	for line := range bytes.Lines(log) {
		lines = append(append(lines, "2026-01-01T00:00:00Z stdout F "...), line...)
	}
	return lines
}

// addNode adds the one node and waits until pods can be put on it.
func (c *Cluster) addNode(ctx context.Context) error {
	room := core.ResourceList{"cpu": resource.MustParse("1k"), "memory": resource.MustParse("4Ti"),
		"pods": resource.MustParse("20k"), "ephemeral-storage": resource.MustParse("4Ti")}
	node := &core.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "node-1", Labels: map[string]string{"kubernetes.io/hostname": "node-1"}},
		Status:     core.NodeStatus{Allocatable: room, Capacity: room},
	}
	if _, err := c.Client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("add a node: %w", err)
	}
	for ; ; time.Sleep(50 * time.Millisecond) {
		found, err := c.Client.CoreV1().Nodes().Get(ctx, node.Name, metav1.GetOptions{})
		if err != nil {
			return fmt.Errorf("wait for the node: %w", err)
		}
		for _, condition := range found.Status.Conditions {
			if condition.Type == core.NodeReady && condition.Status == core.ConditionTrue {
				return nil
			}
		}
		for _, p := range c.others {
			if err := p.over(); err != nil {
				return err
			}
		}
	}
}
