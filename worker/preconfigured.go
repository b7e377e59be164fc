package worker

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/activities"
	"github.com/gennaker/gennaker/pipeline"
	"github.com/gennaker/gennaker/workflows/stages"
)

// Preconfigured is the definition of a webhook. Beside its own fields stand
// those of the stage type webhook, with expressions where the definition wants
// them: ${parameterValues['x']} is what a stage gives.
type Preconfigured struct {
	Enabled bool // default true
	activities.PreconfiguredWebhook
}

// enabled are the definitions that stages can use.
func enabled(all []Preconfigured) []activities.PreconfiguredWebhook {
	var list []activities.PreconfiguredWebhook
	for _, p := range all {
		if p.Enabled {
			list = append(list, p.PreconfiguredWebhook)
		}
	}
	return list
}

// webhookFields are the fields of the stage type webhook, without the one that
// it refuses.
var webhookFields = slices.DeleteFunc(gennaker.JSONNames(stages.Table.Configs()["webhook"]), func(name string) bool { return name == "account" })

// read reads a definition's own fields, and holds the others against the stage
// type webhook.
func (p *Preconfigured) read(r *report, n *yaml.Node, field string) {
	if n.Kind != yaml.MappingNode {
		r.add(field, "must be a map of fields, not a %s", kind(n))
		return
	}
	p.Enabled = true
	own := map[string]any{"enabled": &p.Enabled, "type": &p.Type, "label": &p.Label, "description": &p.Description,
		"parameters": &p.Parameters, "permissions": &p.Permissions}
	stage := &yaml.Node{Kind: yaml.MappingNode}
	for key, value := range r.entries(n, field) {
		target, mine := own[key.Value]
		switch {
		case mine:
			r.decode(value, reflect.ValueOf(target).Elem(), join(field, key.Value))
		case slices.Contains(webhookFields, key.Value):
			value = unaliased(value)
			r.lines(value, join(field, key.Value))
			stage.Content = append(stage.Content, key, value)
		default:
			r.unknown(join(field, key.Value), key, append(slices.Collect(maps.Keys(own)), webhookFields...))
		}
	}
	p.Fields = r.stageFields(stage, field)
	r.checkHeaders(stage, field+".customHeaders")
}

// stageFields checks the fields of a webhook stage as those in a document are.
func (r *report) stageFields(stage *yaml.Node, field string) map[string]any {
	stage.Content = append(stage.Content, word("type"), word("webhook"))
	data, err := yaml.Marshal(&yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
		word("application"), word("worker"), word("name"), word("webhook"),
		word("stages"), {Kind: yaml.SequenceNode, Content: []*yaml.Node{stage}}}})
	if err != nil {
		r.add(field, "cannot be read: %v", err)
		return nil
	}
	d, err := pipeline.Decode(data, stages.Table.Configs())
	var problems pipeline.Problems
	if err != nil && !errors.As(err, &problems) {
		r.add(field, "%v", err)
		return nil
	}
	for _, p := range append(problems, d.Notes...) {
		r.add(join(field, strings.TrimPrefix(p.Path, "stages[0].")), "%s", p.Text)
	}
	if len(d.Pipeline.Stages) != 1 {
		return nil
	}
	return d.Pipeline.Stages[0].Config
}

func word(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }

// unaliased is a part of the file with what its aliases stand for.
func unaliased(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	plain := *n
	plain.Anchor, plain.Content = "", nil
	for _, inner := range n.Content {
		plain.Content = append(plain.Content, unaliased(inner))
	}
	return &plain
}

// lines remembers where a field is and all that is in it.
func (r *report) lines(n *yaml.Node, field string) {
	r.at(field, n.Line)
	for i, inner := range n.Content {
		switch {
		case n.Kind == yaml.SequenceNode:
			r.lines(inner, fmt.Sprintf("%s[%d]", field, i))
		case i%2 == 1:
			r.lines(inner, join(field, n.Content[i-1].Value))
		}
	}
}

func (r *report) checkPreconfigured(all []Preconfigured) {
	seen := map[string]bool{}
	for i, p := range all {
		field := fmt.Sprintf("webhooks.preconfigured[%d]", i)
		r.unique(field+".type", p.Type, seen)
		if _, taken := stages.Table.Configs()[p.Type]; taken {
			r.add(field+".type", "%s is a stage type of Gennaker: choose another name", p.Type)
		}
		for _, right := range gennaker.SortedKeys(p.Permissions) {
			if right != "READ" && right != "WRITE" {
				r.add(join(field+".permissions", right), "is not a permission: %s", suggest(right, []string{"READ", "WRITE"}))
			}
		}
		r.checkParameters(field+".parameters", p.Parameters)
	}
}

func (r *report) checkParameters(field string, parameters []activities.WebhookParameter) {
	seen := map[string]bool{}
	for i, p := range parameters {
		at := fmt.Sprintf("%s[%d]", field, i)
		r.unique(at+".name", p.Name, seen)
		if p.Type != "" && p.Type != "string" {
			r.add(at+".type", "%q is unknown: the parameters of webhooks are strings", p.Type)
		}
		if p.DefaultValue != "" && len(p.Options) > 0 && !slices.Contains(p.Options, activities.WebhookOption{Value: p.DefaultValue}) {
			r.add(at+".defaultValue", "%q is not one of the options", p.DefaultValue)
		}
	}
}

// checkHeaders refuses secrets in clear: the definition is in the history of
// every execution that uses it.
func (r *report) checkHeaders(stage *yaml.Node, field string) {
	var s struct {
		Headers map[string]any `yaml:"customHeaders"`
	}
	if stage.Decode(&s) != nil {
		return // which is reported already
	}
	for _, name := range gennaker.SortedKeys(s.Headers) {
		value := fmt.Sprint(s.Headers[name])
		if activities.Secretive(name) && !strings.Contains(value, "secret://") && !strings.Contains(value, "${") {
			r.add(join(field, name), "would be in the history of every execution: write secret://NAME, and put its value into the variable %sNAME", secretPrefix)
		}
	}
}
