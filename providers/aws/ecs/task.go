package ecs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/gennaker/gennaker"
	amazon "github.com/gennaker/gennaker/providers/aws"
)

// task is a task of a service, with the EC2 instance that it runs on, if it
// runs on one.
type task struct {
	types.Task
	machine string
}

// each is up to how many services are asked for their tasks one by one. Of
// more, the tasks of the whole cluster are listed.
const each = 4

// mostTasks is how many tasks, or container instances, ECS describes at once.
const mostTasks = 100

// tasks are the tasks of services of one cluster, by the service's name,
// oldest first: those that run or shall run, and those that still answer what
// they have before they stop.
func (r *region) tasks(ctx context.Context, services []service) (map[string][]task, error) {
	cluster := services[0].cluster
	arns, err := r.taskARNs(ctx, cluster, services)
	if err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	var mu sync.Mutex // guards all
	var all []task
	reading := together()
	for piece := range slices.Chunk(arns, mostTasks) {
		reading.Go(func() error {
			found, err := r.ecs.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: &cluster, Tasks: piece})
			if err != nil {
				return fmt.Errorf("tasks: %w", amazon.Kinded(err))
			}
			mu.Lock()
			defer mu.Unlock()
			for _, t := range found.Tasks {
				if aws.ToString(t.LastStatus) != "STOPPED" {
					all = append(all, task{Task: t})
				}
			}
			return nil
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	if err := r.addMachines(ctx, cluster, services, all); err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b task) int {
		if at := aws.ToTime(a.CreatedAt).Compare(aws.ToTime(b.CreatedAt)); at != 0 {
			return at
		}
		return strings.Compare(*a.TaskArn, *b.TaskArn)
	})
	byService := map[string][]task{}
	for _, t := range all {
		if name, ok := strings.CutPrefix(aws.ToString(t.Group), "service:"); ok {
			byService[name] = append(byService[name], t)
		}
	}
	return byService, nil
}

// taskARNs lists tasks by both states that are wanted of them.
func (r *region) taskARNs(ctx context.Context, cluster string, services []service) ([]string, error) {
	names := []*string{nil} // all of the cluster
	if len(services) <= each {
		names = nil
		for _, s := range services {
			names = append(names, s.ServiceName)
		}
	}
	var mu sync.Mutex // guards all
	var all []string
	reading := together()
	for _, name := range names {
		for _, wanted := range []types.DesiredStatus{types.DesiredStatusRunning, types.DesiredStatusStopped} {
			reading.Go(func() error {
				pages := ecs.NewListTasksPaginator(r.ecs, &ecs.ListTasksInput{Cluster: &cluster, ServiceName: name, DesiredStatus: wanted})
				for pages.HasMorePages() {
					page, err := pages.NextPage(ctx)
					if err := amazon.Kinded(err); errors.Is(err, gennaker.ErrNotFound) {
						return nil // the service is gone meanwhile
					} else if err != nil {
						return err
					}
					mu.Lock()
					all = append(all, page.TaskArns...)
					mu.Unlock()
				}
				return nil
			})
		}
	}
	return all, reading.Wait()
}

// addMachines finds the EC2 instances of tasks that load balancers know by
// them: those without an address of their own.
func (r *region) addMachines(ctx context.Context, cluster string, services []service, tasks []task) error {
	if !slices.ContainsFunc(services, func(s service) bool { return len(s.LoadBalancers) > 0 }) {
		return nil
	}
	var hosts []string
	for _, t := range tasks {
		if host := aws.ToString(t.ContainerInstanceArn); host != "" && t.address() == "" && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	machines := map[string]string{}
	for piece := range slices.Chunk(hosts, mostTasks) {
		found, err := r.ecs.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{Cluster: &cluster, ContainerInstances: piece})
		if err != nil {
			return fmt.Errorf("container instances: %w", amazon.Kinded(err))
		}
		for _, i := range found.ContainerInstances {
			machines[aws.ToString(i.ContainerInstanceArn)] = aws.ToString(i.Ec2InstanceId)
		}
	}
	for i := range tasks {
		tasks[i].machine = machines[aws.ToString(tasks[i].ContainerInstanceArn)]
	}
	return nil
}

// address is the task's own, if it has a network interface.
func (t task) address() string {
	for _, a := range t.Attachments {
		for _, d := range a.Details {
			if aws.ToString(d.Name) == "privateIPv4Address" {
				return aws.ToString(d.Value)
			}
		}
	}
	return ""
}

// hostPort is where on its machine a port of a container is, or 0.
func (t task) hostPort(container string, port int32) int32 {
	for _, c := range t.Containers {
		if aws.ToString(c.Name) != container {
			continue
		}
		for _, b := range c.NetworkBindings {
			if aws.ToInt32(b.ContainerPort) == port {
				return aws.ToInt32(b.HostPort)
			}
		}
	}
	return 0
}
