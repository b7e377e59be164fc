package aws

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"golang.org/x/sync/errgroup"

	"github.com/gennaker/gennaker"
)

const (
	// largestPage is the most groups that AWS tells at once, by name or not.
	largestPage = 100
	// pagesAtOnce is how many pages of groups are looked at at the same time.
	// More would be in memory, too.
	pagesAtOnce = 4
	// sequences are those that names of server groups have: v000 to v999.
	sequences = 1000
	// clusterPages are the pages that all names of a cluster fill. In a region
	// with more it takes fewer requests, and no waiting for one another, to ask
	// for every name that a server group of the cluster can have.
	clusterPages = sequences/largestPage + 1
)

// List returns the server groups in scope, oldest first. AWS cannot be asked
// for the groups of a cluster: a filter by tag would miss those that others
// made. So List reads all groups of a region and looks closer at those in
// scope; of a cluster in a region with more than 1,100 groups it asks for the
// names. There it misses those whose sequence is over 999, which neither
// Gennaker nor Spinnaker makes.
func (c *Cloud) List(ctx context.Context, scope gennaker.Scope) ([]gennaker.ServerGroup, error) {
	var found collected
	reading := together()
	for _, r := range c.regions.Within(scope.Region) {
		reading.Go(func() error {
			if err := r.list(ctx, scope, &found); err != nil {
				return fmt.Errorf("aws: list server groups in %s: %w", r.Region, err)
			}
			return nil
		})
	}
	if err := reading.Wait(); err != nil {
		return nil, err
	}
	gennaker.SortServerGroups(found.list)
	return found.list, nil
}

// collected are server groups that are found at the same time.
type collected struct {
	mu   sync.Mutex // guards list
	list []gennaker.ServerGroup
}

func (c *collected) add(list []gennaker.ServerGroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, list...)
}

// list finds the server groups in scope. It looks at the groups of one page
// while it reads the next.
func (r *region) list(ctx context.Context, scope gennaker.Scope, found *collected) error {
	looking, ctx := errgroup.WithContext(ctx)
	looking.SetLimit(pagesAtOnce)
	said := r.survey()
	look := func(page []types.AutoScalingGroup) {
		if page = within(scope, page); len(page) == 0 {
			return
		}
		looking.Go(func() error {
			seen, err := r.look(ctx, page, said)
			found.add(seen)
			return err
		})
	}
	read := r.readAll
	if scope.Cluster != "" {
		read = r.readCluster
	}
	err := read(ctx, scope.Cluster, look)
	if failed := looking.Wait(); failed != nil {
		return failed // for which the reading was given up
	}
	return err
}

func within(scope gennaker.Scope, page []types.AutoScalingGroup) []types.AutoScalingGroup {
	var list []types.AutoScalingGroup
	for _, g := range page {
		m := gennaker.ParseMoniker(*g.AutoScalingGroupName)
		if (scope.Application == "" || scope.Application == m.App) && (scope.Cluster == "" || scope.Cluster == m.Cluster()) {
			list = append(list, g)
		}
	}
	return list
}

// readAll reads the groups of the region page by page.
func (r *region) readAll(ctx context.Context, _ string, look func([]types.AutoScalingGroup)) error {
	n, _, err := r.readPages(ctx, 0, look)
	if err == nil {
		r.big.Store(n > clusterPages)
	}
	return err
}

// readCluster reads the groups of a cluster, and maybe others.
func (r *region) readCluster(ctx context.Context, cluster string, look func([]types.AutoScalingGroup)) error {
	if r.big.Load() {
		return r.readNamed(ctx, clusterNames(cluster), look)
	}
	var pages [][]types.AutoScalingGroup
	_, all, err := r.readPages(ctx, clusterPages, func(page []types.AutoScalingGroup) {
		pages = append(pages, within(gennaker.Scope{Cluster: cluster}, page))
	})
	if err != nil {
		return err
	}
	if !all {
		r.big.Store(true)
		return r.readNamed(ctx, clusterNames(cluster), look)
	}
	for _, page := range pages {
		look(page)
	}
	return nil
}

// readPages reads the region's groups, at most that many pages if not 0. It
// tells how many it read, and whether those were all.
func (r *region) readPages(ctx context.Context, most int, look func([]types.AutoScalingGroup)) (n int, all bool, err error) {
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(r.groups,
		&autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: aws.Int32(largestPage)})
	for pages.HasMorePages() {
		if most > 0 && n == most {
			return n, false, nil
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			return n, false, kinded(err)
		}
		n++
		look(page.AutoScalingGroups)
	}
	return n, true, nil
}

// readNamed reads those groups of such names that there are.
func (r *region) readNamed(ctx context.Context, names []string, look func([]types.AutoScalingGroup)) error {
	reading := together()
	for _, some := range pieces(names, largestPage) {
		reading.Go(func() error {
			found, err := r.describeGroups(ctx, some)
			if err == nil {
				look(found)
			}
			return err
		})
	}
	return reading.Wait()
}

func (r *region) describeGroups(ctx context.Context, names []string) ([]types.AutoScalingGroup, error) {
	found, err := r.groups.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{
		AutoScalingGroupNames: names, MaxRecords: aws.Int32(largestPage)})
	if err != nil {
		return nil, kinded(err)
	}
	return found.AutoScalingGroups, nil
}

// clusterNames are all names that a server group of a cluster can have.
func clusterNames(cluster string) []string {
	names := []string{cluster}
	for n := range sequences {
		names = append(names, fmt.Sprintf("%s-v%03d", cluster, n))
	}
	return names
}
