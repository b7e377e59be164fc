package activities

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gennaker/gennaker"
)

// PreconfiguredWebhook is a webhook that an operator has defined. Stages have
// its type as theirs, and preconfiguredWebhook as their alias.
type PreconfiguredWebhook struct {
	Type        string `json:"type"`
	Label       string `json:"label,omitempty"`
	Description string `json:"description,omitempty"`
	// Parameters are what a stage may give in its parameterValues.
	Parameters []WebhookParameter `json:"parameters,omitempty"`
	// Permissions are the roles, one of which is wanted, to READ and to WRITE.
	// Running a stage asks for WRITE.
	Permissions map[string][]string `json:"permissions,omitempty"`
	// Fields are those of the stage type webhook that it gives. They win over
	// the stage's own.
	Fields map[string]any `json:"fields,omitempty"`
}

// WebhookParameter is a value that a stage gives to a preconfigured webhook.
type WebhookParameter struct {
	Name         string          `json:"name" yaml:"name"`
	Label        string          `json:"label,omitempty" yaml:"label"`
	Description  string          `json:"description,omitempty" yaml:"description"`
	Type         string          `json:"type,omitempty" yaml:"type"`
	DefaultValue string          `json:"defaultValue,omitempty" yaml:"defaultValue"`
	Options      []WebhookOption `json:"options,omitempty" yaml:"options"` // the values allowed; none allows all
	Order        int             `json:"order,omitempty" yaml:"order"`
}

// WebhookOption is one value that a parameter may have.
type WebhookOption struct {
	Value string `json:"value" yaml:"value"`
}

// PreconfiguredRequest asks for a definition.
type PreconfiguredRequest struct {
	Type string `json:"type"`
	User string `json:"user"` // for whom the stage runs
}

// FindPreconfiguredWebhook returns the definition of a type. It is ErrDenied
// for a user without a role that the definition wants.
func (w *Webhooks) FindPreconfiguredWebhook(_ context.Context, r PreconfiguredRequest) (PreconfiguredWebhook, error) {
	all := w.policy.Preconfigured
	i := slices.IndexFunc(all, func(p PreconfiguredWebhook) bool { return p.Type == r.Type })
	if i < 0 {
		return PreconfiguredWebhook{}, translate(fmt.Errorf("stage type %s: %w: webhooks.preconfigured of the worker's configuration does not have it%s",
			r.Type, gennaker.ErrNotFound, nearestType(r.Type, all)))
	}
	if wanted := all[i].Permissions["WRITE"]; len(wanted) > 0 && !w.has(r.User, wanted) {
		return PreconfiguredWebhook{}, translate(fmt.Errorf("stage type %s: %w: it is for the roles %s, and users of the worker's configuration give %s none of them",
			r.Type, gennaker.ErrDenied, strings.Join(wanted, ", "), r.User))
	}
	return all[i], nil
}

// has reports whether a user has one of the roles.
func (w *Webhooks) has(user string, roles []string) bool {
	return slices.ContainsFunc(w.users, func(u gennaker.User) bool {
		return u.Name == user && slices.ContainsFunc(u.Roles, func(r string) bool { return slices.Contains(roles, r) })
	})
}

func nearestType(word string, all []PreconfiguredWebhook) string {
	var types []string
	for _, p := range all {
		types = append(types, p.Type)
	}
	if near := gennaker.Nearest(word, types); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}
