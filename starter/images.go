package starter

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
	enums "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
)

func imagesCommand() *cli.Command {
	return &cli.Command{
		Name:  "images",
		Usage: "find and tag images",
		Description: `gennaker images find 'shop-*' --tag stage=prod
gennaker images tag ami-0123 stage=prod team=shop --account prod --region us-west-2`,
		Subcommands: []*cli.Command{imagesFindCommand(), imagesTagCommand()},
	}
}

func imagesFindCommand() *cli.Command {
	return &cli.Command{
		Name: "find", Usage: "list images, the newest first", ArgsUsage: "[NAME]",
		Description: `gennaker images find
gennaker images find 'shop-*' --tag stage=prod --account prod -o json

In NAME, * stands for any text.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "account", Usage: "only images of `ACCOUNT`"},
			&cli.StringFlag{Name: "region", Usage: "only images in `REGION`"},
			&cli.StringSliceFlag{Name: "tag", KeepSpace: true, Usage: "only images with the tag `KEY=VALUE`; may be repeated"},
			&cli.StringSliceFlag{Name: "id", Usage: "only the image with `ID`; may be repeated"},
			outputFlag(),
		},
		Action: func(c *cli.Context) error {
			if err := arguments(c, 1); err != nil {
				return err
			}
			tags, err := tagsOf(c.StringSlice("tag"))
			if err != nil {
				return err
			}
			q := gennaker.InventoryQuery{Account: c.String("account"), Scope: gennaker.Scope{Region: c.String("region")},
				Images: &gennaker.ImageQuery{Name: c.Args().First(), IDs: c.StringSlice("id"), Tags: tags}}
			return online(func(c *cli.Context, s *session) error { return findImages(c, s, q) })(c)
		},
	}
}

func findImages(c *cli.Context, s *session, q gennaker.InventoryQuery) error {
	inventory, err := s.inventory(c.Context, q)
	if err != nil {
		return err
	}
	images := append([]gennaker.Image{}, inventory.Images...) // in JSON, none is [] and not null
	if err := emit(c, images, func() []line { return imageLines(images) }); err != nil {
		return err
	}
	return unread(c, inventory.Accounts)
}

func imageLines(images []gennaker.Image) []line {
	if len(images) == 0 {
		return []line{{plain("no images")}}
	}
	rows := make([][]span, len(images))
	for i, m := range images {
		var tags []string
		for _, name := range gennaker.SortedKeys(m.Tags) {
			tags = append(tags, name+"="+m.Tags[name])
		}
		rows[i] = []span{plain(m.ID), plain(m.Name), plain(m.Account), plain(m.Region),
			plain(m.Created.Local().Format("2006-01-02 15:04:05")), plain(strings.Join(tags, " "))}
	}
	return table([]string{"IMAGE", "NAME", "ACCOUNT", "REGION", "CREATED", "TAGS"}, rows)
}

func imagesTagCommand() *cli.Command {
	return &cli.Command{
		Name: "tag", Usage: "put tags on an image, beside those that it has", ArgsUsage: "IMAGE KEY=VALUE...",
		Description: `gennaker images tag ami-0123 stage=prod --account prod --region us-west-2
gennaker images tag shop-1.4 stage=prod --account prod --region us-west-2

IMAGE is an image's name or its id; of several with one name the newest is
meant.`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "account", Usage: "the `ACCOUNT` it is in"},
			&cli.StringFlag{Name: "region", Value: gennaker.DefaultRegion, Usage: "the `REGION` it is in"},
			outputFlag(),
		},
		Action: func(c *cli.Context) error {
			if c.NArg() < 2 {
				return usagef("IMAGE and KEY=VALUE are wanted: see `%s --help`", c.Command.HelpName)
			}
			tags, err := tagsOf(c.Args().Tail())
			if err != nil {
				return err
			}
			at, err := locationOf(c)
			if err != nil {
				return err
			}
			t := gennaker.TagImage{Location: at, ID: c.Args().First(), Tags: tags}
			return online(func(c *cli.Context, s *session) error { return s.tagImage(c, t) })(c)
		},
	}
}

// tagImage has a worker tag an image, and says which it was.
func (s *session) tagImage(c *cli.Context, t gennaker.TagImage) error {
	run, err := s.ExecuteWorkflow(c.Context, client.StartWorkflowOptions{
		ID:                       "image/" + t.Account + "/" + t.Region + "/" + t.ID,
		TaskQueue:                s.taskQueue,
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		StaticSummary:            cut("tag "+t.ID+" for "+s.user, maxSummary),
	}, gennaker.TagImageWorkflow, t)
	if _, busy := alreadyStarted(err); busy {
		return refusedf("tag %s: somebody is tagging it just now: try again", t.ID)
	}
	if err != nil {
		return err
	}
	var image gennaker.Image
	if err := run.Get(c.Context, &image); err != nil {
		f := explain(err, s.address)
		return failure{f.code, "tag " + t.ID + ": " + f.text}
	}
	return emit(c, image, func() []line {
		return []line{{plain(fmt.Sprintf("tagged %s (%s) in %s/%s", image.ID, image.Name, t.Account, t.Region))}}
	})
}

// tagsOf reads words of the form KEY=VALUE.
func tagsOf(words []string) (map[string]string, error) {
	tags := map[string]string{}
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		if !ok || name == "" {
			return nil, usagef("tag %q: write it as KEY=VALUE", word)
		}
		tags[name] = value
	}
	return tags, nil
}
