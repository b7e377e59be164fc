package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

var tailFlag = &cli.IntFlag{Name: "tail", Value: 200, Usage: "number of lines"}

var logsCommand = &cli.Command{
	Name:      "logs",
	Usage:     "print the last lines that an instance wrote, also when it is gone",
	ArgsUsage: "INSTANCE",
	Flags:     []cli.Flag{tailFlag},
	Action: func(c *cli.Context) error {
		instance, err := argument(c, "the instance's id, as list shows it")
		if err != nil {
			return err
		}
		cloud, err := connect(c)
		if err != nil {
			return err
		}
		text, err := cloud.Log(c.Context, instance, c.Int("tail"))
		fmt.Fprint(c.App.Writer, text)
		return err
	},
}
