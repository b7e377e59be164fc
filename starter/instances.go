package starter

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func instancesCommand() *cli.Command {
	return &cli.Command{
		Name:  "instances",
		Usage: "list, terminate and reboot instances",
		Description: `gennaker instances list --cluster shop-prod
gennaker instances terminate i-0123 --account prod --region us-west-2
gennaker instances reboot shop-prod-v003-x7k2m9qa --account local`,
		Subcommands: []*cli.Command{
			instancesListCommand(),
			memberCommand(gennaker.OpTerminate, "end instances for good; others take their place",
				`gennaker instances terminate i-0123 i-0456 --account prod --region us-west-2
gennaker instances terminate i-0123 --shrink --account prod --region us-west-2

With --shrink the server group wants that many fewer, down to its min;
--lower-min lowers that too.`,
				&cli.BoolFlag{DisableDefaultText: true, Name: "shrink", Usage: "let the server group want that many fewer"},
				&cli.BoolFlag{DisableDefaultText: true, Name: "lower-min", Usage: "with --shrink: lower its min too, if need be"}, allowLastFlag()),
			memberCommand(gennaker.OpReboot, "start instances anew and wait until they are up",
				"gennaker instances reboot i-0123 --account prod --region us-west-2"),
		},
	}
}

func instancesListCommand() *cli.Command {
	return &cli.Command{
		Name:      "list",
		Usage:     "list instances with their health",
		ArgsUsage: "[SERVER-GROUP]",
		Description: `gennaker instances list shop-prod-v003
gennaker instances list --application shop --account local -o json`,
		Flags: append(scopeFlags(), outputFlag()),
		Action: func(c *cli.Context) error {
			if err := arguments(c, 1); err != nil {
				return err
			}
			return online(listInstances)(c)
		},
	}
}

// member is an instance and where it is.
type member struct {
	gennaker.ServerGroupRef
	gennaker.Instance
}

func listInstances(c *cli.Context, s *session) error {
	q, name := scopeQuery(c), c.Args().First()
	if name != "" {
		q.Cluster = gennaker.ParseMoniker(name).Cluster()
	}
	inventory, err := s.inventory(c.Context, q)
	if err != nil {
		return err
	}
	if inventory.LeftOut != "" {
		return failedf("there are too many instances for one list: narrow it with --cluster, --region or --account, or name a server group")
	}
	list := []member{} // in JSON, none is [] and not null
	there := false
	for _, g := range inventory.ServerGroups {
		if name != "" && g.Name != name {
			continue
		}
		there = true
		for _, i := range g.Instances {
			list = append(list, member{g.Ref(), i})
		}
	}
	if name != "" && !there {
		return notFoundf("server group %s: there is none: `gennaker server-groups list` shows what there is", name)
	}
	if err := emit(c, list, func() []line { return memberLines(list) }); err != nil {
		return err
	}
	return unread(c, inventory.Accounts)
}

func memberLines(list []member) []line {
	if len(list) == 0 {
		return []line{{plain("no instances")}}
	}
	rows := make([][]span, len(list))
	for i, m := range list {
		rows[i] = []span{plain(m.ID), plain(m.Name), plain(m.Account), plain(m.Region), health(m.Health),
			plain(checks(m.Checks)), plain(m.Address), plain(m.Launched.Local().Format("2006-01-02 15:04:05")), plain(m.Reason)}
	}
	return table([]string{"INSTANCE", "SERVER GROUP", "ACCOUNT", "REGION", "HEALTH", "CHECKS", "ADDRESS", "LAUNCHED", "REASON"}, rows)
}

func health(h gennaker.Health) span {
	switch h {
	case gennaker.Up:
		return span{string(h), green}
	case gennaker.Down:
		return span{string(h), red}
	}
	return span{string(h), dim}
}

// checks are what each health provider says.
func checks(list []gennaker.Check) string {
	var all []string
	for _, c := range list {
		all = append(all, c.Provider+"="+string(c.Health))
	}
	return strings.Join(all, ",")
}

func memberCommand(kind, usage, example string, more ...cli.Flag) *cli.Command {
	return &cli.Command{
		Name: kind, Usage: usage, ArgsUsage: "INSTANCE...", Description: example,
		Flags: changeFlags(append(more, &cli.StringFlag{Name: "server-group", Usage: "the server group called `NAME`, if you know it: then no other is looked at"})...),
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return usagef("INSTANCE is missing: `gennaker instances list` shows what there is")
			}
			at, err := locationOf(c)
			if err != nil {
				return err
			}
			return online(func(c *cli.Context, s *session) error { return s.changeMembers(c, kind, at) })(c)
		},
	}
}

// changeMembers makes an operation on the instances that the line names, one in
// each server group that has some of them.
func (s *session) changeMembers(c *cli.Context, kind string, at gennaker.Location) error {
	refs, err := s.members(c, at)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		config := map[string]any{"instanceIds": ref.IDs}
		for flag, field := range map[string]string{"shrink": "decrement", "lower-min": "adjustMinIfNecessary", "allow-last": "allowLastServerGroup"} {
			if c.Bool(flag) {
				config[field] = true
			}
		}
		op := gennaker.Operation{Kind: kind, Cluster: ref.Cluster(), ServerGroup: ref.Name, Config: config, User: s.user}
		if err := s.operate(c, op); err != nil {
			return err
		}
	}
	return nil
}

// members are the instances of the line by their server groups.
func (s *session) members(c *cli.Context, at gennaker.Location) ([]gennaker.InstancesRef, error) {
	ids := c.Args().Slice()
	if name := c.String("server-group"); name != "" {
		return []gennaker.InstancesRef{{ServerGroupRef: gennaker.ServerGroupRef{Location: at, Name: name}, IDs: ids}}, nil
	}
	inventory, err := s.inventory(c.Context, gennaker.InventoryQuery{Account: at.Account, Scope: gennaker.Scope{Region: at.Region}})
	if err != nil {
		return nil, err
	}
	if err := unread(c, inventory.Accounts); err != nil {
		return nil, err
	}
	if inventory.LeftOut != "" {
		return nil, failedf("%s/%s has too many instances to look for them: name their server group with --server-group", at.Account, at.Region)
	}
	var refs []gennaker.InstancesRef
	missing := slices.Clone(ids)
	for _, g := range inventory.ServerGroups {
		if here := g.Having(ids); len(here) > 0 {
			refs = append(refs, gennaker.InstancesRef{ServerGroupRef: g.Ref(), IDs: here})
			missing = slices.DeleteFunc(missing, func(id string) bool { return slices.Contains(here, id) })
		}
	}
	if len(missing) > 0 {
		return nil, notFoundf("instance %s: no server group in %s/%s has it: `gennaker instances list` shows those there are",
			strings.Join(missing, ", "), at.Account, at.Region)
	}
	return refs, nil
}

func showCommand() *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "show a server group with its instances", ArgsUsage: "NAME",
		Description: `gennaker server-groups show shop-prod-v003
gennaker server-groups show shop-prod-v003 --account prod --region us-west-2 -o yaml`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "account", Usage: "the `ACCOUNT` it is in, if there are several"},
			&cli.StringFlag{Name: "region", Usage: "the `REGION` it is in, if there are several"},
			outputFlag(),
		},
		Action: func(c *cli.Context) error {
			if err := arguments(c, 1); err != nil {
				return err
			}
			if c.Args().First() == "" {
				return usagef("NAME is missing: `gennaker server-groups list` shows what there is")
			}
			return online(showServerGroup)(c)
		},
	}
}

func showServerGroup(c *cli.Context, s *session) error {
	name := c.Args().First()
	inventory, err := s.inventory(c.Context, gennaker.InventoryQuery{Account: c.String("account"),
		Scope: gennaker.Scope{Region: c.String("region"), Cluster: gennaker.ParseMoniker(name).Cluster()}})
	if err != nil {
		return err
	}
	found := slices.DeleteFunc(inventory.ServerGroups, func(g gennaker.ServerGroup) bool { return g.Name != name })
	switch len(found) {
	case 0:
		if err := unread(c, inventory.Accounts); err != nil {
			return err
		}
		return notFoundf("server group %s: there is none: `gennaker server-groups list` shows what there is", name)
	case 1:
		return emit(c, found[0], func() []line { return groupLines(found[0]) })
	}
	return usagef("server group %s: there are %d: say which with --account and --region", name, len(found))
}

// groupLines are a server group and its instances.
func groupLines(g gennaker.ServerGroup) []line {
	lines := serverGroupLines([]gennaker.ServerGroup{g})
	for _, pair := range []struct{ name, value string }{
		{"suspended", strings.Join(g.Suspended, ", ")},
		{"made by", madeBy(g.Marks)},
		{"image before", g.Marks[gennaker.MarkPreviousImage]},
	} {
		if pair.value != "" {
			lines = append(lines, line{span{pair.name + ": ", dim}, plain(pair.value)})
		}
	}
	var members []member
	for _, i := range g.Instances {
		members = append(members, member{g.Ref(), i})
	}
	return append(append(lines, line{}), memberLines(members)...)
}

func madeBy(marks map[string]string) string {
	execution, stage := marks[gennaker.MarkExecution], marks[gennaker.MarkStage]
	if execution == "" || stage == "" {
		return execution
	}
	return fmt.Sprintf("%s, stage %s", execution, stage)
}
