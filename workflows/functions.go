package workflows

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

// function is what expressions call with #name(arguments).
type function struct {
	params string // as expression.Method has them
	tells  string // what it gives, for the reference
	run    func(*scope, []any) (any, error)
}

// Call invokes a function.
func (sc *scope) Call(name string, args []any) (any, error) {
	f, ok := functions[name]
	if !ok {
		err := fmt.Errorf("%w: there is no such function", gennaker.ErrNotFound)
		if near := gennaker.Nearest(name, gennaker.SortedKeys(functions)); near != "" {
			err = fmt.Errorf("%w; did you mean #%s?", err, near)
		}
		return nil, err
	}
	if err := expression.Takes(f.params, len(args)); err != nil {
		return nil, fmt.Errorf("%w: it %w", gennaker.ErrInvalid, err)
	}
	return f.run(sc, args)
}

// place finds the stage that a name means, or a refId that is no stage's name.
func (sc *scope) place(named any) (*gennaker.StageExecution, error) {
	name, err := expression.Text(named)
	if err != nil {
		return nil, err
	}
	for i := range sc.r.e.Stages {
		if s := &sc.r.e.Stages[i]; s.Name == name {
			return s, nil
		}
	}
	s := sc.r.e.Stage(name)
	if s == nil {
		return nil, sc.noStage(name)
	}
	return s, nil
}

func (sc *scope) noStage(name string) error {
	err := fmt.Errorf("'%s': %w: there is no such stage", line(name), gennaker.ErrNotFound)
	var names []string
	for _, s := range sc.r.e.Stages {
		names = append(names, s.Name)
	}
	if near := gennaker.Nearest(name, names); near != "" {
		return fmt.Errorf("%w; did you mean '%s'?", err, near)
	}
	return err
}

func stageByName(sc *scope, args []any) (any, error) {
	s, err := sc.place(args[0])
	if err != nil {
		return nil, err
	}
	return sc.r.stageMap(s), nil
}

func stageByRefID(sc *scope, args []any) (any, error) {
	refID, err := expression.Text(args[0])
	if err != nil {
		return nil, err
	}
	n := sc.r.known[refID]
	if n == nil {
		return nil, fmt.Errorf("'%s': %w: there is no stage with that refId", line(refID), gennaker.ErrNotFound)
	}
	return sc.r.stageMap(n.state), nil
}

func stageExists(sc *scope, args []any) (any, error) {
	_, err := sc.place(args[0])
	return err == nil, nil
}

func currentStage(sc *scope, _ []any) (any, error) {
	if sc.node == nil {
		return nil, fmt.Errorf("%w: this is no stage's expression", gennaker.ErrInvalid)
	}
	return sc.r.stageMap(sc.state), nil
}

func currentUser(sc *scope, _ []any) (any, error) {
	if user := sc.user(); user != "" {
		return user, nil
	}
	return "anonymous", nil
}

func judgmentInput(sc *scope, args []any) (any, error) {
	s, err := sc.place(args[0])
	if err != nil {
		return nil, err
	}
	input, ok := s.Outputs["judgmentInput"]
	if !ok {
		return nil, fmt.Errorf("'%v': %w: nobody chose an input there", args[0], gennaker.ErrNotFound)
	}
	return input, nil
}

func deployedServerGroups(sc *scope, args []any) (any, error) {
	var names []string
	for _, a := range args {
		names = append(names, fmt.Sprint(a))
	}
	return sc.r.deployed(names), nil
}

// deployed are the server groups that deploy stages made, of those stages
// alone if any are named.
func (r *run) deployed(names []string) []any {
	list := []any{}
	for _, s := range r.e.Stages {
		if s.Type != "deploy" || s.Status != gennaker.Succeeded {
			continue
		}
		if len(names) > 0 && !slices.Contains(names, s.Name) && !slices.Contains(names, s.RefID) {
			continue
		}
		made, _ := plainJSON(s.Outputs["deployments"]).([]any)
		for _, one := range made {
			list = append(list, r.detailed(s, one))
		}
	}
	return list
}

// detailed is a server group that a stage deployed, with what is known of its
// image: the deploymentDetails that a stage upstream put out for its region.
func (r *run) detailed(s gennaker.StageExecution, made any) any {
	group, ok := made.(map[string]any)
	if !ok {
		return made
	}
	details := map[string]any{"parentStage": s.RefID}
	maps.Copy(details, group)
	upstream, _ := r.known[s.RefID].scope().above("deploymentDetails")
	for _, one := range asList(upstream) {
		if image, ok := one.(map[string]any); ok && image["region"] == group["region"] {
			maps.Copy(details, image)
		}
	}
	return details
}
