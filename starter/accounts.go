package starter

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
	"github.com/urfave/cli/v2"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflow/v1"
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

// inventoryPatience is how long to wait for a worker. One that has begun is
// waited for as long as it reads.
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
	for {
		limited, cancel := context.WithTimeout(ctx, inventoryPatience)
		err = asked.Get(limited, &inventory)
		late := limited.Err() != nil
		cancel()
		switch {
		case err == nil || !late:
			return inventory, err
		case ctx.Err() != nil:
			s.withdraw(asked)
			return inventory, ctx.Err()
		case !s.begun(ctx, asked):
			s.withdraw(asked)
			return inventory, noWorkerf("no worker answered within %s: start one with `make dev` or gennaker-worker", inventoryPatience)
		}
	}
}

// begun reports whether a worker reads the accounts.
func (s *session) begun(ctx context.Context, asked client.WorkflowRun) bool {
	d, err := s.DescribeWorkflowExecution(ctx, asked.GetID(), asked.GetRunID())
	return err == nil && slices.ContainsFunc(d.PendingActivities, func(a *workflow.PendingActivityInfo) bool {
		return a.State == enums.PENDING_ACTIVITY_STATE_STARTED
	})
}

// withdraw cancels a question that nobody waits for any more.
func (s *session) withdraw(asked client.WorkflowRun) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = s.CancelWorkflow(ctx, asked.GetID(), asked.GetRunID()) // it ends by itself when a worker comes
}
