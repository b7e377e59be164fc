package aws_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/google/go-cmp/cmp"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest/ministack"
	"github.com/gennaker/gennaker/providers/providertest"
)

// lambdas is an AWS Lambda that really runs code, behind a link that can break.
type lambdas struct {
	*testing.T
	*providertest.Link
	cloud *aws.Cloud
	aws   *lambda.Client // not through the link
	s3    string
}

func startLambdas(t *testing.T) *lambdas {
	t.Helper()
	endpoint := ministack.Start(t)
	l := &lambdas{T: t, Link: providertest.NewLink(t, endpoint), s3: endpoint}
	loaded, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(region), config.WithBaseEndpoint(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	l.aws, l.cloud = lambda.NewFromConfig(loaded), l.worker()
	l.upload("", nil)
	return l
}

// worker is another worker with the account.
func (l *lambdas) worker() *aws.Cloud {
	l.Helper()
	return must(aws.New(aws.Config{Account: "test", Regions: []string{region}, Endpoint: l.URL}))(l.T)
}

// upload puts a file into the bucket, or without a name makes that.
func (l *lambdas) upload(name string, data []byte) {
	l.Helper()
	ask := must(http.NewRequest(http.MethodPut, l.s3+"/code/"+name, bytes.NewReader(data)))(l.T)
	ask.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/"+region+"/s3/aws4_request, SignedHeaders=host, Signature=none")
	answer := must(http.DefaultClient.Do(ask))(l.T)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		l.Fatalf("PUT %s: %s", ask.URL, answer.Status)
	}
}

// code uploads code that answers with a text, and returns its name.
func (l *lambdas) code(says string) string {
	l.Helper()
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	file := must(z.Create("app.py"))(l.T)
	fmt.Fprintf(file, "def main(event, context):\n    print('called with', event)\n    if event.get('boom'): raise ValueError('no such table')\n    return {'body': %q, 'got': event}\n", says)
	if err := z.Close(); err != nil {
		l.Fatal(err)
	}
	name := says + ".zip"
	l.upload(name, packed.Bytes())
	return name
}

var hello = gennaker.FunctionRef{Location: gennaker.In("test", region), Name: "shop-hello"}

func (l *lambdas) put(says, token string) gennaker.PutFunction {
	l.Helper()
	return gennaker.PutFunction{FunctionRef: hello, Marks: map[string]string{gennaker.MarkToken: token}, Spec: map[string]any{
		"runtime": "python3.11", "handler": "app.main", "role": "arn:aws:iam::000000000000:role/shop", "memorySize": 128, "timeout": 5,
		"envVariables": map[string]any{"COLOR": "blue"}, "tags": map[string]any{"team": "shop"}, "s3bucket": "code", "s3key": l.code(says)}}
}

func (l *lambdas) get() gennaker.Function {
	l.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		f, err := l.cloud.GetFunction(l.Context(), hello)
		if err != nil {
			l.Fatalf("GetFunction = %v", err)
		}
		if f.Ready || time.Now().After(deadline) {
			return f
		}
	}
}

// no fails the test if one of the calls did.
func (l *lambdas) no(errs ...error) {
	l.Helper()
	for _, err := range errs {
		if err != nil {
			l.Fatal(err)
		}
	}
}

// once has each answer to the requests of a call lost in turn, and the call
// made again by another worker, as often as it takes.
func (l *lambdas) once(what string, call func(*aws.Cloud) error) {
	l.Helper()
	for n := 1; ; n++ {
		lost := l.Lose(n)
		err := call(l.worker())
		was := lost()
		l.Lose(0)
		for tries := 0; err != nil && tries < 50; tries++ {
			if !errors.Is(err, gennaker.ErrUnavailable) && !errors.Is(err, gennaker.ErrThrottled) {
				l.Fatalf("%s with answer %d lost = %v", what, n, err)
			}
			time.Sleep(20 * time.Millisecond)
			err = call(l.worker())
		}
		l.no(err)
		if !was {
			return
		}
	}
}

// have makes the function with two versions, and the alias live at the first.
func (l *lambdas) have() {
	l.Helper()
	ctx := l.Context()
	l.no(l.cloud.CreateFunction(ctx, l.put("one", "a")))
	l.get()
	must(l.cloud.PublishVersion(ctx, gennaker.PublishVersion{FunctionRef: hello}))(l.T)
	l.no(l.cloud.UpdateCode(ctx, l.put("two", "")))
	l.get()
	must(l.cloud.PublishVersion(ctx, gennaker.PublishVersion{FunctionRef: hello}))(l.T)
	l.no(l.cloud.PutAlias(ctx, l.live(gennaker.Alias{Version: "1"}, nil)))
}

func (l *lambdas) live(a gennaker.Alias, was *gennaker.Alias) gennaker.PutAlias {
	a.Name = "live"
	return gennaker.PutAlias{FunctionRef: hello, Alias: a, Was: was}
}

func TestEveryChangeOfALambdaIsMadeOnce(t *testing.T) {
	l := startLambdas(t)
	ctx := t.Context()
	one, two := l.put("one", "a"), l.put("two", "")
	l.once("CreateFunction", func(c *aws.Cloud) error { return c.CreateFunction(ctx, one) })
	if err := l.cloud.CreateFunction(ctx, l.put("one", "b")); !errors.Is(err, gennaker.ErrExists) {
		t.Errorf("CreateFunction of another = %v, want ErrExists", err)
	}
	hash := l.get().CodeHash
	var number string
	publish := func(c *aws.Cloud) (err error) {
		number, err = c.PublishVersion(ctx, gennaker.PublishVersion{FunctionRef: hello, CodeHash: hash})
		return err
	}
	l.once("PublishVersion", publish)
	l.once("UpdateCode", func(c *aws.Cloud) error { return c.UpdateCode(ctx, two) })
	l.once("UpdateConfiguration", func(c *aws.Cloud) error { return c.UpdateConfiguration(ctx, two) })
	l.get()
	hash = l.get().CodeHash
	l.once("PublishVersion", publish)
	if f := l.get(); number != "2" || !slices.Equal(f.Versions, []string{"2", "1"}) || f.Marks[gennaker.MarkToken] != "a" {
		t.Errorf("published is %s, and the function %+v; want the versions 2 and 1", number, f)
	}
	for _, a := range []gennaker.Alias{{Version: "1"}, {Version: "1", Second: "2", Weight: 0.25}, {Version: "2"}} {
		l.once("PutAlias", func(c *aws.Cloud) error { return c.PutAlias(ctx, l.live(a, nil)) })
		a.Name = "live"
		if diff := cmp.Diff([]gennaker.Alias{a}, l.get().Aliases); diff != "" {
			t.Errorf("the aliases differ (-want +got):\n%s", diff)
		}
	}
	five := 5
	for _, n := range []*int{&five, nil} {
		l.once("SetConcurrency", func(c *aws.Cloud) error {
			return c.SetConcurrency(ctx, gennaker.SetConcurrency{FunctionRef: hello, Number: n})
		})
		if diff := cmp.Diff(n, l.get().Reserved); diff != "" {
			t.Errorf("the limit differs (-want +got):\n%s", diff)
		}
	}
	l.once("DeleteFunction", func(c *aws.Cloud) error {
		return c.DeleteFunction(ctx, gennaker.DeleteFunction{FunctionRef: hello, Version: "1"})
	})
	if got := l.get().Versions; !slices.Equal(got, []string{"2"}) {
		t.Errorf("left are %v, want 2", got)
	}
	l.once("DeleteFunction", func(c *aws.Cloud) error { return c.DeleteFunction(ctx, gennaker.DeleteFunction{FunctionRef: hello}) })
	if _, err := l.cloud.GetFunction(ctx, hello); !errors.Is(err, gennaker.ErrNotFound) {
		t.Errorf("GetFunction after that = %v, want ErrNotFound", err)
	}
}

func TestWhatCallsALambdaIsSetOnce(t *testing.T) {
	l := startLambdas(t)
	l.have()
	ctx := t.Context()
	queue := func(name string) string { return "arn:aws:sqs:" + region + ":000000000000:" + name }
	for _, name := range []string{"a", "b", "c"} {
		must(http.Get(l.s3 + "/?Action=CreateQueue&QueueName=" + name))(t)
	}
	mapped := func(of string) []string {
		var all []string
		for _, m := range must(l.aws.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{}))(t).EventSourceMappings {
			if strings.HasSuffix(*m.FunctionArn, ":"+of) && awssdk.ToString(m.State) != "Deleting" {
				all = append(all, fmt.Sprintf("%s %d", (*m.EventSourceArn)[strings.LastIndexByte(*m.EventSourceArn, ':')+1:], *m.BatchSize))
			}
		}
		slices.Sort(all)
		return all
	}
	for _, step := range []struct {
		qualifier string
		sources   []string
		batch     int
		want      []string
	}{
		{"live", []string{queue("a"), queue("b")}, 5, []string{"a 5", "b 5"}},
		{"", []string{queue("c")}, 7, []string{"c 7"}},
		{"live", []string{queue("b")}, 6, []string{"b 6"}},
		{"live", nil, 0, nil},
	} {
		l.once("SetEventSources", func(c *aws.Cloud) error {
			return c.SetEventSources(ctx, gennaker.SetEventSources{FunctionRef: hello, Qualifier: step.qualifier, Sources: step.sources, Spec: map[string]any{"batchsize": step.batch}})
		})
		of := strings.TrimSuffix("shop-hello:"+step.qualifier, ":")
		if got := mapped(of); !slices.Equal(got, step.want) {
			t.Errorf("%s is called by %v, want %v", of, got, step.want)
		}
	}
	if got := mapped("shop-hello"); !slices.Equal(got, []string{"c 7"}) {
		t.Errorf("the function itself is called by %v, want c: the alias is another", got)
	}
}

func TestALambdasAliasIsNotTakenFromSomebodyElse(t *testing.T) {
	l := startLambdas(t)
	l.have()
	ctx := t.Context()
	was := gennaker.Alias{Name: "live", Version: "1"}
	l.no(l.cloud.PutAlias(ctx, l.live(gennaker.Alias{Version: "2"}, nil))) // somebody else
	if err := l.cloud.PutAlias(ctx, l.live(gennaker.Alias{Version: "1", Second: "2", Weight: 0.5}, &was)); !errors.Is(err, gennaker.ErrExists) {
		t.Errorf("PutAlias after somebody else's = %v, want ErrExists", err)
	}
	// Somebody is faster between the look and the change: the revision tells.
	l.Decide(func(r *http.Request) providertest.Fate {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/aliases/") {
			l.Decide(nil)
			must(l.aws.UpdateAlias(ctx, &lambda.UpdateAliasInput{FunctionName: &hello.Name, Name: awssdk.String("live"), Description: awssdk.String("mine")}))(t)
		}
		return providertest.Fate{}
	})
	if err := l.cloud.PutAlias(ctx, l.live(gennaker.Alias{Version: "1"}, nil)); !errors.Is(err, gennaker.ErrUnavailable) {
		t.Errorf("PutAlias beside somebody else's = %v, want ErrUnavailable", err)
	}
	if a := l.get().Alias("live"); a.Version != "2" {
		t.Errorf("the alias is %+v, want it at version 2", a)
	}
	if err := l.cloud.DeleteFunction(ctx, gennaker.DeleteFunction{FunctionRef: hello, Version: "2"}); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("DeleteFunction of the alias's version = %v, want ErrInvalid", err)
	}
}

func TestALambdaReallyRuns(t *testing.T) {
	l := startLambdas(t)
	l.have()
	ctx := t.Context()
	for _, c := range []struct{ qualifier, payload, response, failure, log string }{
		{"", `{"a": 1}`, `"body": "two"`, "", "called with {'a': 1}"},
		{"live", `{}`, `"body": "one"`, "", ""},
		{"2", `{}`, `"body": "two"`, "", ""},
		{"live", `{"boom": true}`, "", "no such table", "ValueError"},
	} {
		came, err := l.cloud.Invoke(ctx, gennaker.Invoke{FunctionRef: hello, Qualifier: c.qualifier, Payload: c.payload, Seconds: 20})
		if err != nil || !strings.Contains(came.Response, c.response) || !strings.HasSuffix(came.Error, c.failure) || c.failure == "" && came.Error != "" || !strings.Contains(came.Log, c.log) {
			t.Errorf("Invoke %q with %s = %+v, %v, want %+v", c.qualifier, c.payload, came, err, c)
		}
	}
	if _, err := l.cloud.Invoke(ctx, gennaker.Invoke{FunctionRef: hello, Qualifier: "9"}); !errors.Is(err, gennaker.ErrNotFound) {
		t.Errorf("Invoke of a version that is not there = %v, want ErrNotFound", err)
	}
}

func TestALambdaThatIsNotThereIsNotFound(t *testing.T) {
	l := startLambdas(t)
	ctx := t.Context()
	_, get := l.cloud.GetFunction(ctx, hello)
	_, publish := l.cloud.PublishVersion(ctx, gennaker.PublishVersion{FunctionRef: hello})
	_, invoke := l.cloud.Invoke(ctx, gennaker.Invoke{FunctionRef: hello})
	for what, err := range map[string]error{"GetFunction": get, "PublishVersion": publish, "Invoke": invoke,
		"UpdateCode":          l.cloud.UpdateCode(ctx, l.put("one", "")),
		"UpdateConfiguration": l.cloud.UpdateConfiguration(ctx, l.put("one", "")),
		"PutAlias":            l.cloud.PutAlias(ctx, l.live(gennaker.Alias{Version: "1"}, nil)),
	} {
		if !errors.Is(err, gennaker.ErrNotFound) {
			t.Errorf("%s = %v, want ErrNotFound", what, err)
		}
	}
	l.no(l.cloud.DeleteFunction(ctx, gennaker.DeleteFunction{FunctionRef: hello}))
	bad := l.put("one", "a")
	delete(bad.Spec, "s3key")
	if err := l.cloud.CreateFunction(ctx, bad); !errors.Is(err, gennaker.ErrInvalid) {
		t.Errorf("CreateFunction without code = %v, want ErrInvalid", err)
	}
}

// ministack does not look at the hash, so the answer is AWS's own words.
func TestALambdasOtherCodeIsNotPublished(t *testing.T) {
	l := startLambdas(t)
	l.have()
	l.no(l.cloud.UpdateCode(t.Context(), l.put("three", "")))
	hash, asked := l.get().CodeHash, ""
	l.Decide(func(r *http.Request) providertest.Fate {
		if r.Method != http.MethodPost {
			return providertest.Fate{}
		}
		body := must(io.ReadAll(r.Body))(t)
		asked = string(body)
		return providertest.Fate{Status: http.StatusBadRequest, Body: `{"__type": "InvalidParameterValueException", "message": "CodeSHA256 (x) is different from current CodeSHA256 in $LATEST (y). Please try again with the CodeSHA256 in $LATEST."}`}
	})
	_, err := l.cloud.PublishVersion(t.Context(), gennaker.PublishVersion{FunctionRef: hello, CodeHash: hash})
	if !errors.Is(err, gennaker.ErrExists) || !strings.Contains(asked, hash) {
		t.Errorf("PublishVersion = %v, having asked for %s; want ErrExists, for %s", err, asked, hash)
	}
}
