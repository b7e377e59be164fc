package main

import (
	"fmt"
	"net/http"
	"strings"
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

// furnishECS makes an ECS cluster in each region, at ministack, to which all
// our accounts are one.
func furnishECS(ministack string) error {
	for _, region := range regions {
		ask, err := http.NewRequest(http.MethodPost, ministack, strings.NewReader(`{"clusterName": "shop"}`))
		if err != nil {
			return err
		}
		ask.Header.Set("Content-Type", "application/x-amz-json-1.1")
		ask.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.CreateCluster")
		ask.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/"+region+"/ecs/aws4_request, SignedHeaders=host, Signature=none")
		answer, err := http.DefaultClient.Do(ask)
		if err != nil {
			return fmt.Errorf("make the ECS cluster shop in %s: %w", region, err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			return fmt.Errorf("make the ECS cluster shop in %s: %s", region, answer.Status)
		}
	}
	return nil
}
