package starter

import (
	"fmt"
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
gennaker server-groups show shop-prod-v003 --account local
gennaker server-groups resize shop-prod-v003 --capacity 5 --account local
gennaker server-groups disable shop-prod --target oldest --account local
gennaker server-groups rollback shop-prod --account local

A change goes through the same door as a deployment: a cluster is changed by
one at a time, and nothing takes its last healthy server group away unless
--allow-last is given. NAME is a server group; with --target it is a cluster,
whose newest, previous or oldest server group is meant.`,
		Subcommands: []*cli.Command{
			serverGroupsListCommand(),
			showCommand(),
			cloneCommand(),
			resizeCommand(),
			changeCommand(change{kind: gennaker.OpEnable, usage: "put a server group into traffic",
				example: "gennaker server-groups enable shop-prod-v002 --account local"}),
			changeCommand(change{kind: gennaker.OpDisable, usage: "take a server group out of traffic; its instances stay", guarded: true,
				example: "gennaker server-groups disable shop-prod-v002 --account local\ngennaker server-groups disable shop-prod-v002 --percent 50 --account local",
				flags:   []cli.Flag{&cli.IntFlag{Name: "percent", Usage: "only `PERCENT` of its instances, where the cloud can"}}, fields: percentFields}),
			changeCommand(change{kind: gennaker.OpDestroy, usage: "remove a server group and its instances", guarded: true,
				example: "gennaker server-groups destroy shop-prod-v001 --account local --wait\ngennaker server-groups destroy shop-prod --target oldest --account local"}),
			processesCommand(),
			rollbackCommand("server-groups"),
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
		Flags: append(scopeFlags(), outputFlag()),
		Action: withoutArguments(func(c *cli.Context, s *session) error {
			return listServerGroups(c, s)
		}),
	}
}

func listServerGroups(c *cli.Context, s *session) error {
	q := scopeQuery(c)
	q.Brief = c.String("output") == formats[0]
	inventory, err := s.inventory(c.Context, q)
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
