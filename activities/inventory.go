package activities

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/providers"
)

// accountsAtOnce is how many accounts are read at the same time.
const accountsAtOnce = 8

// Inventory reads what accounts hold. An account that cannot be read says so
// and hides nothing of the others.
func (a *ServerGroups) Inventory(ctx context.Context, q gennaker.InventoryQuery) (gennaker.Inventory, error) {
	var inventory gennaker.Inventory
	if q.Account != "" {
		if _, err := providers.Find[providers.Provider](a.registry, q.Account); err != nil {
			return inventory, translate(err)
		}
	}
	err := alive(ctx, func(ctx context.Context, _ *pulse) (err error) {
		inventory, err = a.readAll(ctx, q).Fit()
		return err
	})
	return inventory, err
}

// readAll reads the accounts at the same time.
func (a *ServerGroups) readAll(ctx context.Context, q gennaker.InventoryQuery) gennaker.Inventory {
	var reading errgroup.Group
	reading.SetLimit(accountsAtOnce)
	var parts []*gennaker.Inventory
	for _, account := range a.registry.Accounts() {
		if q.Account != "" && q.Account != account.Name {
			continue
		}
		part := &gennaker.Inventory{}
		parts = append(parts, part)
		reading.Go(func() error {
			if err := a.read(ctx, q, account.Name, part); err != nil {
				account.Error = err.Error()
			}
			part.Accounts = []gennaker.Account{account}
			return nil
		})
	}
	_ = reading.Wait() // each account has its own error
	var all gennaker.Inventory
	for _, part := range parts {
		all.Accounts = append(all.Accounts, part.Accounts...)
		all.ServerGroups = append(all.ServerGroups, part.ServerGroups...)
		all.LoadBalancers = append(all.LoadBalancers, part.LoadBalancers...)
		all.Images = append(all.Images, part.Images...)
	}
	return all
}

// noCluster is the name of no cluster: who lists it learns whether an account
// can be read, without reading all that it holds.
const noCluster = "gennaker.no-cluster"

// read adds one account to the inventory.
func (a *ServerGroups) read(ctx context.Context, q gennaker.InventoryQuery, account string, into *gennaker.Inventory) error {
	if q.Images != nil {
		return a.readImages(ctx, q, account, into)
	}
	groups, err := providers.Find[providers.ServerGroups](a.registry, account)
	if err != nil {
		return ignoreMissing(err)
	}
	if q.AccountsOnly {
		_, err := groups.List(ctx, gennaker.Scope{Region: q.Region, Cluster: noCluster})
		return err
	}
	list, err := groups.List(ctx, q.Scope)
	if err != nil {
		return err
	}
	for i := range list {
		if list[i].Account = account; q.Brief {
			list[i] = list[i].Brief()
		}
	}
	into.ServerGroups = list
	if !q.LoadBalancers {
		return nil
	}
	balancers, err := providers.Find[providers.LoadBalancers](a.registry, account)
	if err != nil {
		return ignoreMissing(err)
	}
	into.LoadBalancers, err = balancers.ListLoadBalancers(ctx, q.Region)
	return err
}

// readImages adds the images of one account to the inventory.
func (a *ServerGroups) readImages(ctx context.Context, q gennaker.InventoryQuery, account string, into *gennaker.Inventory) error {
	images, err := providers.Find[providers.Images](a.registry, account)
	if err != nil {
		return ignoreMissing(err)
	}
	query := *q.Images
	query.Location = gennaker.Location{Account: account, Region: q.Region}
	found, err := images.FindImages(ctx, query)
	for _, i := range found[:min(len(found), maxImages)] {
		i.Account = account
		into.Images = append(into.Images, i)
	}
	return err
}

// ignoreMissing drops the error of a cloud that lacks a capability: there is
// nothing to list then.
func ignoreMissing(err error) error {
	if errors.Is(err, gennaker.ErrInvalid) {
		return nil
	}
	return err
}
