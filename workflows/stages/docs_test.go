package stages

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
)

var update = flag.Bool("update", false, "write docs/stages.md")

const page = "../../docs/stages.md"

// docs/stages.md is made from the table of stage types, so that it cannot
// drift: `go test ./workflows/stages -update` writes it.
func TestThePageOfStageTypesIsCurrent(t *testing.T) {
	want := describeAll()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/stages.md is out of date: run `go test ./workflows/stages -update`")
	}
}

func TestEveryStageTypeSaysWhatItIsFor(t *testing.T) {
	for _, name := range gennaker.SortedKeys(Table) {
		if Table[name].About == "" || Table[name].Run == nil || Table[name].Config == nil {
			t.Errorf("stage type %s lacks About, Run or Config", name)
		}
	}
}

func describeAll() string {
	var b strings.Builder
	b.WriteString("# Stage types\n\nMade from the code by `go test ./workflows/stages -update`. Names and meanings are Spinnaker's; " +
		"where a field is not described, they are just that. Every field of a type may hold expressions.\n\n" +
		"## Every stage\n\n")
	fields(&b, reflect.TypeFor[gennaker.Stage]())
	for _, name := range gennaker.SortedKeys(Table) {
		if now := Table[name].Old; now != "" {
			fmt.Fprintf(&b, "\n## `%s`\n\nAnother name of [`%s`](#%s).\n", name, now, strings.ToLower(now))
			continue
		}
		fmt.Fprintf(&b, "\n## `%s`\n\n%s\n", name, Table[name].About)
		if limit := Table[name].Limit; limit > 0 {
			fmt.Fprintf(&b, "\nIt may take %s unless `stageTimeoutMs` says otherwise.\n", limit)
		}
		if t := reflect.TypeOf(Table[name].Config); t.NumField() > 0 {
			b.WriteString("\n")
			fields(&b, t)
		}
	}
	return b.String()
}

// fields writes a table of a struct's fields; those of nested structs stand
// below the field that holds them.
func fields(b *strings.Builder, t reflect.Type) {
	b.WriteString("| field | type | |\n|---|---|---|\n")
	rows(b, t, "", map[string]bool{})
}

// rows writes those of a struct; of two fields with one name the first counts.
func rows(b *strings.Builder, t reflect.Type, under string, written map[string]bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || name != "" && written[under+name]:
		case f.Anonymous && name == "":
			rows(b, f.Type, under, written)
		default:
			written[under+name] = true
			word, inner := kind(f.Type)
			fmt.Fprintf(b, "| `%s%s` | %s | %s |\n", under, name, word, remarks(f))
			if inner != nil {
				rows(b, inner, under+name+".", written)
			}
		}
	}
}

// kind is a type in the words of JSON, and the struct that it consists of, if
// any.
func kind(t reflect.Type) (string, reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer:
		return kind(t.Elem())
	case reflect.Struct:
		return "object", t
	case reflect.Slice:
		word, inner := kind(t.Elem())
		return "list of " + word + "s", inner
	case reflect.Map:
		return "object", nil
	case reflect.Bool:
		return "boolean", nil
	case reflect.String:
		return "string", nil
	case reflect.Interface:
		return "any", nil
	}
	return "number", nil
}

// remarks are what the tags say of a field.
func remarks(f reflect.StructField) string {
	var all []string
	var words []string
	for tag := range strings.SplitSeq(f.Tag.Get("jsonschema"), ",") {
		key, value, _ := strings.Cut(tag, "=")
		switch key {
		case "required":
			all = append(all, "Required.")
		case "enum":
			words = append(words, "`"+value+"`")
		case "minimum":
			all = append(all, "At least "+value+".")
		case "maximum":
			all = append(all, "At most "+value+".")
		}
	}
	if about := f.Tag.Get("jsonschema_description"); about != "" {
		all = append(all, about)
	}
	if len(words) > 0 {
		all = append(all, "One of "+strings.Join(words, ", ")+".")
	}
	if f.Tag.Get("support") == "later" {
		all = append(all, "Kept, and not acted on yet.")
	}
	return strings.ReplaceAll(strings.Join(all, " "), "|", "\\|")
}
