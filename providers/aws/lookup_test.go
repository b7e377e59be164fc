package aws_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers/aws"
	"github.com/gennaker/gennaker/providers/aws/awstest"
)

func TestSubnetsAndSecurityGroupsAreFoundByPurposeAndName(t *testing.T) {
	t.Parallel()
	s := simulate(t)
	inA := s.AddSubnet("a", map[string]string{"immutable_metadata": `{"purpose": "internal"}`})
	inB := s.AddSubnet("b", map[string]string{"Name": "main.internal.b"})
	s.AddSubnet("b", map[string]string{"immutable_metadata": `{"purpose": "internal", "target": "elb"}`})
	web, other := s.AddSecurityGroup("shop-web"), s.AddSecurityGroup("shop-db")
	cloud := s.account(t, aws.Config{})
	sdk := connect(t, s.URL, region)
	for i, c := range []struct {
		fields map[string]any
		subnet string
		err    string
	}{
		{fields: map[string]any{"subnetType": "internal"}, subnet: inA},
		{fields: map[string]any{"subnetType": "internal (main)"}, subnet: inB},
		{fields: map[string]any{"subnetType": "external"}, err: "subnetType external: not found"},
		{fields: map[string]any{"subnetIds": []any{inA, inB}}, subnet: inA + "," + inB},
		{fields: map[string]any{"subnetType": "internal", "securityGroups": []any{"shop-api"}}, err: "security group shop-api: not found"},
		{fields: map[string]any{"availabilityZones": nil}, err: "it says nowhere to run"},
	} {
		q := s.request(fmt.Sprintf("shop-v%03d", i), 1)
		q.Spec["securityGroups"], q.Spec["securityGroupNames"] = []any{other}, []any{"shop-web"}
		for field, value := range c.fields {
			q.Spec[field] = value
		}
		err := cloud.Create(t.Context(), q)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%v: Create = %v, want %q", c.fields, err, c.err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%v: Create = %v", c.fields, err)
		}
		spec := must(cloud.Spec(t.Context(), q.Ref()))(t)
		if got := strings.Join(texts(spec["subnetIds"]), ","); got != c.subnet {
			t.Errorf("%v: it is in %s, want %s", c.fields, got, c.subnet)
		}
		if got := texts(spec["securityGroups"]); !slices.Equal(got, []string{other, web}) {
			t.Errorf("%v: its security groups are %v, want %s and %s", c.fields, got, other, web)
		}
	}
	if left := must(sdk.ec2.DescribeLaunchTemplates(t.Context(), &ec2.DescribeLaunchTemplatesInput{}))(t); len(s.Templates()) != len(s.Groups()) {
		t.Errorf("there are %d launch templates for %d server groups", len(left.LaunchTemplates), len(s.Groups()))
	}
}

func texts(list any) (all []string) {
	values, _ := list.([]any)
	for _, v := range values {
		all = append(all, fmt.Sprint(v))
	}
	return all
}

func TestAnImageIsFoundByNameOnlyWhereItIsCertain(t *testing.T) {
	t.Parallel()
	s := simulate(t)
	cloud := s.account(t, aws.Config{})
	s.AddImage(awstest.Image{Name: "twice"})
	s.AddImage(awstest.Image{Name: "twice"})
	for name, want := range map[string]error{"shop-1": nil, s.image: nil, "twice": gennaker.ErrInvalid, "nobody's": gennaker.ErrNotFound, "shop-*": gennaker.ErrNotFound} {
		q := s.request("shop-"+strings.Trim(name, "*'")+"-v000", 0)
		q.Spec["amiName"] = name
		if err := cloud.Create(t.Context(), q); !errors.Is(err, want) {
			t.Errorf("Create from image %s = %v, want %v", name, err, want)
		}
	}
}
