package awstest

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

type nothing struct{}

type identity struct {
	UserId  string
	Account string
	Arn     string
}

func getCallerIdentity(c *call, _ nothing) (identity, error) {
	return identity{"AIDATEST", c.account, "arn:aws:iam::" + c.account + ":user/test"}, nil
}

type assumeRole struct {
	RoleArn         string
	RoleSessionName string
	DurationSeconds int
	ExternalId      string
	Policy          string
	SourceIdentity  string
}

type assumedRole struct {
	Credentials     temporaryCredentials
	AssumedRoleUser assumedUser
}

type temporaryCredentials struct {
	AccessKeyId     string
	SecretAccessKey string
	SessionToken    string
	Expiration      time.Time
}

type assumedUser struct {
	AssumedRoleId string
	Arn           string
}

// The access key of an assumed role tells its account, as Amazon's do in their
// way: whoever keeps it finds the account again in a cloud that was started
// anew.
const (
	roleKey       = "ASIA"
	accountDigits = 12
)

func accountOfRole(accessKey string) (account string, ok bool) {
	rest, ok := strings.CutPrefix(accessKey, roleKey)
	if !ok || len(rest) < accountDigits {
		return "", false
	}
	return rest[:accountDigits], true
}

func assumeRoleOf(c *call, in assumeRole) (out assumedRole, err error) {
	parts := strings.Split(in.RoleArn, ":")
	if len(parts) != 6 || len(parts[4]) != accountDigits || !strings.HasPrefix(parts[5], "role/") {
		return out, refuse("ValidationError", "%s is invalid", in.RoleArn)
	}
	if slices.Contains(c.cloud.config.DeniedRoles, in.RoleArn) {
		return out, &Error{Status: 403, Code: "AccessDenied", Message: "User: arn:aws:iam::" + c.account + ":user/test is not authorized to perform: sts:AssumeRole on resource: " + in.RoleArn}
	}
	key := roleKey + parts[4] + strings.ToUpper(c.cloud.id("key", 4))
	role := strings.TrimPrefix(parts[5], "role/")
	return assumedRole{
		Credentials: temporaryCredentials{key, c.cloud.id("secret", 40), c.cloud.id("session", 64),
			c.now.Add(time.Duration(cmp.Or(in.DurationSeconds, 3600)) * time.Second).UTC()},
		AssumedRoleUser: assumedUser{"AROATEST:" + in.RoleSessionName, "arn:aws:sts::" + parts[4] + ":assumed-role/" + role + "/" + in.RoleSessionName},
	}, nil
}
