package awstest_test

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// judge is an HTTP client that holds every request and answer against AWS's
// own models, and keeps what is wrong.
type judge struct {
	models map[string]*model
	client *http.Client

	mu     sync.Mutex // guards what follows
	wrong  []string
	judged map[string]int // answers without an error, by version and action
}

func newJudge(models map[string]*model) *judge {
	return &judge{models: models, client: &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}, judged: map[string]int{}}
}

// Do is what an SDK wants of its HTTP client.
func (j *judge) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer, err := j.client.Do(r)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(content))
	j.judge(body, answer.StatusCode, content)
	return answer, err
}

func (j *judge) judge(body []byte, status int, answer []byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	form, err := url.ParseQuery(string(body))
	v := verdict{model: j.models[form.Get("Version")], action: form.Get("Action")}
	if err != nil || v.model == nil {
		j.wrong = append(j.wrong, fmt.Sprintf("there is no model for %s: %v", body, err))
		return
	}
	v.operation = v.model.Operations[v.action]
	v.request(form)
	v.answer(status, answer)
	j.wrong = append(j.wrong, v.wrong...)
	if status == http.StatusOK {
		j.judged[form.Get("Version")+" "+v.action]++
	}
}

// verdict is what is wrong with one call.
type verdict struct {
	*model
	operation operation
	action    string
	wrong     []string
}

func (v *verdict) say(format string, args ...any) {
	v.wrong = append(v.wrong, v.action+": "+fmt.Sprintf(format, args...))
}

func (v *verdict) ec2() bool { return v.Metadata.Protocol == "ec2" }

// request holds the parameters against the input of the operation.
func (v *verdict) request(form url.Values) {
	for name, values := range form {
		if name == "Action" || name == "Version" {
			continue
		}
		if v.operation.Input == nil {
			v.say("parameter %s: the operation has none", name)
			continue
		}
		v.parameter(name, strings.Split(name, "."), v.Shapes[v.operation.Input.Shape], values[0])
	}
}

func (v *verdict) parameter(name string, path []string, s shape, value string) {
	if len(path) == 0 {
		if (s.Type != "list" || value != "") && !v.scalar(s, value) {
			v.say("parameter %s: %q is not a %s of %v", name, value, s.Type, s.Enum)
		}
		return
	}
	switch s.Type {
	case "structure":
		for member, ref := range s.Members {
			if v.parameterName(member, ref) == path[0] {
				v.parameter(name, path[1:], v.Shapes[ref.Shape], value)
				return
			}
		}
		v.say("parameter %s: there is no %s", name, path[0])
	case "list":
		if !v.ec2() && path[0] == "member" {
			path = path[1:]
		}
		if _, err := strconv.Atoi(path[0]); err != nil {
			v.say("parameter %s: %s is no position in a list", name, path[0])
			return
		}
		v.parameter(name, path[1:], v.Shapes[s.Member.Shape], value)
	default:
		v.say("parameter %s: a %s has no parts", name, s.Type)
	}
}

func (v *verdict) parameterName(name string, ref member) string {
	switch {
	case ref.QueryName != "":
		return ref.QueryName
	case ref.LocationName != "" && v.ec2():
		return strings.ToUpper(ref.LocationName[:1]) + ref.LocationName[1:]
	case ref.LocationName != "":
		return ref.LocationName
	}
	return name
}

func (v *verdict) scalar(s shape, value string) bool {
	var err error
	switch s.Type {
	case "integer", "long":
		_, err = strconv.ParseInt(value, 10, 64)
	case "double", "float":
		_, err = strconv.ParseFloat(value, 64)
	case "boolean":
		return value == "true" || value == "false"
	case "timestamp":
		_, err = time.Parse(time.RFC3339, value)
	case "blob":
		_, err = base64.StdEncoding.DecodeString(value)
	case "string":
		return len(s.Enum) == 0 || slices.Contains(s.Enum, value)
	default:
		return false
	}
	return err == nil
}

// element is a piece of an answer.
type element struct {
	XMLName xml.Name
	Text    string    `xml:",chardata"`
	Kids    []element `xml:",any"`
}

func (e element) kid(name string) (element, bool) {
	for _, k := range e.Kids {
		if k.XMLName.Local == name {
			return k, true
		}
	}
	return element{}, false
}

// answer holds the answer against the output, or the errors, of the operation.
func (v *verdict) answer(status int, body []byte) {
	var root element
	if err := xml.Unmarshal(body, &root); err != nil {
		v.say("the answer is no XML: %v: %s", err, body)
		return
	}
	if status != http.StatusOK {
		v.refusal(root)
		return
	}
	if root.XMLName.Local != v.action+"Response" || strings.TrimSuffix(root.XMLName.Space, "/") != strings.TrimSuffix(v.Metadata.XMLNamespace, "/") {
		v.say("the answer is a %s of %s, want a %sResponse of %s", root.XMLName.Local, root.XMLName.Space, v.action, v.Metadata.XMLNamespace)
	}
	if v.ec2() {
		v.ec2Answer(root)
		return
	}
	if meta, _ := root.kid("ResponseMetadata"); len(meta.Kids) != 1 || meta.Kids[0].XMLName.Local != "RequestId" {
		v.say("the answer has no request id")
	}
	if v.operation.Output == nil {
		if len(root.Kids) != 1 {
			v.say("the answer has a result, and the operation has none")
		}
		return
	}
	result, ok := root.kid(v.operation.Output.ResultWrapper)
	if !ok {
		v.say("the answer has no %s", v.operation.Output.ResultWrapper)
		return
	}
	v.value(v.action, v.Shapes[v.operation.Output.Shape], result)
}

func (v *verdict) ec2Answer(root element) {
	if _, ok := root.kid("requestId"); !ok {
		v.say("the answer has no request id")
	}
	v.once(v.action, root)
	root.Kids = slices.DeleteFunc(root.Kids, func(k element) bool { return k.XMLName.Local == "requestId" })
	if v.operation.Output != nil {
		v.value(v.action, v.Shapes[v.operation.Output.Shape], root)
		return
	}
	// Operations without an output may say return: true.
	root.Kids = slices.DeleteFunc(root.Kids, func(k element) bool { return k.XMLName.Local == "return" && k.Text == "true" })
	if len(root.Kids) > 0 {
		v.say("the answer has a %s, and the operation has no output", root.Kids[0].XMLName.Local)
	}
}

func (v *verdict) value(path string, s shape, e element) {
	switch s.Type {
	case "structure":
		v.structure(path, s, e)
	case "list":
		item := s.Member.LocationName
		if item == "" {
			item = "member"
		}
		for i, k := range e.Kids {
			if k.XMLName.Local != item {
				v.say("%s: the list has a %s, want %s", path, k.XMLName.Local, item)
			}
			v.value(fmt.Sprintf("%s[%d]", path, i), v.Shapes[s.Member.Shape], k)
		}
	default:
		if len(e.Kids) > 0 || !v.scalar(s, e.Text) {
			v.say("%s: %q is not a %s of %v", path, e.Text, s.Type, s.Enum)
		}
	}
}

func (v *verdict) structure(path string, s shape, e element) {
	left := map[string]bool{}
	for _, name := range s.Required {
		left[name] = true
	}
	v.once(path, e)
	for _, k := range e.Kids {
		name, ref, ok := fieldOf(s, k.XMLName.Local)
		if !ok {
			v.say("%s: there is no %s", path, k.XMLName.Local)
			continue
		}
		delete(left, name)
		v.value(path+"."+name, v.Shapes[ref.Shape], k)
	}
	for name := range left {
		// An empty list may be left out: it is read as one.
		if v.Shapes[s.Members[name].Shape].Type != "list" {
			v.say("%s: %s is missing", path, name)
		}
	}
}

// once holds that no field comes twice: AWS's Python SDK cannot read such an
// answer, though that for Go can.
func (v *verdict) once(path string, e element) {
	seen := map[string]bool{}
	for _, k := range e.Kids {
		if seen[k.XMLName.Local] {
			v.say("%s: %s is there twice", path, k.XMLName.Local)
		}
		seen[k.XMLName.Local] = true
	}
}

func fieldOf(s shape, element string) (string, member, bool) {
	for name, ref := range s.Members {
		if ref.LocationName == element || ref.LocationName == "" && name == element {
			return name, ref, true
		}
	}
	return "", member{}, false
}

// commonErrors are those that every operation can end with.
var commonErrors = []string{"ValidationError", "Throttling", "AccessDenied", "InternalFailure", "InternalError", "ServiceUnavailable",
	"MissingAuthenticationToken", "InvalidNextToken"}

func (v *verdict) refusal(root element) {
	code, ok := element{}, false
	if v.ec2() {
		errors, _ := root.kid("Errors")
		first, _ := errors.kid("Error")
		code, ok = first.kid("Code")
	} else {
		first, _ := root.kid("Error")
		code, ok = first.kid("Code")
	}
	if !ok || code.Text == "" {
		v.say("the refusal has no code")
	}
	if v.ec2() || slices.Contains(commonErrors, code.Text) {
		return // EC2's model names no errors
	}
	for _, e := range v.operation.Errors {
		if v.Shapes[e.Shape].Error.Code == code.Text {
			return
		}
	}
	v.say("the operation has no error %s", code.Text)
}
