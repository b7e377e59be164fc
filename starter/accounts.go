package starter

import (
	"context"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/urfave/cli/v2"
	"go.temporal.io/sdk/client"

	"github.com/gennaker/gennaker"
)

func accountsCommand() *cli.Command {
	return &cli.Command{
		Name:        "accounts",
		Usage:       "list the accounts that the workers know, and what can be done in each",
		ArgsUsage:   " ",
		Description: `gennaker accounts -o yaml`,
		Flags:       []cli.Flag{outputFlag()},
		Action: withoutArguments(func(c *cli.Context, s *session) error {
			inventory, err := s.inventory(c.Context, gennaker.InventoryQuery{AccountsOnly: true})
			if err != nil {
				return err
			}
			accounts := append([]gennaker.Account{}, inventory.Accounts...)
			return emit(c, accounts, func() []line { return accountLines(accounts) })
		}),
	}
}

func accountLines(accounts []gennaker.Account) []line {
	if len(accounts) == 0 {
		return []line{{plain("no accounts: name some in the worker's configuration")}}
	}
	rows := make([][]span, len(accounts))
	for i, a := range accounts {
		rows[i] = []span{plain(a.Name), plain(a.Provider), plain(strings.Join(a.Capabilities, ", ")), {a.Error, red}}
	}
	return table([]string{"ACCOUNT", "PROVIDER", "CAN DO", "ERROR"}, rows)
}

// inventoryPatience is how long reading all accounts may take, a worker being
// there.
const inventoryPatience = time.Minute

// inventory has a worker read what the accounts hold. If no worker takes the
// question in time, it is withdrawn.
func (s *session) inventory(ctx context.Context, q gennaker.InventoryQuery) (gennaker.Inventory, error) {
	var inventory gennaker.Inventory
	asked, err := s.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:            "inventory/" + ulid.Make().String(),
		TaskQueue:     s.taskQueue,
		StaticSummary: cut("inventory for "+s.user, maxSummary),
	}, gennaker.InventoryWorkflow, q)
	if err != nil {
		return inventory, err
	}
	limited, cancel := context.WithTimeout(ctx, inventoryPatience)
	defer cancel()
	err = asked.Get(limited, &inventory)
	if err != nil && limited.Err() != nil {
		s.withdraw(asked)
		if ctx.Err() != nil {
			return inventory, ctx.Err()
		}
		return inventory, noWorkerf("no worker answered within %s: start one with `make dev` or gennaker-worker", inventoryPatience)
	}
	return inventory, err
}

// withdraw cancels a question that nobody waits for any more.
func (s *session) withdraw(asked client.WorkflowRun) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = s.CancelWorkflow(ctx, asked.GetID(), asked.GetRunID()) // it ends by itself when a worker comes
}
