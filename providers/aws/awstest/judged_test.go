package awstest_test

import (
	"strings"
	"testing"
)

// The judge itself is judged: an answer that is right, and the same with one
// thing wrong.
func TestJudgeSeesWhatIsWrong(t *testing.T) {
	const (
		asked = "Action=SetDesiredCapacity&Version=2011-01-01&AutoScalingGroupName=shop&DesiredCapacity=2"
		done  = `<SetDesiredCapacityResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></SetDesiredCapacityResponse>`

		askedHealth = "Action=DescribeTargetHealth&Version=2015-12-01&TargetGroupArn=arn&Targets.member.1.Id=i-1"
		health      = `<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeTargetHealthResult><TargetHealthDescriptions><member><Target><Id>i-1</Id><Port>80</Port></Target><TargetHealth><State>healthy</State></TargetHealth></member></TargetHealthDescriptions></DescribeTargetHealthResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeTargetHealthResponse>`

		askedMachines = "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-1"
		machines      = `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceState><code>16</code><name>running</name></instanceState></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`

		refused = `<ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><Error><Type>Sender</Type><Code>ScalingActivityInProgress</Code><Message>m</Message></Error><RequestId>1</RequestId></ErrorResponse>`
	)
	for _, c := range []struct {
		name     string
		asked    string
		status   int
		answer   string
		old, new string // what is changed in request or answer
		want     string
	}{
		{"a right answer without a result", asked, 200, done, "", "", ""},
		{"a right answer with one", askedHealth, 200, health, "", "", ""},
		{"a right answer of EC2", askedMachines, 200, machines, "", "", ""},
		{"a right refusal", asked, 400, refused, "", "", ""},
		{"an unknown parameter", asked, 200, done, "DesiredCapacity=2", "DesiredCapactiy=2", "there is no DesiredCapactiy"},
		{"a parameter of another type", asked, 200, done, "DesiredCapacity=2", "DesiredCapacity=two", `"two" is not a integer`},
		{"a list without its members", askedHealth, 200, health, "Targets.member.1.Id", "Targets.Id", "is no position in a list"},
		{"a misspelt field", askedHealth, 200, health, "Port>", "Prot>", "there is no Prot"},
		{"a field of another type", askedHealth, 200, health, ">80<", ">http<", `"http" is not a integer`},
		{"a value that is none of the enumeration", askedHealth, 200, health, ">healthy<", ">Healthy<", `"Healthy" is not a string of`},
		{"a list with other items", askedMachines, 200, machines, "<instancesSet><item>", "<instancesSet><member>", "no XML"},
		{"items of another name", askedHealth, 200, health, "member>", "item>", "the list has a item, want member"},
		{"no result", askedHealth, 200, health, "DescribeTargetHealthResult>", "Result>", "has no DescribeTargetHealthResult"},
		{"no request id", asked, 200, done, "RequestId>", "Id>", "no request id"},
		{"two request ids", askedMachines, 200, machines, "<requestId>", "<requestId>0</requestId><requestId>", "requestId is there twice"},
		{"a field that comes twice", askedHealth, 200, health, "<Id>", "<Id>i-2</Id><Id>", "Id is there twice"},
		{"another namespace", asked, 200, done, "2011-01-01", "2012-06-01", "want a SetDesiredCapacityResponse"},
		{"a missing field", askedHealth, 200, health, "<Id>i-1</Id>", "", "Id is missing"},
		{"an error that the operation does not have", asked, 400, refused, "ScalingActivityInProgress", "AlreadyExists", "has no error AlreadyExists"},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := newJudge(needModels(t))
			body, answer := c.asked, c.answer
			if c.old != "" {
				answer = strings.ReplaceAll(answer, c.old, c.new)
				if answer == c.answer {
					body = strings.ReplaceAll(body, c.old, c.new)
				}
			}
			j.judge([]byte(body), c.status, []byte(answer))
			got := strings.Join(j.wrong, "; ")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("wrong = %q, want %q", got, c.want)
			}
		})
	}
}
