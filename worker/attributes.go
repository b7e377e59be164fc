package worker

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
)

var searchAttributes = []string{gennaker.SearchApplication, gennaker.SearchPipeline, gennaker.SearchUser}

// AddSearchAttributes registers Gennaker's search attributes in a namespace
// where they are missing. The error names the command that an operator can
// run instead.
func AddSearchAttributes(ctx context.Context, c client.Client, namespace string) error {
	missing, err := missingAttributes(ctx, c, namespace)
	if err != nil {
		return attributesError(namespace, searchAttributes, err)
	}
	if len(missing) == 0 {
		return nil
	}
	_, failed := c.OperatorService().AddSearchAttributes(ctx,
		&operatorservice.AddSearchAttributesRequest{Namespace: namespace, SearchAttributes: missing})
	if failed == nil {
		return nil
	}
	// Another worker may have been faster.
	missing, err = missingAttributes(ctx, c, namespace)
	if err == nil && len(missing) == 0 {
		return nil
	}
	return attributesError(namespace, slices.Sorted(maps.Keys(missing)), failed)
}

func missingAttributes(ctx context.Context, c client.Client, namespace string) (map[string]enums.IndexedValueType, error) {
	there, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	missing := map[string]enums.IndexedValueType{}
	for _, name := range searchAttributes {
		if _, ok := there.GetCustomAttributes()[name]; !ok {
			missing[name] = enums.INDEXED_VALUE_TYPE_KEYWORD
		}
	}
	return missing, err
}

func attributesError(namespace string, names []string, err error) error {
	command := "temporal operator search-attribute create --namespace " + namespace
	for _, name := range names {
		command += " --type Keyword --name " + name
	}
	return fmt.Errorf("search attributes %s: register: %w: %w: an operator can run: %s",
		strings.Join(names, ", "), connectKind(err), err, command)
}
