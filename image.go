package gennaker

import "time"

// Image is what instances start from.
type Image struct {
	Location
	ID      string            `json:"imageId"`
	Name    string            `json:"imageName,omitempty"`
	Created time.Time         `json:"created,omitzero"`
	Tags    map[string]string `json:"tags,omitempty"`
}

// ImageQuery narrows a search for images; empty fields match everything.
type ImageQuery struct {
	Location
	IDs  []string          `json:"imageIds,omitempty"`
	Name string            `json:"imageName,omitempty"` // * stands for any text
	Tags map[string]string `json:"tags,omitempty"`      // all of them
}

// TagImage asks to put tags on an image.
type TagImage struct {
	Location
	ID   string            `json:"imageId"`
	Tags map[string]string `json:"tags"`
}
