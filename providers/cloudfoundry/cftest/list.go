package cftest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// filters are the query parameters by which a list can be narrowed, and what
// each looks at. A thing fits if one of the values is among those asked for.
type filters[P any] map[string]func(P) []string

// general are the parameters of all lists.
var general = []string{"page", "per_page", "order_by", "label_selector", "guids", "include"}

// list answers with a page of those that fit.
func list[P interface{ base() *object }](r *request, all []P, by filters[P], view func(P) doc) (answer, error) {
	q := r.URL.Query()
	for name := range q {
		if _, known := by[name]; !known && !slices.Contains(general, name) {
			return answer{}, badQuery("Unknown query parameter(s): '%s'", name)
		}
	}
	var fit []P
	for _, item := range all {
		if fits(q, item, by) {
			fit = append(fit, item)
		}
	}
	switch q.Get("order_by") {
	case "", "created_at", "+created_at":
	case "-created_at":
		slices.Reverse(fit)
	default:
		return answer{}, badQuery("Order by can only be: 'created_at'")
	}
	return page(r, fit, view)
}

func fits[P interface{ base() *object }](q url.Values, item P, by filters[P]) bool {
	if selector := q.Get("label_selector"); selector != "" && !selects(selector, item.base().metadata.Labels) {
		return false
	}
	if q.Has("guids") && !slices.Contains(strings.Split(q.Get("guids"), ","), item.base().guid) {
		return false
	}
	for name, values := range by {
		if !q.Has(name) {
			continue
		}
		asked := strings.Split(q.Get(name), ",")
		if !slices.ContainsFunc(values(item), func(v string) bool { return slices.Contains(asked, v) }) {
			return false
		}
	}
	return true
}

// mostPerPage is the Cloud Controller's.
const mostPerPage = 5000

func page[P any](r *request, all []P, view func(P) doc) (answer, error) {
	number, err := positive(r, "page", 1)
	if err != nil {
		return answer{}, err
	}
	size, err := positive(r, "per_page", 50)
	if err != nil || size > mostPerPage {
		return answer{}, badQuery("Per page must be between 1 and %d", mostPerPage)
	}
	pages := max(1, (len(all)+size-1)/size)
	link := func(n int) any {
		if n < 1 || n > pages {
			return nil
		}
		q := r.URL.Query()
		q.Set("page", strconv.Itoa(n))
		q.Set("per_page", strconv.Itoa(size))
		return doc{"href": r.url + r.URL.Path + "?" + q.Encode()}
	}
	resources := []doc{}
	for _, item := range all[min(len(all), (number-1)*size):min(len(all), number*size)] {
		resources = append(resources, view(item))
	}
	return ok(doc{"resources": resources, "pagination": doc{"total_results": len(all), "total_pages": pages,
		"first": link(1), "last": link(pages), "next": link(number + 1), "previous": link(number - 1)}})
}

func positive(r *request, name string, otherwise int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, badQuery("%s must be a positive integer", name)
	}
	return n, nil
}

func badQuery(text string, args ...any) error {
	return &refusal{http.StatusBadRequest, 10005, "CF-BadQueryParameter", "The query parameter is invalid: " + fmt.Sprintf(text, args...)}
}

// view is what all things show, with what one has of its own.
func (o *object) view(r *request, path string, own doc) doc {
	own["guid"], own["created_at"], own["updated_at"] = o.guid, stamp(o.created), stamp(o.updated)
	own["metadata"] = o.metadata
	own["links"] = doc{"self": doc{"href": r.url + "/v3/" + path + "/" + o.guid}}
	return own
}

// one is a relationship to another thing.
func one(guid string) doc {
	if guid == "" {
		return doc{"data": nil}
	}
	return doc{"data": doc{"guid": guid}}
}

// toOne is a relationship as a request has it.
type toOne struct {
	Data *struct {
		GUID string `json:"guid"`
	} `json:"data"`
}

func (t *toOne) guid() string {
	if t == nil || t.Data == nil {
		return ""
	}
	return t.Data.GUID
}
