package starter

import (
	"cmp"
	"runtime/debug"

	"github.com/urfave/cli/v2"
	"go.temporal.io/sdk/temporal"
)

func versionCommand() *cli.Command {
	return &cli.Command{
		Name:        "version",
		Usage:       "print what this gennaker was built from",
		ArgsUsage:   " ",
		Description: `gennaker version -o json`,
		Flags:       []cli.Flag{outputFlag()},
		Action: func(c *cli.Context) error {
			if err := arguments(c, 0); err != nil {
				return err
			}
			v := buildVersion()
			return emit(c, v, func() []line { return []line{{plain(v.String())}} })
		},
	}
}

// Version is the release, as the build's -ldflags -X says; without that it is
// what the Go tool knows.
var Version string

// version is what a binary says of itself.
type version struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Modified bool   `json:"modified,omitempty"` // built from changed files
	Go       string `json:"go"`
	SDK      string `json:"temporalSdk"`
}

func (v version) String() string {
	text := "gennaker " + v.Version
	if v.Revision != "" {
		text += " " + v.Revision
	}
	if v.Modified {
		text += " (modified)"
	}
	return text + ", " + v.Go + ", Temporal SDK " + v.SDK
}

// buildVersion reads what the Go tool wrote into the binary.
func buildVersion() version {
	v := version{Version: cmp.Or(Version, "(devel)"), SDK: temporal.SDKVersion}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Go = info.GoVersion
	v.Version = cmp.Or(Version, info.Main.Version, v.Version)
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}
