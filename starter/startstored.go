package starter

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

// storedName tells a stored pipeline's APP/NAME from a file's name. A file
// that exists wins, and what is written like one is one.
func storedName(arg string) (gennaker.PipelineRef, bool) {
	ref, err := pipelineRef(arg)
	if err != nil || strings.HasPrefix(arg, ".") || slices.Contains(documentEndings, filepath.Ext(arg)) {
		return ref, false
	}
	_, err = os.Stat(arg)
	return ref, err != nil
}

// startStored starts the newest version of a stored pipeline.
func startStored(c *cli.Context, arg string, ref gennaker.PipelineRef) error {
	trigger, err := triggered(c)
	if err != nil {
		return err
	}
	return online(func(c *cli.Context, s *session) error {
		saved, err := s.stored(c.Context, ref)
		if f := explain(err, s.address); f.code == exitNotFound {
			return notFoundf("%s (nor is there a file %s)", f.text, arg)
		}
		if err != nil {
			return err
		}
		start, err := startOf(saved.Pipeline, saved.Pipeline.Ref().String(), trigger)
		if err != nil {
			return err
		}
		return begin(c, s, start)
	})(c)
}
