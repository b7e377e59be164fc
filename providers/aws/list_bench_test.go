package aws_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
	"github.com/gennaker/gennaker/ratelimit"
)

// recorded answers from memory what the simulator answered once, so that a
// benchmark does not measure the simulator. An answer takes 50 ms, and 1 ms
// more for each 4 KiB: 0.2 s for a hundred groups, 0.4 s for a thousand
// instances.
type recorded struct {
	cloud http.Handler
	mu    sync.Mutex // guards known
	known map[string]*httptest.ResponseRecorder
	calls atomic.Int64
	quick bool
}

func (r *recorded) RoundTrip(q *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return nil, err
	}
	r.calls.Add(1)
	answer := r.answer(string(body), q)
	if !r.quick {
		time.Sleep(50*time.Millisecond + time.Duration(answer.Body.Len()/4096)*time.Millisecond)
	}
	return &http.Response{StatusCode: answer.Code, Header: answer.Header(), Body: io.NopCloser(bytes.NewReader(answer.Body.Bytes())), Request: q}, nil
}

func (r *recorded) answer(body string, q *http.Request) *httptest.ResponseRecorder {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known[body] == nil {
		q.Body = io.NopCloser(bytes.NewReader([]byte(body)))
		r.known[body] = httptest.NewRecorder()
		r.cloud.ServeHTTP(r.known[body], q)
	}
	return r.known[body]
}

// peak is how much more is on the heap at most while something runs.
func peak(do func()) float64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	read := func() uint64 { metrics.Read(sample); return sample[0].Value.Uint64() }
	runtime.GC()
	before, most := read(), uint64(0)
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for tick := time.NewTicker(2 * time.Millisecond); ; {
			select {
			case <-tick.C:
				most = max(most, read())
			case <-done:
				return
			}
		}
	}()
	do()
	close(done)
	<-ended
	return float64(max(most, before)-before) / (1 << 20)
}

const (
	benchGroups    = 2000
	benchInstances = 10 // of each
)

func benchmarkList(b *testing.B, list func(*recorded) int) {
	awstest.Alone()
	r := &recorded{cloud: fleet(b, benchGroups, benchInstances), known: map[string]*httptest.ResponseRecorder{}, quick: true}
	if n := list(r); n != benchGroups*benchInstances {
		b.Fatalf("%d instances were listed, want %d", n, benchGroups*benchInstances)
	}
	r.quick = false
	r.calls.Store(0)
	b.ReportAllocs()
	highest := 0.0
	for b.Loop() {
		highest = max(highest, peak(func() { list(r) }))
	}
	b.ReportMetric(float64(r.calls.Load())/float64(b.N), "calls/op")
	b.ReportMetric(highest, "peak-MiB")
}

// BenchmarkList is what `gennaker server-groups list` makes of 2,000 groups
// with 20,000 instances behind 500 target groups.
func BenchmarkList(b *testing.B) {
	benchmarkList(b, func(r *recorded) int {
		cloud, err := aws.New(aws.Config{Account: "test", Regions: []string{region}, AccessKeyID: "test", SecretAccessKey: "test",
			Endpoint: "http://aws", HTTP: &http.Client{Transport: r}, Limits: &ratelimit.Limits{}})
		if err != nil {
			b.Fatal(err)
		}
		found, err := cloud.List(b.Context(), gennaker.Scope{})
		if err != nil {
			b.Fatal(err)
		}
		up := 0
		for _, g := range found {
			up += g.Count(gennaker.Up)
		}
		return up
	})
}

// BenchmarkPlainLoop asks for the same pages with the SDK alone, one after
// another, and keeps them.
func BenchmarkPlainLoop(b *testing.B) {
	benchmarkList(b, func(r *recorded) int {
		c := awssdk.Config{Region: region, BaseEndpoint: awssdk.String("http://aws"), HTTPClient: &http.Client{Transport: r},
			Credentials: awssdk.CredentialsProviderFunc(func(context.Context) (awssdk.Credentials, error) {
				return awssdk.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
			})}
		l := plain{groups: autoscaling.NewFromConfig(c), ec2: ec2.NewFromConfig(c), elb: elb.NewFromConfig(c)}
		if err := l.read(b.Context()); err != nil {
			b.Fatal(err)
		}
		return len(l.machines)
	})
}

// plain is a listing as one would write it for oneself.
type plain struct {
	groups *autoscaling.Client
	ec2    *ec2.Client
	elb    *elb.Client

	found    []astypes.AutoScalingGroup
	machines map[string]ec2types.Instance
	health   map[string][]elbtypes.TargetHealthDescription
}

func (p *plain) read(ctx context.Context) error {
	p.machines, p.health = map[string]ec2types.Instance{}, map[string][]elbtypes.TargetHealthDescription{}
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(p.groups, &autoscaling.DescribeAutoScalingGroupsInput{MaxRecords: awssdk.Int32(100)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		if err := p.look(ctx, page.AutoScalingGroups); err != nil {
			return err
		}
		p.found = append(p.found, page.AutoScalingGroups...)
	}
	return nil
}

func (p *plain) look(ctx context.Context, groups []astypes.AutoScalingGroup) error {
	var names []string
	for _, g := range groups {
		names = append(names, *g.AutoScalingGroupName)
		for _, arn := range g.TargetGroupARNs {
			if p.health[arn] != nil {
				continue
			}
			found, err := p.elb.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: &arn})
			if err != nil {
				return err
			}
			p.health[arn] = found.TargetHealthDescriptions
		}
	}
	pages := ec2.NewDescribeInstancesPaginator(p.ec2, &ec2.DescribeInstancesInput{MaxResults: awssdk.Int32(1000),
		Filters: []ec2types.Filter{{Name: awssdk.String("tag:aws:autoscaling:groupName"), Values: names}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, r := range page.Reservations {
			for _, i := range r.Instances {
				p.machines[*i.InstanceId] = i
			}
		}
	}
	return nil
}
