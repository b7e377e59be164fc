package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/gennaker/gennaker"
)

// PutAlias makes or changes an alias. A change names the revision that was
// looked at: if somebody is faster, AWS refuses it, and it is looked at anew.
func (c *Cloud) PutAlias(ctx context.Context, p gennaker.PutAlias) error {
	return c.code("send an alias of", p.FunctionRef, func(r *region) error {
		got, err := r.lambda.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: &p.Name, Name: &p.Alias.Name})
		missing := errors.Is(kinded(err), gennaker.ErrNotFound)
		if err != nil && !missing {
			return err
		}
		var is gennaker.Alias
		if !missing {
			is = alias(p.Alias.Name, got.Description, got.FunctionVersion, got.RoutingConfig)
		}
		switch {
		case !missing && is.Routes(p.Alias) && (p.Alias.Description == "" || p.Alias.Description == is.Description):
			return nil
		case p.Was != nil && !is.Routes(p.Alias) && (missing != (p.Was.Name == "") || !missing && !is.Routes(*p.Was)):
			return fmt.Errorf("alias %s: %w: somebody else has changed it: it goes to %s", p.Alias.Name, gennaker.ErrExists, routes(is))
		case missing:
			_, err = r.lambda.CreateAlias(ctx, &lambda.CreateAliasInput{FunctionName: &p.Name, Name: &p.Alias.Name,
				FunctionVersion: &p.Alias.Version, Description: given(p.Alias.Description), RoutingConfig: routing(p.Alias)}, singly)
			if errors.Is(kinded(err), gennaker.ErrExists) {
				return fmt.Errorf("%w: it has just been made: look again", gennaker.ErrUnavailable)
			}
			return err
		}
		_, err = r.lambda.UpdateAlias(ctx, &lambda.UpdateAliasInput{FunctionName: &p.Name, Name: &p.Alias.Name, RevisionId: got.RevisionId,
			FunctionVersion: &p.Alias.Version, Description: given(p.Alias.Description), RoutingConfig: routing(p.Alias)}, singly)
		return err
	})
}

// routing is never nil: only so are weights taken away.
func routing(a gennaker.Alias) *types.AliasRoutingConfiguration {
	weights := map[string]float64{}
	if a.Second != "" {
		weights[a.Second] = a.Weight
	}
	return &types.AliasRoutingConfiguration{AdditionalVersionWeights: weights}
}

func routes(a gennaker.Alias) string {
	switch {
	case a.Version == "":
		return "nothing"
	case a.Second == "":
		return "version " + a.Version
	}
	return fmt.Sprintf("version %s, and %.4g %% to %s", a.Version, a.Weight*100, a.Second)
}

// SetConcurrency sets a limit, or what is kept ready for an alias.
func (c *Cloud) SetConcurrency(ctx context.Context, s gennaker.SetConcurrency) error {
	return c.code("set the concurrency of", s.FunctionRef, func(r *region) (err error) {
		switch none := s.Number == nil || s.Alias != "" && *s.Number == 0; {
		case s.Alias == "" && none:
			_, err = r.lambda.DeleteFunctionConcurrency(ctx, &lambda.DeleteFunctionConcurrencyInput{FunctionName: &s.Name})
		case s.Alias == "":
			_, err = r.lambda.PutFunctionConcurrency(ctx, &lambda.PutFunctionConcurrencyInput{FunctionName: &s.Name, ReservedConcurrentExecutions: whole(*s.Number)})
		case none:
			_, err = r.lambda.DeleteProvisionedConcurrencyConfig(ctx, &lambda.DeleteProvisionedConcurrencyConfigInput{FunctionName: &s.Name, Qualifier: &s.Alias})
		default:
			_, err = r.lambda.PutProvisionedConcurrencyConfig(ctx, &lambda.PutProvisionedConcurrencyConfigInput{
				FunctionName: &s.Name, Qualifier: &s.Alias, ProvisionedConcurrentExecutions: whole(*s.Number)})
		}
		return err
	})
}

// SetEventSources removes the mappings of other sources, and makes those that
// are missing.
func (c *Cloud) SetEventSources(ctx context.Context, s gennaker.SetEventSources) error {
	return c.code("set what calls", s.FunctionRef, func(r *region) error {
		spec, err := decodeFunction(s.Spec)
		if err != nil {
			return err
		}
		name := s.Name
		if s.Qualifier != "" {
			name += ":" + s.Qualifier
		}
		there, err := r.mappings(ctx, s.Name, s.Qualifier)
		if err != nil {
			return err
		}
		for _, m := range there {
			if err := r.keepOrDrop(ctx, m, slices.Contains(s.Sources, aws.ToString(m.EventSourceArn)), spec); err != nil {
				return err
			}
		}
		for _, source := range s.Sources {
			if slices.ContainsFunc(there, func(m types.EventSourceMappingConfiguration) bool { return aws.ToString(m.EventSourceArn) == source }) {
				continue
			}
			_, err := r.lambda.CreateEventSourceMapping(ctx, spec.mapping(name, source), singly)
			if err := kinded(err); err != nil && !errors.Is(err, gennaker.ErrExists) {
				return fmt.Errorf("event source %s: %w", source, err)
			}
		}
		return nil
	})
}

// mappings are those that call a function, or one of its aliases.
func (r *region) mappings(ctx context.Context, name, qualifier string) ([]types.EventSourceMappingConfiguration, error) {
	of := name
	if qualifier != "" {
		of += ":" + qualifier
	}
	var all []types.EventSourceMappingConfiguration
	pages := lambda.NewListEventSourceMappingsPaginator(r.lambda, &lambda.ListEventSourceMappingsInput{FunctionName: &of})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, m := range page.EventSourceMappings {
			if strings.HasSuffix(aws.ToString(m.FunctionArn), ":"+of) {
				all = append(all, m)
			}
		}
	}
	return all, nil
}

// keepOrDrop changes a mapping that stays, if its batches shall be others, and
// deletes one that does not.
func (r *region) keepOrDrop(ctx context.Context, m types.EventSourceMappingConfiguration, keep bool, spec functionSpec) (err error) {
	switch deleting := aws.ToString(m.State) == "Deleting"; {
	case keep && deleting:
		return fmt.Errorf("event source %s: %w: it is still being deleted", aws.ToString(m.EventSourceArn), gennaker.ErrUnavailable)
	case deleting:
		return nil
	case !keep:
		_, err = r.lambda.DeleteEventSourceMapping(ctx, &lambda.DeleteEventSourceMappingInput{UUID: m.UUID})
		if errors.Is(kinded(err), gennaker.ErrNotFound) {
			return nil
		}
	case spec.BatchSize != nil && *spec.BatchSize > 0 && aws.ToInt32(m.BatchSize) != *spec.BatchSize:
		_, err = r.lambda.UpdateEventSourceMapping(ctx, &lambda.UpdateEventSourceMappingInput{UUID: m.UUID, BatchSize: spec.BatchSize})
	}
	if err != nil {
		return fmt.Errorf("event source %s: %w", aws.ToString(m.EventSourceArn), kinded(err))
	}
	return nil
}

// mapping is the request for a mapping. Only streams have a place to start.
func (s functionSpec) mapping(name, source string) *lambda.CreateEventSourceMappingInput {
	in := &lambda.CreateEventSourceMappingInput{FunctionName: &name, EventSourceArn: &source, Enabled: aws.Bool(true),
		MaximumBatchingWindowInSeconds: s.BatchingWindow}
	if s.BatchSize != nil && *s.BatchSize > 0 {
		in.BatchSize = s.BatchSize
	}
	parts := strings.Split(source, ":")
	if len(parts) < 3 || parts[2] != "dynamodb" && parts[2] != "kinesis" {
		return in
	}
	in.StartingPosition = types.EventSourcePositionLatest
	if s.Starting != "" {
		in.StartingPosition = types.EventSourcePosition(s.Starting)
	}
	in.BisectBatchOnFunctionError, in.MaximumRecordAgeInSeconds, in.MaximumRetryAttempts = s.BisectOnError, s.MaxRecordAge, s.MaxRetries
	in.ParallelizationFactor = s.Parallelization
	if s.TumblingWindow != nil && *s.TumblingWindow >= 0 {
		in.TumblingWindowInSeconds = s.TumblingWindow
	}
	in.DestinationConfig = s.destination()
	return in
}

func (s functionSpec) destination() *types.DestinationConfig {
	var d types.DestinationConfig
	if arn := s.Destination["onFailureArn"]; arn != "" {
		d.OnFailure = &types.OnFailure{Destination: &arn}
	}
	if arn := s.Destination["onSuccessArn"]; arn != "" {
		d.OnSuccess = &types.OnSuccess{Destination: &arn}
	}
	if d.OnFailure == nil && d.OnSuccess == nil {
		return nil
	}
	return &d
}
