package activities

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// Quotas asks clouds for their quotas.
type Quotas struct {
	registry *providers.Registry
}

// quotaPatience is how long a cloud may take to tell what an account may have.
const quotaPatience = 20 * time.Second

// FindQuotas returns the quota of each thing that is asked for. It asks for all
// of them at the same time; one that it does not get is not known, and the
// limit says why.
func (a *Quotas) FindQuotas(ctx context.Context, of []gennaker.QuotaQuery) ([]gennaker.Quota, error) {
	found := make([]gennaker.Quota, len(of))
	err := alive(ctx, func(ctx context.Context, _ *pulse) error {
		soon, cancel := context.WithTimeout(ctx, quotaPatience)
		defer cancel()
		var all sync.WaitGroup
		for i, q := range of {
			all.Go(func() { found[i] = a.quota(soon, q) })
		}
		all.Wait()
		return ctx.Err()
	})
	return found, err
}

func (a *Quotas) quota(ctx context.Context, q gennaker.QuotaQuery) gennaker.Quota {
	p, err := providers.Find[providers.Quotas](a.registry, q.Account)
	if errors.Is(err, gennaker.ErrInvalid) {
		return gennaker.Quota{Limit: "not known: the provider of account " + q.Account + " cannot ask for quotas"}
	}
	if err != nil {
		return gennaker.Quota{Limit: "not known: " + err.Error()}
	}
	quota, err := p.GetQuota(ctx, q)
	if err != nil {
		return gennaker.Quota{Limit: "not known: " + err.Error()}
	}
	return quota
}
