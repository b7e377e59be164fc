package aws

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

var (
	_ providers.Functions       = (*Cloud)(nil)
	_ providers.FunctionTraffic = (*Cloud)(nil)
)

// code calls a region about a function and says so in the error.
func (c *Cloud) code(what string, ref gennaker.FunctionRef, call func(*region) error) error {
	r, err := c.regions.In(ref.Region, gennaker.ErrNotFound)
	if err == nil {
		err = kinded(call(r))
	}
	if err != nil {
		return fmt.Errorf("aws: %s function %s: %w", what, ref.Name, err)
	}
	return nil
}

// GetFunction reads a function with its versions and aliases.
func (c *Cloud) GetFunction(ctx context.Context, ref gennaker.FunctionRef) (gennaker.Function, error) {
	var f gennaker.Function
	err := c.code("get", ref, func(r *region) (err error) {
		f, err = r.function(ctx, ref.Name)
		return err
	})
	return f, err
}

func (r *region) function(ctx context.Context, name string) (gennaker.Function, error) {
	got, err := r.lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &name})
	if err != nil {
		return gennaker.Function{}, err
	}
	is := got.Configuration
	f := gennaker.Function{Location: r.Location, Name: name, ID: aws.ToString(is.FunctionArn), Revision: aws.ToString(is.RevisionId),
		CodeHash: aws.ToString(is.CodeSha256), Marks: marked(got.Tags)}
	f.Ready, f.Failed, f.Reason = readiness(is)
	if got.Concurrency != nil && got.Concurrency.ReservedConcurrentExecutions != nil {
		f.Reserved = aws.Int(int(*got.Concurrency.ReservedConcurrentExecutions))
	}
	versions, err := r.configurations(ctx, name)
	if err != nil {
		return f, err
	}
	f.Versions = numbers(versions)
	f.Aliases, err = r.aliases(ctx, name)
	return f, err
}

// readiness is whether a function can be called and changed, or why not.
func readiness(is *types.FunctionConfiguration) (ready, failed bool, reason string) {
	switch {
	case is.State == types.StateFailed:
		return false, true, fmt.Sprintf("%s: %s", is.State, aws.ToString(is.StateReason))
	case is.LastUpdateStatus == types.LastUpdateStatusFailed:
		return false, true, fmt.Sprintf("its last update failed: %s", aws.ToString(is.LastUpdateStatusReason))
	case is.State == types.StatePending:
		return false, false, fmt.Sprintf("%s: %s", is.State, aws.ToString(is.StateReason))
	case is.LastUpdateStatus == types.LastUpdateStatusInProgress:
		return false, false, "an update is in progress"
	}
	return true, false, ""
}

// marked are the tags that are ours.
func marked(tags map[string]string) map[string]string {
	ours := maps.Clone(tags)
	maps.DeleteFunc(ours, func(key, _ string) bool { return len(key) < len(markPrefix) || key[:len(markPrefix)] != markPrefix })
	return ours
}

// configurations are a function's versions, and what it is now, by number.
func (r *region) configurations(ctx context.Context, name string) (map[string]types.FunctionConfiguration, error) {
	all := map[string]types.FunctionConfiguration{}
	pages := lambda.NewListVersionsByFunctionPaginator(r.lambda, &lambda.ListVersionsByFunctionInput{FunctionName: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, v := range page.Versions {
			all[aws.ToString(v.Version)] = v
		}
	}
	return all, nil
}

// numbers are those of the published versions, newest first.
func numbers(all map[string]types.FunctionConfiguration) []string {
	list := slices.DeleteFunc(slices.Collect(maps.Keys(all)), func(v string) bool { return v == gennaker.Latest })
	gennaker.SortVersions(list)
	return list
}

func (r *region) aliases(ctx context.Context, name string) ([]gennaker.Alias, error) {
	var all []gennaker.Alias
	pages := lambda.NewListAliasesPaginator(r.lambda, &lambda.ListAliasesInput{FunctionName: &name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range page.Aliases {
			all = append(all, alias(aws.ToString(a.Name), a.Description, a.FunctionVersion, a.RoutingConfig))
		}
	}
	return all, nil
}

func alias(name string, description, version *string, routing *types.AliasRoutingConfiguration) gennaker.Alias {
	a := gennaker.Alias{Name: name, Description: aws.ToString(description), Version: aws.ToString(version)}
	if routing != nil {
		for second, weight := range routing.AdditionalVersionWeights { // there is one at most
			a.Second, a.Weight = second, weight
		}
	}
	return a
}

// CreateFunction makes a function with its tags in one call.
func (c *Cloud) CreateFunction(ctx context.Context, p gennaker.PutFunction) error {
	return c.code("create", p.FunctionRef, func(r *region) error {
		s, err := decodeFunction(p.Spec)
		if err != nil {
			return err
		}
		in, err := s.create(p)
		if err != nil {
			return err
		}
		_, err = r.lambda.CreateFunction(ctx, in, singly)
		if err = kinded(err); !errors.Is(err, gennaker.ErrExists) {
			return err
		}
		made, lookErr := r.lambda.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: &p.Name})
		if lookErr == nil && made.Tags[gennaker.MarkToken] == p.Marks[gennaker.MarkToken] {
			return nil // the answer of an earlier try was lost
		}
		return errors.Join(err, kinded(lookErr))
	})
}

// singly keeps the SDK from trying again: only who looks first may.
func singly(o *lambda.Options) { o.Retryer = aws.NopRetryer{} }

// UpdateCode gives a function other code. The same code again changes nothing
// that a version keeps.
func (c *Cloud) UpdateCode(ctx context.Context, p gennaker.PutFunction) error {
	return c.code("update the code of", p.FunctionRef, func(r *region) error {
		s, err := decodeFunction(p.Spec)
		if err == nil {
			err = s.checkCode()
		}
		if err != nil {
			return err
		}
		_, err = r.lambda.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{FunctionName: &p.Name,
			S3Bucket: &s.Bucket, S3Key: &s.Object, S3ObjectVersion: given(s.ObjectVersion)})
		return err
	})
}

// UpdateConfiguration sets what the spec names, and the tags of the document
// beside those that there are.
func (c *Cloud) UpdateConfiguration(ctx context.Context, p gennaker.PutFunction) error {
	return c.code("update the configuration of", p.FunctionRef, func(r *region) error {
		s, err := decodeFunction(p.Spec)
		if err != nil {
			return err
		}
		changed, err := r.lambda.UpdateFunctionConfiguration(ctx, s.update(p.Name))
		if err != nil || len(s.Tags) == 0 {
			return err
		}
		_, err = r.lambda.TagResource(ctx, &lambda.TagResourceInput{Resource: changed.FunctionArn, Tags: texts(s.Tags)})
		return err
	})
}

// PublishVersion publishes what the function is, unless the newest version is
// that. AWS looks too, but does not say whether an update with the same code
// is a change to it.
func (c *Cloud) PublishVersion(ctx context.Context, p gennaker.PublishVersion) (string, error) {
	var number string
	err := c.code("publish a version of", p.FunctionRef, func(r *region) error {
		all, err := r.configurations(ctx, p.Name)
		if err != nil {
			return err
		}
		if now, list := all[gennaker.Latest], numbers(all); len(list) > 0 && same(now, all[list[0]]) &&
			(p.CodeHash == "" || p.CodeHash == aws.ToString(now.CodeSha256)) {
			number = list[0]
			return nil
		}
		made, err := r.lambda.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: &p.Name,
			CodeSha256: given(p.CodeHash), Description: given(p.Description)})
		if err == nil {
			number = aws.ToString(made.Version)
		}
		return err
	})
	return number, err
}

// same reports whether two versions have the same code and configuration.
func same(a, b types.FunctionConfiguration) bool {
	for _, c := range []*types.FunctionConfiguration{&a, &b} {
		c.Version, c.FunctionArn, c.MasterArn, c.RevisionId, c.LastModified, c.Description = nil, nil, nil, nil, nil, nil
		c.State, c.StateReason, c.StateReasonCode = "", nil, ""
		c.LastUpdateStatus, c.LastUpdateStatusReason, c.LastUpdateStatusReasonCode = "", nil, ""
		c.SnapStart = nil // it tells whether it is optimised yet
	}
	return a.CodeSha256 != nil && reflect.DeepEqual(a, b)
}

// DeleteFunction deletes a version, or all. AWS refuses a version that an
// alias refers to, but says so only if it is the alias's first: so it is
// looked at here.
func (c *Cloud) DeleteFunction(ctx context.Context, d gennaker.DeleteFunction) error {
	if _, err := c.regions.In(d.Region, gennaker.ErrNotFound); err != nil {
		return nil // there is none
	}
	err := c.code("delete", d.FunctionRef, func(r *region) error {
		in := &lambda.DeleteFunctionInput{FunctionName: &d.Name, Qualifier: given(d.Version)}
		if d.Version != "" {
			aliases, err := r.aliases(ctx, d.Name)
			if err != nil {
				return err
			}
			if at := slices.IndexFunc(aliases, func(a gennaker.Alias) bool { return a.Version == d.Version || a.Second == d.Version }); at >= 0 {
				return fmt.Errorf("version %s: %w: the alias %s refers to it", d.Version, gennaker.ErrInvalid, aliases[at].Name)
			}
		}
		_, err := r.lambda.DeleteFunction(ctx, in)
		return err
	})
	if errors.Is(err, gennaker.ErrNotFound) {
		return nil
	}
	return err
}
