package properties_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gennaker/gennaker/localcloud/internal/properties"
)

func TestEachFormIsRead(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"JSON keeps its kinds", "a.json", `{"n": 3, "list": [{"x": true}], "none": null}`, `{"list":[{"x":true}],"n":3,"none":null}`},
		{"JSON is known without its ending", "out.properties", "\n {\"a\": 1}", `{"a":1}`},
		{"YAML keeps its kinds", "a.yml", "n: 3\nlist:\n  - {x: true}\n", `{"list":[{"x":true}],"n":3}`},
		{"the other ending of YAML", "A.YAML", "a: text", `{"a":"text"}`},
		{"Java's separators", "a", "a=1\nb: 2\nc 3\nd = = 4\ne", `{"a":"1","b":"2","c":"3","d":"= 4","e":""}`},
		{"Java's comments and empty lines", "a", "# no\n! no\n\n  a=1 # yes\n", `{"a":"1 # yes"}`},
		{"Java's lines that go on", "a", "a=one, \\\n   two\\\\\nb=2", `{"a":"one, two\\","b":"2"}`},
		{"a comment goes on nowhere", "a", "# no \\\na=1", `{"a":"1"}`},
		{"Java's escapes", "a", `a\=b\:c\ d=\t\q\u00e4\uD83D\uDE00`, `{"a=b:c d":"\tqä😀"}`},
		{"half of a character", "a", `a=\uD83Dx`, `{"a":"` + "\uFFFD" + `x"}`},
		{"a key that is nothing", "a", "=1", `{"":"1"}`},
		{"a line that ends in the middle", "a", `a=1\`, `{"a":"1"}`},
		{"a key that ends in the middle", "a", `a\`, `{"a":""}`},
		{"Windows' lines", "a", "a=1\r\nb=2\r\n", `{"a":"1","b":"2"}`},
		{"the last of a key wins", "a", "a=1\na=2", `{"a":"2"}`},
		{"an empty file", "a", "", `{}`},
		{"an empty JSON file", "a.json", "", `null`},
		{"an empty YAML file", "a.yml", "", `null`},
	} {
		t.Run(c.name, func(t *testing.T) {
			values, err := properties.Parse(c.file, []byte(c.text))
			got, _ := json.Marshal(values)
			if err != nil || string(got) != c.want {
				t.Errorf("Parse(%s, %q) = %s, %v, want %s", c.file, c.text, got, err, c.want)
			}
		})
	}
}

func TestWhatCannotBeReadSaysWhy(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"broken JSON", "a.json", `{"a": `, "JSON: unexpected end"},
		{"JSON that is no object", "a.json", `[1]`, "JSON: "},
		{"broken YAML", "a.yml", "a: [", "YAML: line 1"},
		{"YAML that is no object", "a.yml", "- 1", "YAML: "},
		{"YAML with keys that are no text", "a.yml", "a: {1: 2, [3]: 4}", "YAML: "},
		{"YAML with what is no number", "a.yml", "a: .nan", "YAML: it holds what JSON cannot"},
		{"a broken escape", "a", "x=1\ny=\\u12", "properties: line 2: "},
		{"no UTF-8", "a", "a=\xff", "properties: they are no UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			values, err := properties.Parse(c.file, []byte(c.text))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("Parse(%s, %q) = %v, %v, want an error that begins with %s", c.file, c.text, values, err, c.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`a=1\`, "a\\\n", `a=\u00`, `\ud83d\ud83d`, ":", "{"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"a", "a.json", "a.yml"} {
			values, err := properties.Parse(name, []byte(text))
			if err != nil {
				continue
			}
			if _, err := json.Marshal(values); err != nil {
				t.Errorf("Parse(%s, %q) = %v, which is no JSON: %v", name, text, values, err)
			}
		}
	})
}
