package korifitest

import (
	"context"
	"testing"
	"time"

	"github.com/cloudfoundry/go-cfclient/v3/client"
	"github.com/cloudfoundry/go-cfclient/v3/resource"
)

// AddSpace adds a space, and its organization if there is none, whose developer
// is the user.
func (s *Server) AddSpace(t testing.TB, organization, name string) {
	t.Helper()
	org, err := s.organization(t.Context(), organization)
	if err != nil {
		t.Fatalf("organization %s: %v", organization, err)
	}
	space, err := s.admin.Spaces.Create(t.Context(), resource.NewSpaceCreate(name, org))
	if err != nil {
		t.Fatalf("space %s: %v", name, err)
	}
	if _, err := s.admin.Roles.CreateSpaceRole(t.Context(), space.GUID, "system:serviceaccount:cf:"+user, resource.SpaceRoleDeveloper); err != nil {
		t.Fatalf("developer of space %s: %v", name, err)
	}
}

// organization is the guid of one, which is made if there is none.
func (s *Server) organization(ctx context.Context, name string) (string, error) {
	o := client.NewOrganizationListOptions()
	o.Names = client.Filter{Values: []string{name}}
	found, err := s.admin.Organizations.ListAll(ctx, o)
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return found[0].GUID, nil
	}
	org, err := s.admin.Organizations.Create(ctx, resource.NewOrganizationCreate(name))
	if err != nil {
		return "", err
	}
	_, err = s.admin.Roles.CreateOrganizationRole(ctx, org.GUID, "system:serviceaccount:cf:"+user, resource.OrganizationRoleUser)
	return org.GUID, err
}

// DropRoutes deletes the routes of all spaces.
func (s *Server) DropRoutes(t testing.TB) {
	t.Helper()
	found, err := s.admin.Routes.ListAll(t.Context(), nil)
	if err != nil {
		t.Fatalf("routes: %v", err)
	}
	for _, r := range found {
		job, err := s.admin.Routes.Delete(t.Context(), r.GUID)
		if err == nil {
			err = s.admin.Jobs.PollComplete(t.Context(), job, &client.PollingOptions{FailedState: "FAILED", Timeout: time.Minute, CheckInterval: 20 * time.Millisecond})
		}
		if err != nil {
			t.Fatalf("delete route %s: %v", r.URL, err)
		}
	}
}
