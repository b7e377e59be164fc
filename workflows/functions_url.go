package workflows

import (
	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
)

func fromURL(sc *scope, args []any) (any, error) {
	url, err := expression.Text(args[0])
	if err != nil {
		return nil, err
	}
	return sc.need(need{kind: "URL", name: url})
}

// fromURLBy is a function of the text that a URL answers with.
func fromURLBy(read func(*scope, []any) (any, error)) func(*scope, []any) (any, error) {
	return func(sc *scope, args []any) (any, error) {
		text, err := fromURL(sc, args)
		if err != nil {
			return nil, err
		}
		return read(sc, []any{text})
	}
}

func readProperties(_ *scope, args []any) (any, error) {
	text, err := expression.Text(args[0])
	if err != nil {
		return nil, err
	}
	properties, err := gennaker.ParseProperties(text)
	if err != nil {
		return nil, err
	}
	fields := make(map[string]any, len(properties))
	for _, name := range gennaker.SortedKeys(properties) {
		fields[name] = properties[name]
	}
	return fields, nil
}
