package activities

import (
	"context"
	"slices"

	"github.com/gennaker/gennaker"
)

// People knows who may do what.
type People struct {
	users []gennaker.User
}

// Judges returns those who have at least one of the roles.
func (p *People) Judges(ctx context.Context, roles []string) ([]gennaker.Judge, error) {
	var judges []gennaker.Judge
	for _, u := range p.users {
		if slices.ContainsFunc(u.Roles, func(r string) bool { return slices.Contains(roles, r) }) {
			judges = append(judges, u.Judge)
		}
	}
	return judges, nil
}
