package rest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"sort"
	"strconv"
	"strings"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
)

// handler does what a route is for; a nil body is answered with 204.
type handler func(*call) (any, error)

// call is one request on its way.
type call struct {
	api     *API
	request *Request
	http    *http.Request
	route   string
	do      handler
	bad     error
	shared  bool // it was refused for a pace that others share
}

var notJSON = shape.No(400, 50109, "The request body contains invalid JSON.")

// read takes the body apart.
func (c *call) read() error {
	raw, err := io.ReadAll(io.LimitReader(c.http.Body, shape.BodyBytes+1))
	switch {
	case err != nil:
		return notJSON
	case len(raw) > shape.BodyBytes:
		return shape.No(413, 40005, "Request entity too large")
	case len(raw) == 0:
		return nil
	}
	media, _, err := mime.ParseMediaType(c.http.Header.Get("Content-Type"))
	switch {
	case err == nil && media == "application/json":
		if json.Unmarshal(raw, &c.request.Body) != nil {
			return notJSON
		}
		return nil
	case err == nil && media == "multipart/form-data":
		return c.parts(raw)
	}
	return shape.No(400, 50035, "Invalid Form Body")
}

// parts reads payload_json and the files beside it.
func (c *call) parts(raw []byte) error {
	c.http.Body = io.NopCloser(bytes.NewReader(raw))
	if c.http.ParseMultipartForm(shape.BodyBytes) != nil {
		return shape.No(400, 50035, "Invalid Form Body")
	}
	if payload := c.http.MultipartForm.Value["payload_json"]; len(payload) > 0 {
		if json.Unmarshal([]byte(payload[0]), &c.request.Body) != nil {
			return notJSON
		}
	}
	for key, headers := range c.http.MultipartForm.File {
		if !strings.HasPrefix(key, "files[") || !strings.HasSuffix(key, "]") {
			continue
		}
		for _, h := range headers {
			part, err := h.Open()
			if err != nil {
				return notJSON
			}
			data, err := io.ReadAll(part)
			if part.Close() != nil || err != nil {
				return notJSON
			}
			c.request.Files = append(c.request.Files, guild.Upload{Key: key, Name: h.Filename, Type: h.Header.Get("Content-Type"), Data: data})
		}
	}
	sort.Slice(c.request.Files, func(i, j int) bool { return c.request.Files[i].Key < c.request.Files[j].Key })
	return nil
}

// obj is the body as an object; none is an empty one.
func (c *call) obj() Obj {
	if o := c.request.Obj(); o != nil {
		return o
	}
	return Obj{}
}

func (c *call) at(name string) string { return c.http.PathValue(name) }

// limit reads how many are asked for.
func (c *call) limit(missing, least, most int) (int, error) {
	text := c.http.URL.Query().Get("limit")
	if text == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(text)
	field := shape.Field{Path: "limit", Code: "NUMBER_TYPE_COERCE", Message: "Value \"" + text + "\" is not int."}
	switch {
	case err != nil:
	case n < least:
		field.Code, field.Message = "NUMBER_TYPE_MIN", "int value should be greater than or equal to "+strconv.Itoa(least)+"."
	case n > most:
		field.Code, field.Message = "NUMBER_TYPE_MAX", "int value should be less than or equal to "+strconv.Itoa(most)+"."
	default:
		return n, nil
	}
	return 0, shape.Form(field)
}

// snowflake reads an id of the query; it may be missing.
func (c *call) snowflake(key string) (string, error) {
	id := c.http.URL.Query().Get(key)
	if id != "" && !shape.Snowflake(id) {
		return "", shape.Form(shape.Field{Path: key, Code: "NUMBER_TYPE_COERCE", Message: "Value \"" + id + "\" is not snowflake."})
	}
	return id, nil
}
