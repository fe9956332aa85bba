package gate

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"ponte/bot"
)

// Misread says where a body stops being what was asked for.
func Misread(body []byte, err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return field(e.Field, bot.Errorf(bot.Invalid, "square.not_text"))
	}
	at := len(body)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = min(max(int(e.Offset)-1, 0), len(body))
	}
	line := bytes.Count(body[:at], []byte("\n")) + 1
	column := at - bytes.LastIndexByte(body[:at], '\n')
	return bot.Errorf(bot.Invalid, "square.not_json", "line", strconv.Itoa(line), "column", strconv.Itoa(column))
}

var statuses = map[bot.Kind]int{
	bot.Invalid: http.StatusBadRequest, bot.Denied: http.StatusForbidden, bot.NotFound: http.StatusNotFound,
	bot.Conflict: http.StatusConflict, bot.RateLimited: http.StatusTooManyRequests,
	bot.Unavailable: http.StatusServiceUnavailable, bot.Internal: http.StatusServiceUnavailable,
}

// Status is the status of an answer that tells an error.
func Status(e *bot.Error) int {
	switch e.Key {
	case "square.too_large":
		return http.StatusRequestEntityTooLarge
	case "square.wrong_type":
		return http.StatusUnsupportedMediaType
	}
	return statuses[e.Kind]
}

// Form reads a form as a page without a script sends it.
func Form(r *http.Request) (url.Values, error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, bot.Errorf(bot.Invalid, "square.wrong_type")
	}
	err := r.ParseForm()
	if _, large := errors.AsType[*http.MaxBytesError](err); err != nil && !large {
		err = bot.Errorf(bot.Invalid, "square.wrong_type").Because(err)
	}
	return r.PostForm, err
}
