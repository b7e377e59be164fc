package providertest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// apart are the capabilities that the suite does not ask about, and where they
// are tried.
var apart = map[string]string{
	"Functions":       "providers/aws/lambda_test.go",
	"FunctionTraffic": "providers/aws/lambda_test.go",
}

// A capability that the suite says nothing about is no contract.
func TestEveryCapabilityHasItsCases(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	suite := ""
	for _, file := range sources {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, "_test.go") {
			suite += string(text)
		}
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), "../providers.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(parsed, func(n ast.Node) bool {
		named, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if i, ok := named.Type.(*ast.InterfaceType); ok && apart[named.Name.Name] == "" {
			for _, method := range i.Methods.List {
				for _, name := range method.Names {
					if !asks(method) {
						continue
					}
					found++
					if !strings.Contains(suite, "."+name.Name+"(") {
						t.Errorf("%s.%s is in the contract, and no case calls it", named.Name.Name, name.Name)
					}
				}
			}
		}
		return true
	})
	if found < 20 {
		t.Errorf("only %d methods were found: the check looks in the wrong place", found)
	}
}

// asks reports whether a method asks the cloud for something: it can fail.
func asks(method *ast.Field) bool {
	f, ok := method.Type.(*ast.FuncType)
	if !ok || f.Results == nil {
		return false
	}
	last, ok := f.Results.List[len(f.Results.List)-1].Type.(*ast.Ident)
	return ok && last.Name == "error"
}
