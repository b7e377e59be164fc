package starter

import (
	"bytes"

	"github.com/urfave/cli/v2"

	"github.com/gennaker/gennaker/pipeline"
)

func schemaCommand() *cli.Command {
	return &cli.Command{
		Name:      "schema",
		Usage:     "print the JSON Schema of pipeline documents",
		ArgsUsage: " ",
		Description: `gennaker schema > gennaker.schema.json

An editor with a YAML language server then helps with a document that begins:
# yaml-language-server: $schema=gennaker.schema.json`,
		Action: func(c *cli.Context) error {
			if err := arguments(c, 0); err != nil {
				return err
			}
			schema, err := pipeline.Schema(typesOf(c).Configs())
			if err != nil {
				return err
			}
			_, err = c.App.Writer.Write(append(bytes.TrimSpace(schema), '\n'))
			return err
		},
	}
}
