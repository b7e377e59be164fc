package starter

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a shell's completion script",
		ArgsUsage: "bash|zsh|fish",
		Description: `source <(gennaker completion bash)
source <(gennaker completion zsh)
gennaker completion fish | source

It completes commands, options, stored pipelines and the ids of recent
executions.`,
		BashComplete: func(c *cli.Context) {
			for _, shell := range shells() {
				fmt.Fprintln(c.App.Writer, shell)
			}
		},
		Action: func(c *cli.Context) error {
			script, ok := scripts[c.Args().First()]
			if !ok || c.NArg() > 1 {
				return usagef("completion: name one shell of %s", strings.Join(shells(), ", "))
			}
			_, err := io.WriteString(c.App.Writer, script)
			return err
		},
	}
}

func shells() []string { return slices.Sorted(maps.Keys(scripts)) }

// scripts ask gennaker itself what may come next.
var scripts = map[string]string{
	"bash": `_gennaker() {
  local words=("${COMP_WORDS[@]:0:COMP_CWORD}") current="${COMP_WORDS[COMP_CWORD]}"
  [[ $current == -* ]] && words+=("$current")
  mapfile -t COMPREPLY < <(compgen -W "$("${words[@]}" --generate-bash-completion 2>/dev/null)" -- "$current")
}
complete -o default -F _gennaker gennaker
`,
	"zsh": `#compdef gennaker
_gennaker() {
  local -a answers asked
  asked=("${(@)words[1,CURRENT-1]}")
  [[ ${words[CURRENT]} == -* ]] && asked+=("${words[CURRENT]}")
  answers=("${(@f)$("${asked[@]}" --generate-bash-completion 2>/dev/null)}")
  if [[ -z ${answers[1]} ]] || ! compadd -- "${answers[@]}"; then _files; fi
}
compdef _gennaker gennaker
`,
	"fish": `function __gennaker_complete
  set -l asked (commandline -opc)
  set -l current (commandline -ct)
  string match -q -- '-*' $current; and set -a asked $current
  $asked --generate-bash-completion 2>/dev/null
end
complete -c gennaker -a '(__gennaker_complete)'
`,
}

// completionPatience is how long a person at a prompt waits for Tab.
const completionPatience = time.Second

// completeExecution offers options, or else the ids of recent executions.
func completeExecution(c *cli.Context) {
	complete(c, func(ctx context.Context, s *session) ([]string, error) {
		runs, err := s.list(ctx, "", 50)
		var ids []string
		for _, r := range runs {
			ids = append(ids, r.ID)
		}
		return ids, err
	})
}

// complete offers options, or else what Temporal knows for the first argument.
// It is silent about all errors, because it speaks into a half-typed line.
func complete(c *cli.Context, known func(context.Context, *session) ([]string, error)) {
	if len(os.Args) > 2 && strings.HasPrefix(os.Args[len(os.Args)-2], "-") {
		cli.DefaultCompleteWithFlags(c.Command)(c)
		return
	}
	if c.NArg() > 0 {
		return
	}
	ctx, cancel := context.WithTimeout(c.Context, completionPatience)
	defer cancel()
	c.Context = ctx
	s, err := connect(c)
	if err != nil {
		return
	}
	defer s.Close()
	words, err := known(ctx, s)
	if err != nil {
		return
	}
	for _, word := range words {
		fmt.Fprintln(c.App.Writer, clean(word))
	}
}
