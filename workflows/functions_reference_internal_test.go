package workflows

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gennaker/gennaker"
	"github.com/gennaker/gennaker/expression"
	"github.com/gennaker/gennaker/workflows/javatime"
)

var update = flag.Bool("update", false, "write docs/expressions.md anew")

const reference = "../docs/expressions.md"

// The reference says what the tables of the code have. After a change of them,
// go test ./workflows -run Reference -update writes it anew.
func TestReferenceOfExpressionsIsCurrent(t *testing.T) {
	want := referenceText()
	if *update {
		if err := os.WriteFile(reference, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("docs/expressions.md is not what the code has: run go test ./workflows -run Reference -update")
	}
}

func referenceText() string {
	d := expression.Describe(javatime.Types())
	var b strings.Builder
	b.WriteString(referenceBegin)
	b.WriteString("\n## Names\n\n| name | what it is |\n|---|---|\n")
	for _, name := range gennaker.SortedKeys(roots) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", name, roots[name])
	}
	b.WriteString(referenceNames)
	b.WriteString("\n## Operators\n\nThe weakest first; those of one line are as strong as each other. Words may be in any case.\n\n- `a ? b : c`, `a ?: b`\n")
	for _, level := range d.Operators {
		fmt.Fprintf(&b, "- `%s`\n", strings.Join(level, "`, `"))
	}
	b.WriteString("- `!a`, `not a`, `-a`, `+a`\n" + referenceAccess)
	b.WriteString("\n## Functions\n\n`?` marks what may be left out, `…` what may be repeated.\n\n| function | what it gives |\n|---|---|\n")
	for _, name := range gennaker.SortedKeys(functions) {
		fmt.Fprintf(&b, "| `#%s` | %s |\n", expression.Signature(name, functions[name].params), functions[name].tells)
	}
	b.WriteString("\n## Methods\n\nThey do what Java's do. An object's field `name` can be read as `getName()` too.\n\n")
	for _, kind := range gennaker.SortedKeys(d.Methods) {
		fmt.Fprintf(&b, "- **%s**: `%s`\n", kind, strings.Join(d.Methods[kind], "`, `"))
	}
	b.WriteString(referenceTypes)
	for _, t := range d.Types {
		fmt.Fprintf(&b, "- %s\n", typeText(t))
	}
	b.WriteString("\n## Bounds\n\nGoing over one is an error that says which.\n\n| at most | of |\n|---:|---|\n")
	for _, bound := range slices.Concat(d.Bounds, engineBounds) {
		fmt.Fprintf(&b, "| %d | %s |\n", bound.Most, bound.Of)
	}
	b.WriteString(referenceDifferences)
	return b.String()
}

var engineBounds = []expression.Bound{{Most: maxYAMLValues, Of: "values of one text of YAML, aliases counted as often as they stand"},
	{Most: maxYAMLDepth, Of: "levels of YAML in one another"},
	{Most: maxNeeds, Of: "things that one evaluation fetches"},
	{Most: maxFound, Of: "bytes of what one evaluation fetches; a single URL's text has at most a quarter of that"}}

// typeText lists all that a type has.
func typeText(t *expression.Type) string {
	text := "**" + t.Name + "**"
	if t.New != nil {
		text += ", `new " + expression.Signature(t.Name, t.New.Params) + "`"
	}
	for _, part := range []struct {
		title string
		names []string
	}{{"constants", gennaker.SortedKeys(t.Constants)}, {"statics", signatures(t.Statics)}, {"methods", signatures(t.Methods)}} {
		if len(part.names) > 0 {
			text += "; " + part.title + " `" + strings.Join(part.names, "`, `") + "`"
		}
	}
	if t.Is != nil {
		text += "; for `instanceof`"
	}
	return text
}

func signatures(table map[string]expression.Method) []string {
	var list []string
	for _, name := range gennaker.SortedKeys(table) {
		list = append(list, expression.Signature(name, table[name].Params))
	}
	return list
}

const referenceBegin = `<!-- Written by go test ./workflows -run Reference -update. Change the tables in expression/ and workflows/functions_table.go instead. -->
# Expressions

` + "`${ … }`" + ` in any text of a stage, in a key or in an element of a list, is evaluated when the stage starts. A text that is one expression becomes its result, of whatever type; in a longer text each result is written as text. The syntax is that of SpEL, Spring's expression language, in the parts that pipelines use. There is no way from an expression to the file system or a type that is not listed here, and the same expression gives the same result when an execution is replayed.

What a function needs from outside, such as the text of a URL, is fetched by the worker while the stage evaluates, with its retries, and stands in the execution's history: the text of a URL must not be a secret. One evaluation fetches each thing once. ` + "`gennaker eval`" + ` sees what the execution's stages have fetched, and fetches nothing.

Errors say where: the field, the expression, the character, what was found there and, where a name is nearly one that exists, which one was probably meant.
`

const referenceNames = "\nThen the stage's own fields, then the outputs of the stages upstream, the nearest first. `#root` is all of these; `#this` is the item inside of a selection or a projection.\n"

const referenceAccess = "- `a.name`, `a?.name` (null for null), `a[key]`, `a.method(…)`, `a?.method(…)`\n" +
	"- `list.?[condition]` chooses all items, `list.^[condition]` the first, `list.$[condition]` the last; `list.![value]` is the value for each item. Inside, names are the item's fields, and `#root.name` is the name outside. Of an object the items are its fields by `key` and `value`, in the order of the keys; a selection from it is an object. After `?` all four give null for null\n" +
	"- `'text'`, `\"text\"` (a quote is doubled), `1`, `1L`, `1.5`, `0x1F`, `true`, `null`, `{1, 2}`, `{name: 1, 'other name': 2}`, `{:}`, `(…)`\n"

const referenceTypes = "\n## Types\n\n`T(name).static(…)`, `T(name).CONSTANT`, `new name(…)` and `value instanceof T(name)`. The types of `java.lang` need no package. `getYear()` can be written `year`. What has a type that JSON does not have leaves an expression as its text. Times are in UTC, and now is the execution's own clock.\n\n"

const referenceDifferences = `
## Differences from SpEL and Spinnaker

- A number and text that looks like one are not compared with ` + "`==`" + `: it is an error, and not false. Null is not less than everything: ordering it is an error.
- A name that nothing has is an error, except left of ` + "`?:`" + ` and ` + "`?.`" + ` and where it is compared with null: there it is null. A field that an object lacks is null.
- Null in the middle of text is an error, and not left as it is. A text that is one expression can become null, with a warning if a name of it is nearly one that exists; Spinnaker leaves its text.
- Numbers are those of JSON. A whole one has no point: ` + "`T(Math).floor(2.5)`" + ` is written 2. Whole numbers above 2^53 are not exact, and do not wrap around.
- Whole numbers divide whole, as in Java; what was written with a point in the expression, or comes from a function that gives a double, does not. JSON's 2.0 is a whole number.
- Objects are written into text as JSON: Spinnaker leaves the text of the expression. Lists are written as in Spinnaker, their items with commas between, and ` + "`toString()`" + ` writes both as Java does. The fields of objects have the order of their keys.
- Text times a number is that text so many times, as in SpEL, unless the text looks like a number.
- Places in text count characters, also those that Java counts as two.
- ` + "`compareTo`" + ` gives -1, 0 or 1.
- Regular expressions are RE2's: there is no looking ahead, no looking back and no reference to a group inside of the pattern. A class inside of a class, and ` + "`&&`" + `, are refused; ` + "`\\p{Alpha}`" + ` and the other names of Java are understood.
- Values cannot be changed: there are no assignments, and no ` + "`add`" + `, ` + "`put`" + ` or ` + "`remove`" + `.
- ` + "`?.[key]`" + `, beans (` + "`@name`" + `), arrays (` + "`new int[3]`" + `) and lambdas are not supported.
- What is drawn at random comes from the execution, the stage and how often was drawn, so that a replay draws the same. A ` + "`java.util.Random`" + ` takes no seed.
- Times of ` + "`execution`" + ` and its stages are in milliseconds, as in Spinnaker.
- Results are not evaluated again, so ` + "`#doNotEval`" + ` matters to ` + "`#toJson`" + ` alone.
- Dates and times are in UTC and English. Spinnaker takes those of its server. ` + "`YYYY`" + ` in a pattern, the year of the week, is refused.
- ` + "`#readYaml`" + ` leaves dates as text.

With ` + "`compatibility: spinnaker`" + ` at its top, a document gets SpEL's reading of mistakes: an expression that fails, or is null, leaves its text and a warning; a name that nothing has is null everywhere; null is less than everything, and is the text null beside a ` + "`+`" + `; a number never equals text.
`
