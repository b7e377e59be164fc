package starter

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// arrange puts a command's flags before its arguments and the global flags
// before the command, where cli wants them, so that people can write them
// anywhere. Everything after "--" is left as it is.
func arrange(app *cli.App, args []string) []string {
	if len(args) == 0 {
		return args
	}
	a := arrangement{global: app.Flags, commands: app.Commands}
	rest := args[1:]
	for len(rest) > 0 && rest[0] != "--" {
		rest = a.take(rest)
	}
	return slices.Concat(args[:1], a.globals, a.path, a.flags, a.words, rest)
}

type arrangement struct {
	global   []cli.Flag
	local    []cli.Flag     // of the command reached so far
	commands []*cli.Command // below it

	globals, path, flags, words []string
}

// take sorts the first word, with its value if it is a flag that has one, and
// returns the words after it.
func (a *arrangement) take(args []string) []string {
	word := args[0]
	if len(word) < 2 || word[0] != '-' {
		a.word(word)
		return args[1:]
	}
	name, _, inline := strings.Cut(strings.TrimLeft(word, "-"), "=")
	target, n := &a.flags, 1
	flag := findFlag(a.local, name)
	if flag == nil {
		if flag = findFlag(a.global, name); flag != nil {
			target = &a.globals
		}
	}
	if flag != nil && !inline && takesValue(flag) && len(args) > 1 {
		n = 2
	}
	*target = append(*target, args[:n]...)
	return args[n:]
}

func (a *arrangement) word(word string) {
	if len(a.words) == 0 {
		for _, c := range a.commands {
			if c.HasName(word) {
				a.path = append(a.path, word)
				a.local, a.commands = c.Flags, c.Subcommands
				return
			}
		}
	}
	a.words = append(a.words, word)
}

func findFlag(flags []cli.Flag, name string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

func takesValue(f cli.Flag) bool {
	documented, ok := f.(cli.DocGenerationFlag)
	return ok && documented.TakesValue()
}
