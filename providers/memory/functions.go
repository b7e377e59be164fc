package memory

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/gennaker/gennaker"
)

// The fields of a function's spec.
const (
	SpecCode     = "s3key"    // its code; any text
	SpecResponse = "response" // what it answers; without it, its payload
	SpecError    = "error"    // how it fails, if it does
)

// function is a function with all that it was.
type function struct {
	gennaker.Function
	now      content
	versions map[string]content
	changes  int
	ready    map[string]int      // executions that are kept so, by alias
	sources  map[string][]string // what calls it, by qualifier
}

// content is what a version keeps.
type content struct {
	code          string
	configuration map[string]any
}

func (a content) same(b content) bool {
	return a.code == b.code && reflect.DeepEqual(a.configuration, b.configuration)
}

func (c *Cloud) GetFunction(ctx context.Context, ref gennaker.FunctionRef) (gennaker.Function, error) {
	var seen gennaker.Function
	err := c.function("GetFunction", ref, func(f *function) error {
		seen = f.Function
		seen.Aliases, seen.Versions = slices.Clone(f.Aliases), slices.Clone(f.Versions)
		return nil
	})
	return seen, err
}

func (c *Cloud) CreateFunction(ctx context.Context, p gennaker.PutFunction) error {
	return c.call(Call{Method: "CreateFunction", Function: p.Name}, func() error {
		if f := c.findFunction(p.FunctionRef); f != nil {
			if f.Marks[gennaker.MarkToken] == p.Marks[gennaker.MarkToken] {
				return nil
			}
			return fmt.Errorf("memory: create function %s: %w", p.Name, gennaker.ErrExists)
		}
		f := &function{versions: map[string]content{}, ready: map[string]int{}, sources: map[string][]string{}, Function: gennaker.Function{
			Location: p.Location, Name: p.Name, ID: "memory:function:" + p.Name, Ready: true, Marks: p.Marks}}
		f.setCode(p.Spec)
		f.configure(p.Spec)
		c.code = append(c.code, f)
		return nil
	})
}

func (f *function) setCode(spec map[string]any) {
	if code := fmt.Sprint(spec[SpecCode]); code != f.now.code {
		f.now.code, f.CodeHash = code, gennaker.Token(code)
		f.revise()
	}
}

func (f *function) configure(spec map[string]any) {
	configuration := maps.Clone(spec)
	delete(configuration, SpecCode)
	if !reflect.DeepEqual(configuration, f.now.configuration) {
		f.now.configuration = configuration
		f.revise()
	}
}

func (f *function) revise() {
	f.changes++
	f.Revision = "r" + strconv.Itoa(f.changes)
}

func (c *Cloud) UpdateCode(ctx context.Context, p gennaker.PutFunction) error {
	return c.function("UpdateCode", p.FunctionRef, func(f *function) error { f.setCode(p.Spec); return nil })
}

func (c *Cloud) UpdateConfiguration(ctx context.Context, p gennaker.PutFunction) error {
	return c.function("UpdateConfiguration", p.FunctionRef, func(f *function) error { f.configure(p.Spec); return nil })
}

func (c *Cloud) PublishVersion(ctx context.Context, p gennaker.PublishVersion) (string, error) {
	var number string
	err := c.function("PublishVersion", p.FunctionRef, func(f *function) error {
		if p.CodeHash != "" && p.CodeHash != f.CodeHash {
			return fmt.Errorf("%w: its code is another one", gennaker.ErrExists)
		}
		if len(f.Versions) > 0 && f.versions[f.Versions[0]].same(f.now) {
			number = f.Versions[0]
			return nil
		}
		number = strconv.Itoa(len(f.versions) + 1)
		f.versions[number] = f.now
		f.Versions = append([]string{number}, f.Versions...)
		return nil
	})
	return number, err
}

func (c *Cloud) DeleteFunction(ctx context.Context, d gennaker.DeleteFunction) error {
	return c.call(Call{Method: "DeleteFunction", Function: d.Name}, func() error {
		f := c.findFunction(d.FunctionRef)
		switch {
		case f == nil:
			return nil
		case d.Version == "":
			c.code = slices.DeleteFunc(c.code, func(other *function) bool { return other == f })
			return nil
		}
		for _, a := range f.Aliases {
			if a.Version == d.Version || a.Second == d.Version {
				return fmt.Errorf("memory: delete version %s of %s: %w: the alias %s refers to it", d.Version, d.Name, gennaker.ErrInvalid, a.Name)
			}
		}
		f.Versions = slices.DeleteFunc(f.Versions, func(v string) bool { return v == d.Version })
		return nil
	})
}

func (c *Cloud) Invoke(ctx context.Context, i gennaker.Invoke) (gennaker.Invocation, error) {
	var came gennaker.Invocation
	err := c.function("Invoke", i.FunctionRef, func(f *function) error {
		came.Version = i.Qualifier
		if a := f.Alias(i.Qualifier); a != nil {
			came.Version = a.Version
		}
		runs, ok := f.versions[came.Version]
		if came.Version == "" || came.Version == gennaker.Latest {
			came.Version, runs, ok = gennaker.Latest, f.now, true
		}
		if !ok {
			return fmt.Errorf("version %s: %w", came.Version, gennaker.ErrNotFound)
		}
		came.Response = i.Payload
		if text, ok := runs.configuration[SpecResponse].(string); ok {
			came.Response = text
		}
		came.Error, _ = runs.configuration[SpecError].(string)
		return nil
	})
	return came, err
}

func (c *Cloud) PutAlias(ctx context.Context, p gennaker.PutAlias) error {
	return c.function("PutAlias", p.FunctionRef, func(f *function) error {
		for _, version := range []string{p.Alias.Version, p.Alias.Second} {
			if version != "" && version != gennaker.Latest && !slices.Contains(f.Versions, version) {
				return fmt.Errorf("version %s: %w", version, gennaker.ErrNotFound)
			}
		}
		is := f.Alias(p.Alias.Name)
		if is != nil && is.Routes(p.Alias) {
			return nil
		}
		if p.Was != nil && (is == nil) != (p.Was.Name == "") || p.Was != nil && is != nil && !is.Routes(*p.Was) {
			return fmt.Errorf("alias %s: %w: it was changed meanwhile", p.Alias.Name, gennaker.ErrExists)
		}
		if is == nil {
			f.Aliases = append(f.Aliases, p.Alias)
			return nil
		}
		is.Version, is.Second, is.Weight, is.Description = p.Alias.Version, p.Alias.Second, p.Alias.Weight, p.Alias.Description
		return nil
	})
}

func (c *Cloud) SetConcurrency(ctx context.Context, s gennaker.SetConcurrency) error {
	return c.function("SetConcurrency", s.FunctionRef, func(f *function) error {
		if s.Alias == "" {
			f.Reserved = s.Number
			return nil
		}
		if f.Alias(s.Alias) == nil {
			return fmt.Errorf("alias %s: %w", s.Alias, gennaker.ErrNotFound)
		}
		f.ready[s.Alias] = 0
		if s.Number != nil {
			f.ready[s.Alias] = *s.Number
		}
		return nil
	})
}

func (c *Cloud) SetEventSources(ctx context.Context, s gennaker.SetEventSources) error {
	return c.function("SetEventSources", s.FunctionRef, func(f *function) error {
		f.sources[s.Qualifier] = slices.Clone(s.Sources)
		return nil
	})
}

// Callers is what calls a function or, with a qualifier, its alias, and how
// many executions are kept ready for that. It is no call: no Fault sees it.
func (c *Cloud) Callers(ref gennaker.FunctionRef, qualifier string) (sources []string, ready int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.findFunction(ref); f != nil {
		return slices.Clone(f.sources[qualifier]), f.ready[qualifier]
	}
	return nil, 0
}

// function applies do to a function.
func (c *Cloud) function(method string, ref gennaker.FunctionRef, do func(*function) error) error {
	return c.call(Call{Method: method, Function: ref.Name}, func() error {
		err := error(gennaker.ErrNotFound)
		if f := c.findFunction(ref); f != nil {
			err = do(f)
		}
		if err != nil {
			return fmt.Errorf("memory: function %s: %w", ref.Name, err)
		}
		return nil
	})
}

func (c *Cloud) findFunction(ref gennaker.FunctionRef) *function {
	at := slices.IndexFunc(c.code, func(f *function) bool { return f.Name == ref.Name && f.Region == ref.Region })
	if at < 0 {
		return nil
	}
	return c.code[at]
}
