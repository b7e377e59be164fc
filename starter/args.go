package starter

import "github.com/urfave/cli/v2"

// arguments refuses a line with more words than the command takes.
func arguments(c *cli.Context, most int) error {
	if c.NArg() > most {
		return usagef("%q is one argument too many: see `%s --help`", c.Args().Get(most), c.Command.HelpName)
	}
	return nil
}

// onExecution makes the action of a command whose first argument is an
// EXECUTION and that takes at most so many. What is wrong with the line is
// said before Temporal is asked.
func onExecution(most int, act func(*cli.Context, *session, ref) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		if err := arguments(c, most); err != nil {
			return err
		}
		arg := c.Args().First()
		if err := checkExecution(arg); err != nil {
			return err
		}
		return online(func(c *cli.Context, s *session) error {
			r, err := s.find(c.Context, arg)
			if err != nil {
				return err
			}
			return act(c, s, r)
		})(c)
	}
}

// withoutArguments makes the action of a command that takes none.
func withoutArguments(act func(*cli.Context, *session) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		if err := arguments(c, 0); err != nil {
			return err
		}
		return online(act)(c)
	}
}
