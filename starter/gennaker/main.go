// Command gennaker starts, follows and steers pipeline executions.
package main

import (
	"os"

	"github.com/gennaker/gennaker/starter"
	"github.com/gennaker/gennaker/workflows/stages"
)

func main() {
	os.Exit(starter.Main(os.Args, os.Stdin, os.Stdout, os.Stderr, stages.Table))
}
