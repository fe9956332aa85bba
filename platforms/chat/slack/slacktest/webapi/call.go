package webapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ponte/platforms/chat/slack/slacktest/ground"
)

// largest is how many bytes a call may have; uploads are as large as files.
const largest = 64 << 20

// call is one request on its way.
type call struct {
	api      *API
	request  *Request
	http     *http.Request
	kind     string // media type, with its charset
	token    string
	inHeader bool
	args     map[string]string
	scopes   []string
}

// read takes a request apart.
func read(a *API, r *http.Request) (*call, error) {
	name, isMethod := strings.CutPrefix(r.URL.Path, "/api/")
	if !isMethod {
		name = r.URL.Path
	}
	c := &call{api: a, http: r, kind: r.Header.Get("Content-Type"), args: map[string]string{}}
	c.request = &Request{Method: name, Args: c.args, Header: r.Header.Clone(), At: a.now(), Status: http.StatusOK}
	body, err := io.ReadAll(io.LimitReader(r.Body, largest))
	if err != nil {
		return c, refuse("request_timeout")
	}
	c.request.Body = body
	c.token, c.inHeader = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isMethod {
		return c, nil
	}
	if err := c.arguments(body); err != nil {
		return c, err
	}
	if !c.inHeader {
		c.token = c.args["token"]
	}
	delete(c.args, "token")
	return c, nil
}

// arguments reads what a method is called with, from the address and the body.
func (c *call) arguments(body []byte) error {
	c.form(c.http.URL.Query())
	media, params, err := mime.ParseMediaType(c.kind)
	if len(body) == 0 {
		return nil
	}
	switch {
	case err != nil:
		return refuse("missing_post_type")
	case media == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return refuse("invalid_form_data")
		}
		c.form(values)
	case media == "multipart/form-data":
		c.http.Body = io.NopCloser(bytes.NewReader(body))
		if params["boundary"] == "" || c.http.ParseMultipartForm(largest) != nil {
			return refuse("invalid_form_data")
		}
		c.form(url.Values(c.http.MultipartForm.Value))
	case media == "application/json":
		var values map[string]json.RawMessage
		if json.Unmarshal(body, &values) != nil {
			return refuse("invalid_json")
		}
		for key, raw := range values {
			if key != "token" {
				c.args[key] = unquoted(raw)
			}
		}
	default:
		return refuse("invalid_post_type")
	}
	return nil
}

func (c *call) form(values url.Values) {
	for key := range values {
		c.args[key] = values.Get(key)
	}
}

// unquoted is a JSON string's text, or any other value as JSON.
func unquoted(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

func (c *call) str(key string) string { return c.args[key] }

func (c *call) has(key string) bool { _, ok := c.args[key]; return ok }

func (c *call) yes(key string) bool {
	on, _ := strconv.ParseBool(c.args[key])
	return on
}

// on is a switch that is on unless it is turned off.
func (c *call) on(key string) bool { return !c.has(key) || c.yes(key) }

func (c *call) number(key string) int {
	n, _ := strconv.Atoi(c.args[key])
	return n
}

func (c *call) json(key string) json.RawMessage {
	if c.args[key] == "" {
		return nil
	}
	return json.RawMessage(c.args[key])
}

// need returns what is missing among the arguments.
func (c *call) need(keys ...string) error {
	for _, key := range keys {
		if c.args[key] == "" {
			return missing(key)
		}
	}
	return nil
}

// next is what an answer says of the page after it.
func next(cursor string) map[string]any { return map[string]any{"next_cursor": cursor} }

// raw finds who answers an address that is no method of the Web API.
func (c *call) raw() func(*call, http.ResponseWriter) {
	path := c.http.URL.Path
	switch {
	case strings.HasPrefix(path, "/hooks/"):
		return (*call).respond
	case strings.HasPrefix(path, "/upload/v1/"):
		return (*call).upload
	case strings.HasPrefix(path, "/files-pri/"):
		return (*call).download
	case !strings.HasPrefix(path, "/api/"):
		return func(c *call, w http.ResponseWriter) { c.plain(w, http.StatusNotFound, "no such address") }
	}
	return nil
}

func (c *call) plain(w http.ResponseWriter, status int, text string) {
	w.WriteHeader(status)
	c.api.ended(c.request, status, "")
	_, _ = io.WriteString(w, text)
}

// respond takes a post to a response address.
func (c *call) respond(w http.ResponseWriter) {
	err := c.api.Workspace.Respond(strings.TrimPrefix(c.http.URL.Path, "/hooks/"), c.request.Body)
	switch no, refused := errors.AsType[*ground.Refusal](err); {
	case err == nil:
		c.plain(w, http.StatusOK, "ok")
	case refused && strings.HasSuffix(no.Code, "_url"):
		c.finish(w, http.StatusNotFound, nil, err)
	default:
		c.finish(w, http.StatusBadRequest, nil, err)
	}
}
