package awstest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"net/http"
)

// protocol is how a service words its answers.
type protocol struct {
	namespace string
	ec2       bool
}

// answer words an action's result, nil if it has none.
func (p protocol) answer(action, requestID string, result any) ([]byte, error) {
	var body bytes.Buffer
	e := xml.NewEncoder(&body)
	open := xml.StartElement{Name: xml.Name{Local: action + "Response"}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: p.namespace}}}
	id := xml.StartElement{Name: xml.Name{Local: "RequestId"}}
	var err error
	switch {
	case p.ec2:
		err = e.EncodeElement(ec2Result{requestID, result}, open)
	default:
		err = errors.Join(e.EncodeToken(open), encodeResult(e, action, result),
			e.EncodeToken(xml.StartElement{Name: xml.Name{Local: "ResponseMetadata"}}), e.EncodeElement(requestID, id),
			e.EncodeToken(xml.EndElement{Name: xml.Name{Local: "ResponseMetadata"}}), e.EncodeToken(open.End()), e.Flush())
	}
	return body.Bytes(), err
}

func encodeResult(e *xml.Encoder, action string, result any) error {
	if result == nil {
		return nil
	}
	return e.EncodeElement(result, xml.StartElement{Name: xml.Name{Local: action + "Result"}})
}

// ec2Result is a result whose fields stand beside the request's id.
type ec2Result struct {
	requestID string
	result    any
}

func (r ec2Result) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	var inner bytes.Buffer
	if err := xml.NewEncoder(&inner).EncodeElement(r.result, xml.StartElement{Name: xml.Name{Local: "result"}}); err != nil {
		return err
	}
	content := bytes.TrimSuffix(bytes.TrimPrefix(inner.Bytes(), []byte("<result>")), []byte("</result>"))
	return e.EncodeElement(struct {
		Content []byte `xml:",innerxml"`
	}{Content: append([]byte("<requestId>"+r.requestID+"</requestId>"), content...)}, start)
}

// refuse writes an error.
func (p protocol) refuse(w http.ResponseWriter, requestID string, err error) {
	var refusal *Error
	if !errors.As(err, &refusal) {
		refusal = &Error{Status: http.StatusInternalServerError, Code: "InternalError", Message: err.Error()}
	}
	status := refusal.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	blame := "Sender"
	if status >= 500 {
		blame = "Receiver"
	}
	write(w, status, requestID, p.encodeError(blame, requestID, refusal))
}

func (p protocol) encodeError(blame, requestID string, e *Error) []byte {
	if p.ec2 {
		body, _ := xml.Marshal(struct {
			XMLName   xml.Name `xml:"Response"`
			Code      string   `xml:"Errors>Error>Code"`
			Message   string   `xml:"Errors>Error>Message"`
			RequestID string
		}{Code: e.Code, Message: e.Message, RequestID: requestID})
		return body
	}
	body, _ := xml.Marshal(struct {
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestId string
	}{Namespace: p.namespace, Type: blame, Code: e.Code, Message: e.Message, RequestId: requestID})
	return body
}

func write(w http.ResponseWriter, status int, requestID string, body []byte) {
	w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
	w.Header().Set("x-amzn-RequestId", requestID)
	w.WriteHeader(status)
	w.Write([]byte(xml.Header))
	w.Write(body)
}
