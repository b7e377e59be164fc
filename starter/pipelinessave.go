package starter

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker"
)

func pipelinesSaveCommand() *cli.Command {
	return &cli.Command{
		Name:      "save",
		Usage:     "store pipeline documents, each as a new version if it has changed",
		ArgsUsage: "FILE...",
		Description: `gennaker pipelines save pipeline.yml
gennaker pipelines save pipelines/            every .json, .yml and .yaml file in it
gennaker pipelines save deploy.json --if-version 7
generate | gennaker pipelines save -

All documents are checked first: if one has mistakes, none is stored. A
document without an id keeps the one it is stored with. With --if-version the
save is refused if somebody else was faster.`,
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "if-version", Usage: "only if version `N` is the one that is stored; 0 for a new pipeline"},
			outputFlag(),
		},
		Action: func(c *cli.Context) error {
			saves, err := documentsToSave(c)
			if err != nil {
				return err
			}
			return online(func(c *cli.Context, s *session) error { return savePipelines(c, s, saves) })(c)
		},
	}
}

// documentsToSave reads all documents and finds what is wrong with them before
// Temporal is asked for anything.
func documentsToSave(c *cli.Context) ([]gennaker.SavePipeline, error) {
	if c.NArg() == 0 {
		return nil, usagef("FILE is missing: give pipeline documents, folders of them, or - for standard input")
	}
	files, err := documentsIn(c.Args().Slice())
	if err != nil {
		return nil, err
	}
	var saves []gennaker.SavePipeline
	var bad error
	for _, name := range files {
		found, err := check(c, name)
		if err != nil {
			return nil, err
		}
		if err := (page{out: c.App.ErrWriter}).print(found.lines()...); err != nil {
			return nil, err
		}
		save := gennaker.SavePipeline{Pipeline: found.document.Pipeline, Text: string(found.data), User: userName(c)}
		if err := found.refuse(name); err != nil {
			bad = err
		} else if err := save.Check(); err != nil {
			bad = usagef("%s: %v", name, err)
		}
		saves = append(saves, save)
	}
	if bad == nil {
		bad = distinct(files, saves)
	}
	if bad == nil && c.IsSet("if-version") {
		bad = onlyIf(saves, c.Int("if-version"))
	}
	return saves, bad
}

// distinct refuses two documents for one pipeline.
func distinct(files []string, saves []gennaker.SavePipeline) error {
	seen := map[string]string{} // the file by the workflow's id, and by the pipeline's
	for i, s := range saves {
		for _, key := range []string{s.Pipeline.Ref().WorkflowID(), s.Pipeline.StoredID()} {
			if other, taken := seen[key]; taken {
				return usagef("%s and %s are both pipeline %s, by name or id: save one of them, or give one another name and id",
					other, files[i], s.Pipeline.Ref())
			}
		}
		seen[s.Pipeline.Ref().WorkflowID()], seen[s.Pipeline.StoredID()] = files[i], files[i]
	}
	return nil
}

func onlyIf(saves []gennaker.SavePipeline, version int) error {
	if len(saves) > 1 {
		return usagef("--if-version is for one document: give one FILE")
	}
	saves[0].IfVersion = &version
	return nil
}

// savePipelines stores the documents and returns once each is found by its id.
func savePipelines(c *cli.Context, s *session, saves []gennaker.SavePipeline) error {
	if err := s.idsAreFree(c.Context, saves); err != nil {
		return err
	}
	all := []gennaker.PipelineSaved{}
	var refused error
	for _, save := range saves {
		var saved gennaker.PipelineSaved
		refused = s.inStore(c.Context, "save "+save.Pipeline.Ref().String(), func(ctx context.Context) (err error) {
			saved, err = s.pipelines.Save(ctx, save)
			return err
		})
		if refused != nil {
			break
		}
		all = append(all, saved)
	}
	if err := s.listed(c.Context, all); err != nil {
		return err
	}
	if err := emit(c, all, func() []line { return savedLines(all) }); err != nil {
		return err
	}
	return refused
}

// idsAreFree refuses documents whose id another pipeline has.
func (s *session) idsAreFree(ctx context.Context, saves []gennaker.SavePipeline) error {
	list, err := s.pipelines.List(ctx, "")
	if err != nil {
		return err
	}
	for _, save := range saves {
		for _, l := range list {
			if l.ID == save.Pipeline.ID && l.Ref().WorkflowID() != save.Pipeline.Ref().WorkflowID() {
				return refusedf("save %s: its id %s is that of %s: delete that one first (`gennaker pipelines delete %s`), or give this one another id",
					save.Pipeline.Ref(), l.ID, l.Ref(), shellWord(l.Ref().String()))
			}
		}
	}
	return nil
}

// listed waits until Temporal lists what was saved.
func (s *session) listed(ctx context.Context, all []gennaker.PipelineSaved) error {
	limited, cancel := context.WithTimeout(ctx, storePatience)
	defer cancel()
	for _, saved := range all {
		err := s.pipelines.AwaitListed(limited, saved.ListedPipeline)
		if err != nil && limited.Err() != nil && ctx.Err() == nil {
			return failedf("%s is saved, and Temporal does not list it yet: until it does, it is found by name and not by id", saved.Ref())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func savedLines(all []gennaker.PipelineSaved) []line {
	var lines []line
	for _, saved := range all {
		colour := green
		if saved.Result == gennaker.PipelineUnchanged {
			colour = dim
		}
		lines = append(lines, line{{saved.Result, colour}, plain(fmt.Sprintf(" %s version %d", saved.Ref(), saved.Version))})
	}
	return lines
}
