package aws

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/gennaker/gennaker"
)

// longestCall is what AWS allows a function, and a little.
const longestCall = 15*time.Minute + 20*time.Second

// Invoke calls a function, once, and waits for its answer.
func (c *Cloud) Invoke(ctx context.Context, i gennaker.Invoke) (gennaker.Invocation, error) {
	if i.Seconds > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(i.Seconds)*time.Second)
		defer cancel()
	}
	var came gennaker.Invocation
	err := c.code("call", i.FunctionRef, func(r *region) error {
		answer, err := r.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &i.Name, Qualifier: given(i.Qualifier),
			InvocationType: types.InvocationTypeRequestResponse, LogType: types.LogTypeTail, Payload: []byte(i.Payload)}, singly, patient)
		if err != nil {
			return err
		}
		came = gennaker.Invocation{Version: aws.ToString(answer.ExecutedVersion), Response: string(answer.Payload)}
		if log, err := base64.StdEncoding.DecodeString(aws.ToString(answer.LogResult)); err == nil {
			came.Log = string(log)
		}
		if answer.FunctionError != nil {
			came.Error = failure(answer.Payload, *answer.FunctionError)
		}
		return nil
	})
	return came, err
}

// patient gives the answer the time that a function may take.
func patient(o *lambda.Options) {
	if ours, ok := o.HTTPClient.(*awshttp.BuildableClient); ok {
		o.HTTPClient = ours.WithTimeout(longestCall)
	}
}

// failure is what a function says of how it failed.
func failure(payload []byte, kind string) string {
	var said struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}
	_ = json.Unmarshal(payload, &said) // what is no JSON says nothing
	if said.Message != "" && said.Type != "" {
		return said.Type + ": " + said.Message
	}
	return cmp.Or(said.Message, kind)
}
