package awstest

import "slices"

type describeStatus struct {
	InstanceIds         []string `param:"InstanceId"`
	Filters             []filter `param:"Filter"`
	NextToken           string
	MaxResults          int
	IncludeAllInstances bool
}

type instanceStatus struct {
	Zone     string        `xml:"availabilityZone"`
	ID       string        `xml:"instanceId"`
	State    instanceState `xml:"instanceState"`
	Instance statusSummary `xml:"instanceStatus"`
	System   statusSummary `xml:"systemStatus"`
}

type statusSummary struct {
	Status string `xml:"status"`
}

type statusAnswer struct {
	Statuses  []instanceStatus `xml:"instanceStatusSet>item"`
	NextToken string           `xml:"nextToken,omitempty"`
}

// describeInstanceStatus tells how EC2 itself checks its instances: those that
// run pass. Those that do not are left out unless all are asked for.
func describeInstanceStatus(c *call, in describeStatus) (out statusAnswer, err error) {
	list, err := named(c.instances, in.InstanceIds, "InvalidInstanceID.NotFound", "The instance ID '%s' does not exist")
	if err != nil {
		return out, err
	}
	list = slices.DeleteFunc(list, func(i *instance) bool { return !in.IncludeAllInstances && i.state != running })
	if list, err = choose(list, in.Filters, (*instance).fields); err != nil {
		return out, err
	}
	list, out.NextToken, err = page(c.Place, list, func(i *instance) string { return i.id }, paging{token: in.NextToken, size: in.MaxResults, usual: 1000, most: 1000})
	for _, i := range list {
		checks := statusSummary{"not-applicable"}
		if i.state == running {
			checks.Status = "ok"
		}
		out.Statuses = append(out.Statuses, instanceStatus{i.zone, i.id, i.state, checks, checks})
	}
	return out, err
}
