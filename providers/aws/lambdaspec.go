package aws

import (
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/go-viper/mapstructure/v2"

	"github.com/gennaker/gennaker"
)

// functionSpec is what a stage says about a function on AWS.
type functionSpec struct {
	Bucket         string            `json:"s3bucket"`
	Object         string            `json:"s3key"`
	ObjectVersion  string            `json:"s3ObjectVersion"`
	Runtime        string            `json:"runtime"`
	Handler        string            `json:"handler"`
	Role           string            `json:"role"`
	Memory         *int32            `json:"memorySize"`
	Timeout        *int32            `json:"timeout"`
	Description    string            `json:"description"`
	Variables      map[string]any    `json:"envVariables"`
	Tags           map[string]any    `json:"tags"`
	DeadLetter     map[string]string `json:"deadLetterConfig"`
	Tracing        map[string]string `json:"tracingConfig"`
	Subnets        []string          `json:"subnetIds"`
	SecurityGroups []string          `json:"securityGroupIds"`
	Layers         []string          `json:"layers"`
	Key            string            `json:"kmskeyArn"`
	Architectures  []string          `json:"architectures"`

	BatchSize       *int32            `json:"batchsize"`
	BatchingWindow  *int32            `json:"maxBatchingWindowSecs"`
	BisectOnError   *bool             `json:"bisectBatchOnError"`
	MaxRecordAge    *int32            `json:"maxRecordAgeSecs"`
	MaxRetries      *int32            `json:"maxRetryAttempts"`
	Parallelization *int32            `json:"parallelizationFactor"`
	TumblingWindow  *int32            `json:"tumblingWindowSecs"`
	Starting        string            `json:"startingPosition"`
	Destination     map[string]string `json:"destinationConfig"`
}

// decodeFunction reads our fields of a stage. The others are not ours.
func decodeFunction(fields map[string]any) (functionSpec, error) {
	var s functionSpec
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{TagName: "json", WeaklyTypedInput: true, Result: &s})
	if err == nil {
		err = decoder.Decode(fields)
	}
	if err != nil {
		return s, fmt.Errorf("%w: %w", gennaker.ErrInvalid, err)
	}
	return s, nil
}

func (s functionSpec) checkCode() error {
	if s.Bucket == "" || s.Object == "" {
		return fmt.Errorf("s3bucket and s3key: %w: they say where the code is, and are missing", gennaker.ErrInvalid)
	}
	return nil
}

func (s functionSpec) check() error {
	for _, c := range []struct{ field, value string }{{"runtime", s.Runtime}, {"handler", s.Handler}, {"role", s.Role}} {
		if c.value == "" {
			return fmt.Errorf("%s: %w: it is missing", c.field, gennaker.ErrInvalid)
		}
	}
	return s.checkCode()
}

func (s functionSpec) create(p gennaker.PutFunction) (*lambda.CreateFunctionInput, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	tags := texts(s.Tags)
	maps.Copy(tags, p.Marks)
	in := &lambda.CreateFunctionInput{
		FunctionName: &p.Name, Runtime: types.Runtime(s.Runtime), Handler: &s.Handler, Role: &s.Role, Tags: tags,
		Code:       &types.FunctionCode{S3Bucket: &s.Bucket, S3Key: &s.Object, S3ObjectVersion: given(s.ObjectVersion)},
		MemorySize: s.Memory, Timeout: s.Timeout, Description: given(s.Description), Layers: s.Layers, KMSKeyArn: given(s.Key),
		Environment: s.environment(), DeadLetterConfig: s.deadLetter(), TracingConfig: s.tracing(), VpcConfig: s.network(),
	}
	for _, a := range s.Architectures {
		in.Architectures = append(in.Architectures, types.Architecture(a))
	}
	return in, nil
}

func (s functionSpec) update(name string) *lambda.UpdateFunctionConfigurationInput {
	return &lambda.UpdateFunctionConfigurationInput{
		FunctionName: &name, Runtime: types.Runtime(s.Runtime), Handler: given(s.Handler), Role: given(s.Role),
		MemorySize: s.Memory, Timeout: s.Timeout, Description: given(s.Description), Layers: s.Layers, KMSKeyArn: given(s.Key),
		Environment: s.environment(), DeadLetterConfig: s.deadLetter(), TracingConfig: s.tracing(), VpcConfig: s.network(),
	}
}

func (s functionSpec) environment() *types.Environment {
	if s.Variables == nil {
		return nil
	}
	return &types.Environment{Variables: texts(s.Variables)}
}

func (s functionSpec) deadLetter() *types.DeadLetterConfig {
	if s.DeadLetter == nil {
		return nil
	}
	return &types.DeadLetterConfig{TargetArn: aws.String(s.DeadLetter["targetArn"])}
}

func (s functionSpec) tracing() *types.TracingConfig {
	if s.Tracing["mode"] == "" {
		return nil
	}
	return &types.TracingConfig{Mode: types.TracingMode(s.Tracing["mode"])}
}

func (s functionSpec) network() *types.VpcConfig {
	if s.Subnets == nil && s.SecurityGroups == nil {
		return nil
	}
	return &types.VpcConfig{SubnetIds: s.Subnets, SecurityGroupIds: s.SecurityGroups}
}
