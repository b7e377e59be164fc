package main

import (
	"time"

	"github.com/gennaker/gennaker/providers/aws/awstest"
)

// Where there is what the examples need.
var (
	accounts = []string{"123456789012", "210987654321"}
	regions  = []string{"us-east-1", "eu-west-1"}
)

// images are there in each region. A sick one is never healthy.
var images = []awstest.Image{
	{Name: "shop-1", Tags: map[string]string{"appversion": "shop-1.0-h1", "stage": "released"}},
	{Name: "shop-2", Tags: map[string]string{"appversion": "shop-2.0-h2", "stage": "released"}},
	{Name: "shop-3", Tags: map[string]string{"appversion": "shop-3.0-h3"}},
	{Name: "shop-sick", Tags: map[string]string{"appversion": "shop-4.0-h4"}, Sick: true},
}

// targetGroups are what the clusters of the examples stand behind.
var targetGroups = []string{"shop-web", "shop-api", "shop-mail"}

// furnish gives each account what it needs in each region.
func furnish(cloud *awstest.Cloud, speed float64) {
	for _, account := range accounts {
		for _, region := range regions {
			furnishPlace(cloud.Place(account, region), speed)
		}
	}
}

func furnishPlace(p *awstest.Place, speed float64) {
	for _, zone := range []string{"a", "b", "c"} {
		p.AddSubnet(zone, map[string]string{"Name": "shop.internal." + zone, "immutable_metadata": `{"purpose": "internal", "target": "ec2"}`})
	}
	p.AddSecurityGroup("shop")
	p.AddKeyPair("shop")
	for _, image := range images {
		p.AddImage(image)
	}
	for _, name := range targetGroups {
		p.AddTargetGroup(awstest.TargetGroup{Name: name, Port: 8080, Interval: whole(10*time.Second, speed), Drain: whole(20*time.Second, speed)})
	}
}

// whole is a time that much faster, in whole seconds, and at least one.
func whole(d time.Duration, speed float64) time.Duration {
	return max(time.Second, time.Duration(float64(d)/speed).Round(time.Second))
}
