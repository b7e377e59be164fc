package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// visit is one client's request while it is here: the backend that counts it.
type visit struct{ at *Backend }

type visitKey struct{}

// tracked counts a request for its backend until the last byte is answered,
// or until a connection that was upgraded is closed.
func (b *Balancer) tracked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{}
		defer v.move(nil)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// move counts the visit for another backend, which has counted it already.
func (v *visit) move(to *Backend) {
	if v.at != nil {
		v.at.flying.Add(-1)
	}
	v.at = to
}

// RoundTrip sends a request to one backend, and to another if that is safe:
// when nothing was sent, or once when sending it twice does no harm.
func (b *Balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	v := r.Context().Value(visitKey{}).(*visit)
	failed := errNone
	again := repeatable(r)
	var tried []*Backend
	for {
		backend := b.pick(tried)
		if backend == nil {
			return nil, failed
		}
		v.move(backend)
		tried = append(tried, backend)
		answer, err := b.pool.RoundTrip(outgoing(r, backend))
		if err == nil {
			return answer, nil
		}
		failed = fmt.Errorf("instance %s: %w", backend.Name, err)
		switch {
		case r.Context().Err() != nil:
			return nil, failed
		case unsent(err):
			failed = fmt.Errorf("%w: %w", errNone, failed)
		case again:
			again = false // a request that ends its instance must not end them all
		default:
			return nil, failed
		}
	}
}

// outgoing is the request as one backend gets it. Its body survives the
// attempt: a transport closes the body of a request that it could not send.
func outgoing(r *http.Request, backend *Backend) *http.Request {
	out := r.WithContext(r.Context())
	url := *r.URL
	url.Host = backend.Address
	out.URL = &url
	if !bodiless(r) {
		out.Body = io.NopCloser(r.Body)
	}
	return out
}

// unsent reports whether a request failed before a connection was there.
func unsent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// repeatable reports whether a backend may get a request that another may
// have got.
func repeatable(r *http.Request) bool {
	return idempotent[r.Method] && bodiless(r) && r.Header.Get("Upgrade") == ""
}

func bodiless(r *http.Request) bool { return r.Body == nil || r.Body == http.NoBody }

var idempotent = map[string]bool{
	http.MethodGet: true, http.MethodHead: true, http.MethodOptions: true, http.MethodTrace: true,
	http.MethodPut: true, http.MethodDelete: true,
}
