package stages

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/workflows/config"
)

type scriptConfig struct {
	Command     string            `json:"command" jsonschema:"required" jsonschema_description:"A line of shell, such as deploy.sh --all."`
	ScriptPath  string            `json:"scriptPath,omitempty" jsonschema_description:"A folder, in the repository or a whole path. Its programs are found by their names."`
	RepoURL     string            `json:"repoUrl,omitempty" jsonschema_description:"A git repository, which is cloned into the directory that the command runs in."`
	RepoBranch  string            `json:"repoBranch,omitempty"`
	Account     string            `json:"account,omitempty" jsonschema_description:"Where the script runs, unless credentials says that. The script sees it as ENV_PARAM."`
	Credentials string            `json:"credentials,omitempty" jsonschema_description:"An account of the worker's configuration that the script runs on. Default: account."`
	Region      string            `json:"region,omitempty" jsonschema_description:"The script sees it as REGION_PARAM."`
	Image       string            `json:"image,omitempty" jsonschema_description:"The script sees it as IMAGE_ID."`
	Cluster     string            `json:"cluster,omitempty" jsonschema_description:"The script sees it as CLUSTER_PARAM."`
	CMC         string            `json:"cmc,omitempty" jsonschema_description:"The script sees it as CMC."`
	Environment map[string]string `json:"environment,omitempty" jsonschema_description:"More variables for the script."`
	jobConfig
}

// Script runs a line of shell.
func Script(ctx workflow.Context, in Input) (Outputs, error) {
	c, err := config.Decode[scriptConfig](in.Config)
	if err == nil {
		c.Environment, err = in.variables()
	}
	if err == nil {
		err = c.check()
	}
	if err != nil {
		return nil, err
	}
	account := first(c.Credentials, c.Account)
	region := c.Region
	if c.Credentials != "" && c.Credentials != c.Account {
		region = "" // it is the script's, of another account
	}
	r := in.job(ctx, gennaker.In(account, region), in.Execution.Application)
	r.Spec = map[string]any{"command": c.line(), "environment": c.environment(), "propertyFile": c.PropertyFile}
	return in.runJob(ctx, r, c.jobConfig)
}

// check says what is wrong with the fields together.
func (c scriptConfig) check() error {
	switch {
	case strings.TrimSpace(c.Command) == "":
		return fmt.Errorf("command: %w: it is missing", gennaker.ErrInvalid)
	case c.Account == "" && c.Credentials == "":
		return fmt.Errorf("account: %w: the stage names none to run on", gennaker.ErrInvalid)
	case c.RepoURL == "" && c.ScriptPath != "" && !strings.HasPrefix(c.ScriptPath, "/"):
		return fmt.Errorf("scriptPath %s: %w: it is a folder of a repository, and there is no repoUrl; give a whole path", c.ScriptPath, gennaker.ErrInvalid)
	}
	return nil
}

// line is what sh runs. The document's words are in variables, where they
// cannot be mistaken for shell.
func (c scriptConfig) line() string {
	var text strings.Builder
	if c.RepoURL != "" {
		text.WriteString(`git clone --quiet --depth 1 ${REPO_BRANCH:+--branch "$REPO_BRANCH"} -- "$REPO_URL" . || exit` + "\n")
	}
	switch {
	case strings.HasPrefix(c.ScriptPath, "/"):
		text.WriteString(`PATH="$SCRIPT_PATH:$PATH"` + "\n")
	case c.RepoURL != "":
		text.WriteString(`PATH="$PWD/$SCRIPT_PATH:$PATH"` + "\n")
	}
	return text.String() + c.Command
}

// environment are the parameters that Spinnaker gives to its Jenkins job.
func (c scriptConfig) environment() map[string]string {
	variables := map[string]string{
		"SCRIPT_PATH": c.ScriptPath, "COMMAND": c.Command, "IMAGE_ID": c.Image, "REGION_PARAM": c.Region, "ENV_PARAM": c.Account,
		"CLUSTER_PARAM": c.Cluster, "CMC": c.CMC, "REPO_URL": c.RepoURL, "REPO_BRANCH": c.RepoBranch,
	}
	for _, name := range gennaker.SortedKeys(c.Environment) {
		variables[name] = c.Environment[name]
	}
	return variables
}
