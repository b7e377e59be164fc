package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

var environmentFlag = &cli.StringSliceFlag{Name: "env", Usage: "NAME=VALUE; may be repeated"}

// environmentOf reads the variables that the command gives to the program.
func environmentOf(c *cli.Context) (map[string]string, error) {
	variables := map[string]string{}
	for _, variable := range c.StringSlice("env") {
		name, value, ok := strings.Cut(variable, "=")
		if !ok {
			return nil, fmt.Errorf("--env %s: it must be NAME=VALUE", variable)
		}
		variables[name] = value
	}
	return variables, nil
}

// nameAndCommand reads the arguments NAME -- COMMAND [ARGUMENT...].
func nameAndCommand(c *cli.Context) (string, []string, error) {
	args := c.Args().Slice()
	if len(args) > 1 && args[1] == "--" {
		args = slices.Delete(args, 1, 2)
	}
	if len(args) < 2 {
		return "", nil, fmt.Errorf("%s takes a name and a command: %s", c.Command.Name, c.Command.ArgsUsage)
	}
	return args[0], args[1:], nil
}
