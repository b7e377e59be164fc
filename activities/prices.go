package activities

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/gennaker/gennaker"
)

// PriceList is where prices are, as an operator has defined it: in a file,
// which is read whenever it is asked for, or behind a URL.
type PriceList struct {
	Name string
	File string
	URL  string // the policy of webhooks must allow it
}

// Prices looks prices up.
type Prices struct {
	webhooks *Webhooks
	lists    []PriceList
}

// FindPrices asks a list for prices.
type FindPrices struct {
	List string           `json:"list"`
	Of   []gennaker.Price `json:"of"` // without their prices
}

// FindPrices returns the price of each thing that is asked for; nil where none
// is known.
func (a *Prices) FindPrices(ctx context.Context, q FindPrices) ([]*float64, error) {
	found := make([]*float64, len(q.Of))
	err := alive(ctx, func(ctx context.Context, _ *pulse) error {
		list, err := a.read(ctx, q.List)
		for i, of := range q.Of {
			found[i] = gennaker.Cheapest(list, of)
		}
		return err
	})
	return found, err
}

func (a *Prices) read(ctx context.Context, name string) ([]gennaker.Price, error) {
	at := slices.IndexFunc(a.lists, func(l PriceList) bool { return l.Name == name })
	if at < 0 {
		return nil, fmt.Errorf("prices %q: %w: prices of the worker's configuration has no list of that name", name, gennaker.ErrNotFound)
	}
	text, err := a.text(ctx, a.lists[at])
	if err != nil {
		return nil, fmt.Errorf("prices %q: %w", name, err)
	}
	list, err := parsePrices(text)
	if err != nil {
		return nil, fmt.Errorf("prices %q: %w: %w", name, gennaker.ErrInvalid, err)
	}
	return list, nil
}

func (a *Prices) text(ctx context.Context, l PriceList) (string, error) {
	if l.URL != "" {
		return a.webhooks.fetch(ctx, WebhookRequest{Method: http.MethodGet, URL: l.URL})
	}
	data, err := os.ReadFile(l.File)
	if err != nil {
		return "", fmt.Errorf("%w: %w", gennaker.ErrUnavailable, err)
	}
	return string(data), nil
}

// parsePrices reads a list of prices, which is YAML or JSON. Each must be one
// that can be paid.
func parsePrices(text string) ([]gennaker.Price, error) {
	var list []gennaker.Price
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&list); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for i, p := range list {
		if p.Price < 0 || math.IsNaN(p.Price) || math.IsInf(p.Price, 0) {
			return nil, fmt.Errorf("entry %d: price: a number, 0 or more, is wanted", i+1)
		}
	}
	return list, nil
}
