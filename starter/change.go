package starter

import (
	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

// change is a command that changes one server group.
type change struct {
	kind    string // of gennaker.Operation, and the command's name
	usage   string
	example string
	flags   []cli.Flag
	guarded bool // it can take capacity away
	// fields are what the flags say, as the fields of a stage; nil if nothing.
	fields func(*cli.Context) (map[string]any, error)
}

func changeCommand(ch change) *cli.Command {
	flags := append(ch.flags, targetFlag())
	if ch.guarded {
		flags = append(flags, allowLastFlag())
	}
	return &cli.Command{
		Name: ch.kind, Usage: ch.usage, ArgsUsage: "NAME", Description: ch.example,
		Flags: changeFlags(flags...),
		Action: func(c *cli.Context) error {
			op, err := ch.operation(c)
			if err != nil {
				return err
			}
			return operate(c, op)
		},
	}
}

// operation reads the command line.
func (ch change) operation(c *cli.Context) (gennaker.Operation, error) {
	op, err := serverGroupOperation(c, ch.kind)
	if err != nil || ch.fields == nil {
		return op, err
	}
	fields, err := ch.fields(c)
	for name, value := range fields {
		op.Config[name] = value
	}
	return op, err
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

func targetFlag() cli.Flag {
	return &cli.StringFlag{Name: "target", Usage: "NAME is a cluster: `WHICH` of its server groups, newest, previous or oldest"}
}

// targets are the words of --target.
var targets = map[string]string{
	"newest":   gennaker.TargetCurrent,
	"previous": gennaker.TargetAncestor,
	"oldest":   gennaker.TargetOldest,
}

// serverGroupOperation reads the command line of a change to one server group.
func serverGroupOperation(c *cli.Context, kind string) (gennaker.Operation, error) {
	location, name, err := changeTarget(c, "NAME")
	if err != nil {
		return gennaker.Operation{}, err
	}
	op := gennaker.Operation{Kind: kind, Config: map[string]any{}, User: userName(c)}
	if c.Bool("allow-last") {
		op.Config["allowLastServerGroup"] = true
	}
	if word := c.String("target"); word != "" {
		target, ok := targets[word]
		if !ok {
			return op, usagef("--target %s: it is newest, previous or oldest", word)
		}
		op.Target, op.Cluster = target, gennaker.ClusterRef{Location: location, Name: name}
		return op, nil
	}
	group := gennaker.ServerGroupRef{Location: location, Name: name}
	op.Cluster, op.ServerGroup = group.Cluster(), name
	return op, nil
}

func changeTarget(c *cli.Context, what string) (gennaker.Location, string, error) {
	if err := arguments(c, 1); err != nil {
		return gennaker.Location{}, "", err
	}
	name := c.Args().First()
	if name == "" {
		return gennaker.Location{}, "", usagef("%s is missing: `gennaker server-groups list` shows what there is", what)
	}
	location, err := locationOf(c)
	return location, name, err
}

// locationOf is what --account and --region say.
func locationOf(c *cli.Context) (gennaker.Location, error) {
	account := c.String("account")
	if account == "" {
		return gennaker.Location{}, usagef("--account is missing: `gennaker accounts` shows what there is")
	}
	return gennaker.In(account, c.String("region")), nil
}

// percentFields read --percent.
func percentFields(c *cli.Context) (map[string]any, error) {
	if !c.IsSet("percent") {
		return nil, nil
	}
	n := c.Int("percent")
	if n < 1 || n > 100 {
		return nil, usagef("--percent %d: give a percentage from 1 to 100", n)
	}
	return map[string]any{"desiredPercentage": n}, nil
}

func processesCommand() *cli.Command {
	return changeCommand(change{kind: gennaker.OpProcesses, usage: "suspend or resume what a cloud does to a server group by itself",
		example: `gennaker server-groups processes shop-prod-v003 --suspend Launch,Terminate --account prod
gennaker server-groups processes shop-prod-v003 --resume Launch,Terminate --account prod`,
		flags: []cli.Flag{
			&cli.StringFlag{Name: "suspend", Usage: "`PROCESSES` to suspend, by the cloud's names"},
			&cli.StringFlag{Name: "resume", Usage: "`PROCESSES` to resume"},
		},
		fields: func(c *cli.Context) (map[string]any, error) {
			suspend, resume := c.String("suspend"), c.String("resume")
			switch {
			case suspend != "" && resume != "" || suspend+resume == "":
				return nil, usagef("give --suspend or --resume, with names such as Launch,Terminate")
			case resume != "":
				return map[string]any{"action": "resume", "processes": commas(resume)}, nil
			}
			return map[string]any{"action": "suspend", "processes": commas(suspend)}, nil
		}})
}
