package cftest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// lifetime is how long a token is good for.
const lifetime = 10 * time.Minute

// token is the UAA's: it gives tokens for the password of a user, or the
// secret of a client, or for a token that it has given before.
func token(c *Cloud, r *request) (answer, error) {
	form, _ := url.ParseQuery(string(r.body))
	name, password := form.Get("username"), form.Get("password")
	switch form.Get("grant_type") {
	case "client_credentials":
		name, password, _ = r.BasicAuth()
	case "refresh_token":
		if !c.tokens[form.Get("refresh_token")] {
			return unauthorized()
		}
		name, password = "admin", c.users["admin"]
	}
	if known, ok := c.users[name]; !ok || known != password {
		return unauthorized()
	}
	claims := fmt.Sprintf(`{"user_name":%q,"jti":%q,"exp":%d}`, name, newGUID(), time.Now().Add(lifetime).Unix())
	encode := base64.RawURLEncoding.EncodeToString
	given := strings.Join([]string{encode([]byte(`{"alg":"none"}`)), encode([]byte(claims)), encode([]byte("unsigned"))}, ".")
	c.tokens[given] = true
	return ok(doc{"access_token": given, "refresh_token": given, "token_type": "bearer", "expires_in": int(lifetime.Seconds()), "scope": "cloud_controller.write"})
}

func unauthorized() (answer, error) {
	return answer{status: http.StatusUnauthorized, body: doc{"error": "unauthorized", "error_description": "Bad credentials"}}, nil
}

// authenticate refuses requests without a token, but for those that tell where
// to get one.
func (c *Cloud) authenticate(r *request) error {
	switch {
	case r.URL.Path == "/" || r.URL.Path == "/v3" || r.URL.Path == "/v3/info" || r.URL.Path == "/oauth/token":
		return nil
	case r.Header.Get("Authorization") == "":
		return &refusal{http.StatusUnauthorized, 10002, "CF-NotAuthenticated", "Authentication error"}
	}
	kind, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "bearer") || !c.tokens[given] {
		return &refusal{http.StatusUnauthorized, 1000, "CF-InvalidAuthToken", "Invalid Auth Token"}
	}
	return nil
}

// ForgetTokens has all tokens be no good any more.
func (c *Cloud) ForgetTokens() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.tokens)
}
