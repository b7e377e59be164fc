package starter

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func serverGroupsCommand() *cli.Command {
	return &cli.Command{
		Name:    "server-groups",
		Aliases: []string{"sg"},
		Usage:   "list and change server groups by hand",
		Description: `gennaker server-groups list --application shop
gennaker server-groups resize shop-prod-v003 --capacity 5 --account local
gennaker server-groups rollback shop-prod --account local

A change goes through the same door as a deployment: a cluster is changed by
one at a time, and nothing takes its last healthy server group away unless
--allow-last is given.`,
		Subcommands: []*cli.Command{
			serverGroupsListCommand(),
			resizeCommand(),
			changeCommand(gennaker.OpEnable, "put a server group into traffic", "gennaker server-groups enable shop-prod-v002 --account local"),
			guardedCommand(gennaker.OpDisable, "take a server group out of traffic; its instances stay", "gennaker server-groups disable shop-prod-v002 --account local"),
			guardedCommand(gennaker.OpDestroy, "remove a server group and its instances", "gennaker server-groups destroy shop-prod-v001 --account local --wait"),
			rollbackCommand(),
		},
	}
}

func serverGroupsListCommand() *cli.Command {
	return &cli.Command{
		Name:      "list",
		Usage:     "list server groups",
		ArgsUsage: " ",
		Description: `gennaker server-groups list
gennaker server-groups list --application shop --account local -o json`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "application", Usage: "only server groups of `APPLICATION`"},
			&cli.StringFlag{Name: "account", Usage: "only server groups in `ACCOUNT`"},
			&cli.StringFlag{Name: "region", Usage: "only server groups in `REGION`"},
			&cli.StringFlag{Name: "cluster", Usage: "only server groups of the cluster called `NAME`"},
			outputFlag(),
		},
		Action: withoutArguments(func(c *cli.Context, s *session) error {
			return listServerGroups(c, s)
		}),
	}
}

func listServerGroups(c *cli.Context, s *session) error {
	inventory, err := s.inventory(c.Context, gennaker.InventoryQuery{
		Account: c.String("account"),
		Brief:   c.String("output") == formats[0],
		Scope:   gennaker.Scope{Region: c.String("region"), Application: c.String("application"), Cluster: c.String("cluster")},
	})
	if err != nil {
		return err
	}
	groups := append([]gennaker.ServerGroup{}, inventory.ServerGroups...)
	if err := emit(c, groups, func() []line { return serverGroupLines(groups) }); err != nil {
		return err
	}
	if inventory.LeftOut != "" && c.String("output") != formats[0] {
		if err := (page{out: c.App.ErrWriter}).say("left out: " + inventory.LeftOut); err != nil {
			return err
		}
	}
	return unread(c, inventory.Accounts)
}

// unread says which accounts are missing from a list.
func unread(c *cli.Context, accounts []gennaker.Account) error {
	missing := 0
	for _, a := range accounts {
		if a.Error == "" {
			continue
		}
		missing++
		if err := (page{out: c.App.ErrWriter}).say("account " + a.Name + ": " + a.Error); err != nil {
			return err
		}
	}
	if missing > 0 {
		return failedf("the list is not complete: %d of %d accounts could not be read", missing, len(accounts))
	}
	return nil
}

func serverGroupLines(groups []gennaker.ServerGroup) []line {
	if len(groups) == 0 {
		return []line{{plain("no server groups")}}
	}
	rows := make([][]span, len(groups))
	for i, g := range groups {
		traffic := span{"disabled", dim}
		if g.Enabled {
			traffic = span{"enabled", green}
		}
		rows[i] = []span{
			plain(g.Name), plain(g.Account), plain(g.Region), traffic,
			plain(fmt.Sprintf("%d/%d", g.Count(gennaker.Up), len(g.Instances))),
			plain(g.Capacity.String()), plain(g.Image),
			plain(strings.Join(g.LoadBalancers, ",")),
			plain(g.Created.Local().Format("2006-01-02 15:04:05")),
		}
	}
	return table([]string{"NAME", "ACCOUNT", "REGION", "TRAFFIC", "UP", "MIN/DESIRED/MAX", "IMAGE", "LOAD BALANCERS", "CREATED"}, rows)
}

// changeFlags are on every command that changes a cluster.
func changeFlags(more ...cli.Flag) []cli.Flag {
	return append(more,
		&cli.StringFlag{Name: "account", Usage: "the `ACCOUNT` it is in"},
		&cli.StringFlag{Name: "region", Value: gennaker.DefaultRegion, Usage: "the `REGION` it is in"},
		&cli.BoolFlag{DisableDefaultText: true, Name: "wait", Usage: "if somebody else is changing the cluster, wait until they are done"},
		&cli.BoolFlag{DisableDefaultText: true, Name: "detach", Usage: "do not wait for the result"},
		outputFlag(),
	)
}

func allowLastFlag() cli.Flag {
	return &cli.BoolFlag{DisableDefaultText: true, Name: "allow-last", Usage: "do it even to the last healthy server group of the cluster"}
}

func changeCommand(kind, usage, example string, more ...cli.Flag) *cli.Command {
	return &cli.Command{
		Name: kind, Usage: usage, ArgsUsage: "NAME", Description: example,
		Flags: changeFlags(more...),
		Action: func(c *cli.Context) error {
			op, err := serverGroupOperation(c, kind)
			if err != nil {
				return err
			}
			return operate(c, op)
		},
	}
}

func guardedCommand(kind, usage, example string) *cli.Command {
	return changeCommand(kind, usage, example, allowLastFlag())
}

func resizeCommand() *cli.Command {
	return changeCommand(gennaker.OpResize, "set how many instances a server group has",
		`gennaker server-groups resize shop-prod-v003 --capacity 5 --account local
gennaker server-groups resize shop-prod-v003 --capacity 1/3/9 --account local`,
		&cli.StringFlag{Name: "capacity", Usage: "`N` instances, or MIN/DESIRED/MAX"}, allowLastFlag())
}

func rollbackCommand() *cli.Command {
	return &cli.Command{
		Name: gennaker.OpRollback, Usage: "put the server group before the newest enabled one back into traffic",
		ArgsUsage: "CLUSTER",
		Description: `gennaker server-groups rollback shop-prod --account local
gennaker server-groups rollback shop-prod --account local --to shop-prod-v001 --healthy 50`,
		Flags: changeFlags(
			&cli.StringFlag{Name: "to", Usage: "go back to the server group called `NAME`"},
			&cli.IntFlag{Name: "healthy", Value: 100, Usage: "`PERCENT` of its instances that must be healthy first"},
		),
		Action: func(c *cli.Context) error {
			op, err := rollbackOperation(c)
			if err != nil {
				return err
			}
			return operate(c, op)
		},
	}
}

// rollbackOperation reads the command line of rollback.
func rollbackOperation(c *cli.Context) (gennaker.Operation, error) {
	location, name, err := changeTarget(c, "CLUSTER")
	if err != nil {
		return gennaker.Operation{}, err
	}
	config := map[string]any{}
	if c.IsSet("healthy") {
		if n := c.Int("healthy"); n < 0 || n > 100 {
			return gennaker.Operation{}, usagef("--healthy %d: give a percentage from 0 to 100", n)
		}
		config["targetHealthyRollbackPercentage"] = c.Int("healthy")
	}
	if to := c.String("to"); to != "" {
		config["originalServerGroup"] = to
	}
	return gennaker.Operation{Kind: gennaker.OpRollback, Config: config, User: userName(c),
		Cluster: gennaker.ClusterRef{Location: location, Name: name}}, nil
}

// serverGroupOperation reads the command line of a change to one server group.
func serverGroupOperation(c *cli.Context, kind string) (gennaker.Operation, error) {
	location, name, err := changeTarget(c, "NAME")
	if err != nil {
		return gennaker.Operation{}, err
	}
	config := map[string]any{}
	if kind == gennaker.OpResize {
		capacity, err := parseCapacity(c.String("capacity"))
		if err != nil {
			return gennaker.Operation{}, err
		}
		config["capacity"] = map[string]any{"min": capacity.Min, "desired": capacity.Desired, "max": capacity.Max}
	}
	if c.Bool("allow-last") {
		config["allowLastServerGroup"] = true
	}
	group := gennaker.ServerGroupRef{Location: location, Name: name}
	return gennaker.Operation{Kind: kind, Cluster: group.Cluster(), ServerGroup: name, Config: config, User: userName(c)}, nil
}

func changeTarget(c *cli.Context, what string) (gennaker.Location, string, error) {
	if err := arguments(c, 1); err != nil {
		return gennaker.Location{}, "", err
	}
	name, account := c.Args().First(), c.String("account")
	if name == "" {
		return gennaker.Location{}, "", usagef("%s is missing: `gennaker server-groups list` shows what there is", what)
	}
	if account == "" {
		return gennaker.Location{}, "", usagef("--account is missing: `gennaker accounts` shows what there is")
	}
	return gennaker.In(account, c.String("region")), name, nil
}

// parseCapacity reads N or MIN/DESIRED/MAX.
func parseCapacity(text string) (gennaker.Capacity, error) {
	parts := strings.Split(text, "/")
	var n []int
	for _, part := range parts {
		i, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return gennaker.Capacity{}, usagef("--capacity %q: give a number or MIN/DESIRED/MAX, such as 3 or 1/3/9", text)
		}
		n = append(n, i)
	}
	var capacity gennaker.Capacity
	switch len(n) {
	case 1:
		capacity = gennaker.Capacity{Min: n[0], Desired: n[0], Max: n[0]}
	case 3:
		capacity = gennaker.Capacity{Min: n[0], Desired: n[1], Max: n[2]}
	default:
		return capacity, usagef("--capacity %q: give a number or MIN/DESIRED/MAX, such as 3 or 1/3/9", text)
	}
	if err := capacity.Check(); err != nil {
		return capacity, usagef("--capacity: %v", err)
	}
	return capacity, nil
}
