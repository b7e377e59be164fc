package starter

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func judgeCommand() *cli.Command {
	return &cli.Command{
		Name:      "judge",
		Usage:     "answer a manual judgment",
		ArgsUsage: "EXECUTION [STAGE]",
		Description: `gennaker judge 01J9ZK 3 --continue
gennaker judge 01J9ZK 3 --stop --comment "error rate is up"
gennaker judge shop/deploy --continue --input staging --key ~/.gennaker/ada.pem
gennaker judge shop/deploy               on a terminal: shows what is asked

STAGE is a refId or a name; without it, the only stage that asks. A judgment
that asks for roles must be signed with the key of --key; the worker knows who
has which role (see gennaker identity --help).`,
		Flags: []cli.Flag{
			&cli.BoolFlag{DisableDefaultText: true, Name: "continue", Usage: "let the execution go on"},
			&cli.BoolFlag{DisableDefaultText: true, Name: "stop", Usage: "fail the stage"},
			&cli.StringFlag{Name: "input", Usage: "one of the `ANSWERS` that the judgment offers"},
			&cli.StringFlag{Name: "comment", Aliases: []string{"m"}, Usage: "`WHY`, for those who read the execution later"},
			&cli.StringFlag{Name: "key", EnvVars: []string{"GENNAKER_KEY"}, Usage: "sign with the private key in `FILE`"},
		},
		BashComplete: completeExecution,
		Action: func(c *cli.Context) error {
			key, err := checkJudge(c)
			if err != nil {
				return err
			}
			return onExecution(2, func(c *cli.Context, s *session, r ref) error { return judge(c, s, r, key) })(c)
		},
	}
}

func judge(c *cli.Context, s *session, r ref, key ed25519.PrivateKey) error {
	stage, err := s.asking(c.Context, r, c.Args().Get(1))
	if err != nil {
		return err
	}
	j := gennaker.Judgment{Stage: stage.RefID, Continue: c.Bool("continue"), Input: c.String("input"),
		Comment: c.String("comment"), By: s.user}
	if !c.Bool("continue") && !c.Bool("stop") {
		if j, err = ask(c.App.Reader, newPage(c), stage, j); err != nil {
			return err
		}
	}
	if key != nil {
		j = j.Sign(key, r.id, stage.Attempt)
	}
	if err := s.update(c.Context, r, gennaker.UpdateJudge, j, nil); err != nil {
		return err
	}
	return newPage(c).say(past(j.Continue) + " stage " + stage.RefID)
}

// checkJudge refuses what needs no Temporal to be wrong, and reads the key.
func checkJudge(c *cli.Context) (ed25519.PrivateKey, error) {
	if c.Bool("continue") && c.Bool("stop") {
		return nil, usagef("--continue and --stop: give one of them")
	}
	if !c.Bool("continue") && !c.Bool("stop") && !isTerminal(c.App.Reader) {
		return nil, usagef("say --continue or --stop: there is no terminal to ask on")
	}
	if c.String("key") == "" {
		return nil, nil
	}
	return readKey(c.String("key"))
}

func past(goOn bool) string {
	if goOn {
		return "continued"
	}
	return "stopped"
}

// asking is the stage that a judgment is for: the named one, or the only one
// that asks. An execution that has ended asks nothing.
func (s *session) asking(ctx context.Context, r ref, name string) (gennaker.StageExecution, error) {
	v, err := s.state(ctx, r)
	switch {
	case err != nil:
		return gennaker.StageExecution{}, err
	case v.Status.Complete():
		return gennaker.StageExecution{}, refusedf("judge %s: it has ended: %s: see `gennaker status %s`", r.id, v.Status, r.id)
	case v.NoWorker != "":
		return gennaker.StageExecution{}, noWorkerf("judge %s: %s: start one with `make dev` or gennaker-worker", r.id, v.NoWorker)
	}
	return asker(v.Execution, name)
}

func asker(e gennaker.Execution, name string) (gennaker.StageExecution, error) {
	if name != "" {
		if s := e.Stage(name); s != nil {
			return *s, nil
		}
		return gennaker.StageExecution{}, notFoundf("judge stage %s of %s: no such stage: `gennaker status %s` shows them", name, e.ID, e.ID)
	}
	var asking []gennaker.StageExecution
	var names []string
	for _, s := range e.Stages {
		if s.Question != nil && s.Judgment == nil {
			asking = append(asking, s)
			names = append(names, fmt.Sprintf("%s (%s)", s.RefID, s.Name))
		}
	}
	switch len(asking) {
	case 0:
		return gennaker.StageExecution{}, refusedf("judge %s: no stage asks for a judgment now: see `gennaker status %s`", e.ID, e.ID)
	case 1:
		return asking[0], nil
	}
	return gennaker.StageExecution{}, usagef("judge %s: several stages ask: name one of %s", e.ID, strings.Join(names, ", "))
}
