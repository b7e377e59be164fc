package awstest

import (
	"fmt"
	"net/url"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Requests of the query protocols are flat forms: Tags.member.1.Key in the
// services that say member, Tag.1.Key in EC2. A form becomes a tree, the tree
// a struct. A field's parameter has the field's name unless a tag says
// otherwise.

type node struct {
	value string
	kids  map[string]*node
}

func tree(form url.Values) *node {
	root := &node{}
	for key, values := range form {
		n := root
		for _, part := range strings.Split(key, ".") {
			if part == "member" {
				continue
			}
			if n.kids == nil {
				n.kids = map[string]*node{}
			}
			if n.kids[part] == nil {
				n.kids[part] = &node{}
			}
			n = n.kids[part]
		}
		n.value = values[0]
	}
	return root
}

// decode fills the struct that into points to. What it has no field for is an
// error: a simulator that ignores what it was asked lies.
func decode(form url.Values, into any) error {
	root := tree(form)
	delete(root.kids, "Action")
	delete(root.kids, "Version")
	return root.decode(reflect.ValueOf(into).Elem(), "")
}

func (n *node) decode(v reflect.Value, path string) error {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return n.decode(v.Elem(), path)
	case reflect.Slice:
		return n.list(v, path)
	case reflect.Struct:
		if v.Type() != reflect.TypeFor[time.Time]() {
			return n.structure(v, path)
		}
	}
	if n.kids != nil {
		return notSimulated("the parameter %s has parts", path)
	}
	return n.scalar(v, path)
}

func (n *node) structure(v reflect.Value, path string) error {
	fields := map[string]reflect.Value{}
	collect(v, fields)
	for _, name := range sortedKeys(n.kids) {
		field, ok := fields[name]
		if !ok {
			return notSimulated("it does not know the parameter %s", join(path, name))
		}
		if err := n.kids[name].decode(field, join(path, name)); err != nil {
			return err
		}
	}
	return nil
}

func collect(v reflect.Value, fields map[string]reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch name := f.Tag.Get("param"); {
		case f.Anonymous:
			collect(v.Field(i), fields)
		case name == "-":
		case name != "":
			fields[name] = v.Field(i)
		default:
			fields[f.Name] = v.Field(i)
		}
	}
}

func (n *node) list(v reflect.Value, path string) error {
	v.Set(reflect.MakeSlice(v.Type(), 0, len(n.kids)))
	keys := sortedKeys(n.kids)
	sort.Slice(keys, func(i, j int) bool { return number(keys[i]) < number(keys[j]) })
	for _, key := range keys {
		if number(key) == 0 {
			return notSimulated("the list %s has the member %s", path, key)
		}
		item := reflect.New(v.Type().Elem()).Elem()
		if err := n.kids[key].decode(item, join(path, key)); err != nil {
			return err
		}
		v.Set(reflect.Append(v, item))
	}
	return nil
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func (n *node) scalar(v reflect.Value, path string) (err error) {
	switch target := v.Addr().Interface().(type) {
	case *string:
		*target = n.value
	case *int:
		*target, err = strconv.Atoi(n.value)
	case *float64:
		*target, err = strconv.ParseFloat(n.value, 64)
	case *bool:
		*target, err = strconv.ParseBool(n.value)
	case *time.Time:
		*target, err = time.Parse(time.RFC3339, n.value)
	default:
		return notSimulated("the parameter %s is a %s", path, v.Type())
	}
	if err != nil {
		return refuse("ValidationError", "Value '%s' at '%s' failed to satisfy constraint", n.value, path)
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// scope is what a request says about itself in its signature.
type scope struct{ accessKey, region, service string }

// scopeOf reads Authorization: AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …
func scopeOf(authorization string) (scope, error) {
	_, rest, ok := strings.Cut(authorization, "Credential=")
	parts := strings.Split(rest, "/")
	if !ok || len(parts) < 5 {
		return scope{}, &Error{Status: 403, Code: "MissingAuthenticationToken", Message: "Request is missing Authentication Token"}
	}
	return scope{accessKey: parts[0], region: parts[2], service: parts[3]}, nil
}

// Error is a refusal as Amazon words it.
type Error struct {
	Status  int // default 400
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

func notSimulated(format string, args ...any) *Error {
	return refuse("NotSimulated", "awstest cannot do this: "+format+"; teach it in providers/aws/awstest", args...)
}
