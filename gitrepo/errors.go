package gitrepo

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"

	"github.com/gennaker/gennaker"
)

// kind says what kind of error the library's is. Pages that servers answer
// with are left out.
func kind(err error) error {
	var unexpected *plumbing.UnexpectedError // wraps, and does not tell
	if errors.As(err, &unexpected) {
		err = unexpected.Err
	}
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err
	}
	var status *githttp.Err
	var strange *packp.ErrUnexpectedData
	switch {
	case errors.Is(err, gennaker.ErrDenied), errors.Is(err, gennaker.ErrInvalid):
		return err
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed):
		return fmt.Errorf("%w: the server wants to know who asks, or there is no such repository", gennaker.ErrDenied)
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return fmt.Errorf("%w: the server has no such repository", gennaker.ErrNotFound)
	case strings.Contains(err.Error(), "not our ref"): // which the library has no error for
		return fmt.Errorf("%w: the server has no such commit", gennaker.ErrNotFound)
	case errors.Is(err, transport.ErrEmptyRemoteRepository):
		return fmt.Errorf("%w: the repository is empty", gennaker.ErrNotFound)
	case errors.As(err, &status):
		return fmt.Errorf("%w: it answered %d %s", statusKind(status.StatusCode()), status.StatusCode(), http.StatusText(status.StatusCode()))
	case errors.As(err, &strange), errors.Is(err, pktline.ErrInvalidPktLen):
		return fmt.Errorf("%w: it does not answer as a git server does", gennaker.ErrInvalid)
	}
	return fmt.Errorf("%w: %w", gennaker.ErrUnavailable, err)
}

func statusKind(code int) error {
	if code >= 500 || code == http.StatusTooManyRequests {
		return gennaker.ErrUnavailable
	}
	return gennaker.ErrInvalid
}
