package starter

import (
	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func cloneCommand() *cli.Command {
	return &cli.Command{
		Name: gennaker.OpClone, Usage: "deploy a server group like another one", ArgsUsage: "NAME",
		Description: `gennaker server-groups clone shop-prod-v003 --account local
gennaker server-groups clone shop-prod --target newest --image ami-0123 --strategy redblack --account prod
gennaker server-groups clone shop-test-v007 --into shop-prod --account local

Without --strategy the others stay as they are.`,
		Flags: changeFlags(targetFlag(),
			&cli.StringFlag{Name: "image", Usage: "start from `IMAGE` instead"},
			&cli.StringFlag{Name: "capacity", Usage: "`N` instances, or MIN/DESIRED/MAX; else as big as the other"},
			&cli.StringFlag{Name: "strategy", Usage: "what becomes of the others: `STRATEGY` is highlander, redblack or rollingredblack"},
			&cli.StringFlag{Name: "into", Usage: "the `CLUSTER` that it is made in; else that of the other"},
			&cli.StringFlag{Name: "into-region", Usage: "the `REGION` that it is made in; else that of the other"},
		),
		Action: func(c *cli.Context) error {
			op, err := cloneOperation(c)
			if err != nil {
				return err
			}
			return operate(c, op)
		},
	}
}

// cloneOperation reads the command line of clone.
func cloneOperation(c *cli.Context) (gennaker.Operation, error) {
	op, err := serverGroupOperation(c, gennaker.OpClone)
	if err != nil {
		return op, err
	}
	if op.Config, err = capacityFields(c); err != nil {
		return op, err
	}
	for flag, field := range map[string]string{"image": "imageId", "strategy": "strategy"} {
		if text := c.String(flag); text != "" {
			op.Config[field] = text
		}
	}
	source := op.Cluster
	op.Source = &source
	if into := c.String("into"); into != "" {
		op.Cluster.Name = into
	}
	if region := c.String("into-region"); region != "" {
		op.Cluster.Region = region
	}
	return op, nil
}
