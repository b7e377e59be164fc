package starter

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func clustersCommand() *cli.Command {
	return &cli.Command{
		Name:  "clusters",
		Usage: "list clusters, and change all server groups of one by hand",
		Description: `gennaker clusters list --application shop
gennaker clusters shrink shop-prod --to 2 --account local
gennaker clusters rollback shop-prod --account local

A cluster is all server groups of one application, stack and detail in one
place. The newest are kept; what takes traffic is left alone unless --active is
given, and the last that serves unless --allow-last is.`,
		Subcommands: []*cli.Command{
			clustersListCommand(),
			clusterCommand(wide{name: "disable", kind: gennaker.OpDisableCluster, usage: "take all but the newest server groups out of traffic",
				example: "gennaker clusters disable shop-prod --account local\ngennaker clusters disable shop-prod --keep 2 --account local",
				size:    &cli.IntFlag{Name: "keep", Value: 1, Usage: "leave `N` in traffic"}, field: "remainingEnabledServerGroups", larger: "preferLargerOverNewer"}),
			clusterCommand(wide{name: "scale-down", kind: gennaker.OpScaleDown, usage: "take the instances of all but the newest server groups away",
				example: "gennaker clusters scale-down shop-prod --account local",
				size:    &cli.IntFlag{Name: "keep", Value: 1, Usage: "leave `N` their instances"}, field: "remainingFullSizeServerGroups", larger: "preferLargerOverNewer", active: "allowScaleDownActive"}),
			clusterCommand(wide{name: "shrink", kind: gennaker.OpShrink, usage: "destroy all but the newest server groups",
				example: "gennaker clusters shrink shop-prod --to 2 --account local\ngennaker clusters shrink shop-prod --to 1 --active --account local",
				size:    &cli.IntFlag{Name: "to", Value: 1, Usage: "leave `N`"}, field: "shrinkToSize", larger: "retainLargerOverNewer", active: "allowDeleteActive"}),
			rollbackCommand("clusters"),
		},
	}
}

// wide is a command that changes a whole cluster.
type wide struct {
	name, kind, usage, example string
	size                       *cli.IntFlag // how many server groups are kept
	field                      string       // and the field of the stage for it
	larger                     string       // the field that keeps the larger ones
	active                     string       // the field that allows to take what is in traffic; empty if that is what it is for
}

func clusterCommand(w wide) *cli.Command {
	flags := []cli.Flag{w.size, allowLastFlag(),
		&cli.BoolFlag{DisableDefaultText: true, Name: "larger", Usage: "keep those with the most instances, and not the newest"}}
	if w.active != "" {
		flags = append(flags, &cli.BoolFlag{DisableDefaultText: true, Name: "active", Usage: "also those that take traffic"})
	}
	return &cli.Command{
		Name: w.name, Usage: w.usage, ArgsUsage: "CLUSTER", Description: w.example, Flags: changeFlags(flags...),
		Action: func(c *cli.Context) error {
			op, err := w.operation(c)
			if err != nil {
				return err
			}
			return operate(c, op)
		},
	}
}

// operation reads the command line.
func (w wide) operation(c *cli.Context) (gennaker.Operation, error) {
	location, name, err := changeTarget(c, "CLUSTER")
	if err != nil {
		return gennaker.Operation{}, err
	}
	n := c.Int(w.size.Name)
	if n < 0 {
		return gennaker.Operation{}, usagef("--%s %d: give a number of server groups", w.size.Name, n)
	}
	config := map[string]any{w.field: n}
	for flag, field := range map[string]string{"larger": w.larger, "active": w.active, "allow-last": "allowLastServerGroup"} {
		if c.Bool(flag) {
			config[field] = true
		}
	}
	return gennaker.Operation{Kind: w.kind, Config: config, User: userName(c), Cluster: gennaker.ClusterRef{Location: location, Name: name}}, nil
}

func clustersListCommand() *cli.Command {
	return &cli.Command{
		Name:      "list",
		Usage:     "list clusters",
		ArgsUsage: " ",
		Description: `gennaker clusters list
gennaker clusters list --application shop -o json`,
		Flags: append(scopeFlags(), outputFlag()),
		Action: withoutArguments(func(c *cli.Context, s *session) error {
			q := scopeQuery(c)
			q.Brief = true
			inventory, err := s.inventory(c.Context, q)
			if err != nil {
				return err
			}
			clusters := clustersOf(inventory.ServerGroups)
			if err := emit(c, clusters, func() []line { return clusterLines(clusters) }); err != nil {
				return err
			}
			return unread(c, inventory.Accounts)
		}),
	}
}

// cluster is what is known of one.
type cluster struct {
	gennaker.ClusterRef
	ServerGroups []string `json:"serverGroups"`
	Enabled      []string `json:"enabled"`
	Up           int      `json:"up"`              // instances of the enabled ones
	Instances    int      `json:"instances"`       // of all
	Image        string   `json:"image,omitempty"` // of the newest that is enabled
}

// clustersOf puts server groups, the oldest first, together by their cluster.
func clustersOf(groups []gennaker.ServerGroup) []cluster {
	list := []cluster{} // in JSON, none is [] and not null
	at := map[gennaker.ClusterRef]int{}
	for _, g := range groups {
		ref := gennaker.ClusterRef{Location: g.Location, Name: g.Moniker.Cluster()}
		if _, known := at[ref]; !known {
			at[ref] = len(list)
			list = append(list, cluster{ClusterRef: ref, Enabled: []string{}})
		}
		c := &list[at[ref]]
		c.ServerGroups = append(c.ServerGroups, g.Name)
		c.Instances += len(g.Instances)
		if g.Enabled {
			c.Enabled = append(c.Enabled, g.Name)
			c.Up += g.Count(gennaker.Up)
			c.Image = g.Image
		}
	}
	return list
}

func clusterLines(clusters []cluster) []line {
	if len(clusters) == 0 {
		return []line{{plain("no clusters")}}
	}
	rows := make([][]span, len(clusters))
	for i, c := range clusters {
		enabled := span{strings.Join(c.Enabled, ","), green}
		if len(c.Enabled) == 0 {
			enabled = span{"none", dim}
		}
		rows[i] = []span{plain(c.Name), plain(c.Account), plain(c.Region), plain(fmt.Sprint(len(c.ServerGroups))),
			enabled, plain(fmt.Sprintf("%d/%d", c.Up, c.Instances)), plain(c.Image)}
	}
	return table([]string{"CLUSTER", "ACCOUNT", "REGION", "SERVER GROUPS", "IN TRAFFIC", "UP", "IMAGE"}, rows)
}

// scopeFlags narrow a list of what accounts hold.
func scopeFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "application", Usage: "only those of `APPLICATION`"},
		&cli.StringFlag{Name: "account", Usage: "only those in `ACCOUNT`"},
		&cli.StringFlag{Name: "region", Usage: "only those in `REGION`"},
		&cli.StringFlag{Name: "cluster", Usage: "only those of the cluster called `NAME`"},
	}
}

func scopeQuery(c *cli.Context) gennaker.InventoryQuery {
	return gennaker.InventoryQuery{
		Account: c.String("account"),
		Scope:   gennaker.Scope{Region: c.String("region"), Application: c.String("application"), Cluster: c.String("cluster")},
	}
}
