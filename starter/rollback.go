package starter

import (
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

// rollbackCommand stands with the clusters and, as it always has, with the
// server groups.
func rollbackCommand(under string) *cli.Command {
	return &cli.Command{
		Name: gennaker.OpRollback, Usage: "go back to what a cluster ran before",
		ArgsUsage: "CLUSTER",
		Description: strings.ReplaceAll(`gennaker UNDER rollback shop-prod --account local
gennaker UNDER rollback shop-prod --account local --to shop-prod-v001 --healthy 50
gennaker UNDER rollback shop-prod --account prod --image ami-0123

Without --to and --image it goes back to a server group with the image that the
cluster had before. If there is none any more, one more is deployed with that
image; if nobody knows it, the server group before the newest enabled one is
put back into traffic. What it goes back to is healthy before anything is taken
out of traffic.`, "UNDER", under),
		Flags: changeFlags(
			&cli.StringFlag{Name: "to", Usage: "go back to the server group called `NAME`"},
			&cli.StringFlag{Name: "image", Usage: "deploy one more server group with `IMAGE`"},
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
	to, image := c.String("to"), c.String("image")
	switch {
	case to != "" && image != "":
		return gennaker.Operation{}, usagef("--to and --image: give one of them")
	case to != "":
		config["originalServerGroup"] = to
	case image != "":
		config["imageId"], config["rollbackType"] = image, gennaker.RollbackImage
	}
	return gennaker.Operation{Kind: gennaker.OpRollback, Config: config, User: userName(c),
		Cluster: gennaker.ClusterRef{Location: location, Name: name}}, nil
}
