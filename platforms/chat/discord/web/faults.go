package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
)

// The codes of Discord's that mean something to Ponte.
const (
	CodeUnknownChannel     = 10003
	CodeUnknownGuild       = 10004
	CodeUnknownMember      = 10007
	CodeUnknownMessage     = 10008
	CodeUnknownRole        = 10011
	CodeUnknownInteraction = 10062
	CodeTooManyReactions   = 30010
	CodeTooManyEdits       = 30046 // of a message that is more than an hour old
	CodeTooLarge           = 40005
	CodeAnswered           = 40060 // the interaction was answered already
	CodeThreadIsThere      = 40058 // a forum's message cannot get a thread
	CodeNoAccess           = 50001
	CodeNotOurs            = 50005 // a message of somebody else cannot be edited
	CodeEmpty              = 50006
	CodeNoPermission       = 50013
	CodeBadToken           = 50027 // of an interaction
	CodeInvalid            = 50035
	CodeArchived           = 50083
	CodeHasThread          = 160004
	CodeLocked             = 160005
	CodeTooManyThreads     = 160006
)

// Fault says what came of a request that did not succeed.
type Fault struct {
	Status, Code int               // 0: there was no answer, or it has no code
	Message      string            // Discord's, or what happened
	Errors       map[string]string // what is wrong, by the field's path: "embeds.0.description"
	RetryAfter   time.Duration     // of a 429
	Scope        string            // of a 429: user, shared, global or cloudflare; guard: Ponte asks nothing by itself
	Ambiguous    bool              // it may have happened nevertheless

	strange bool // it did not come from Discord's interface, but from something before it
	err     error
}

func (f *Fault) Error() string {
	var all []string
	for _, path := range slices.Sorted(maps.Keys(f.Errors)) {
		all = append(all, path+": "+f.Errors[path])
	}
	text := strings.TrimSuffix(f.Message+" ("+strings.Join(all, "; ")+")", " ()")
	if f.Status != 0 {
		text = fmt.Sprintf("%d %d %s", f.Status, f.Code, text)
	}
	if f.err != nil {
		text += ": " + f.err.Error()
	}
	return "discord: " + text
}

func (f *Fault) Unwrap() error { return f.err }

func limited(wait time.Duration, scope, why string) *Fault {
	return &Fault{Status: http.StatusTooManyRequests, Message: why, RetryAfter: max(wait, 10*time.Millisecond), Scope: scope}
}

// unsent says that Discord was never reached.
func unsent(why string, err error) *Fault { return &Fault{Message: why, err: err} }

// unclear says that nobody knows what happened.
func unclear(why string, err error) *Fault { return &Fault{Message: why, err: err, Ambiguous: true} }

// How long is waited when nobody says how long. Whoever is shut out for too many
// requests makes it worse by asking on.
const (
	unsaid  = 5 * time.Second
	shutOut = 10 * time.Minute
	edited  = 5 * time.Minute // a message of more than an hour ago too often
)

// read finds out what an answer says that is not a success.
func read(resp *http.Response, text []byte) *Fault {
	f := &Fault{Status: resp.StatusCode, Message: http.StatusText(resp.StatusCode), Scope: resp.Header.Get("X-RateLimit-Scope")}
	var said struct {
		Code       int             `json:"code"`
		Message    string          `json:"message"`
		RetryAfter float64         `json:"retry_after"`
		Global     bool            `json:"global"`
		Errors     json.RawMessage `json:"errors"`
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	f.strange = kind != "application/json" || json.Unmarshal(text, &said) != nil
	if !f.strange {
		f.Code, f.Message = said.Code, short(cmp.Or(said.Message, f.Message))
		f.Errors = map[string]string{}
		flatten(said.Errors, "", f.Errors, 0)
	}
	f.Ambiguous = resp.StatusCode >= 500 || resp.StatusCode < 400
	if resp.StatusCode == http.StatusTooManyRequests {
		f.waits(resp.Header, said.RetryAfter, said.Global)
	}
	return f
}

// waits reads how long a 429 asks to wait.
func (f *Fault) waits(h http.Header, after float64, global bool) {
	if wait, ok := seconds(strconv.FormatFloat(after, 'f', -1, 64)); ok && after > 0 {
		f.RetryAfter = wait
	} else if wait, ok := seconds(h.Get("Retry-After")); ok && wait > 0 {
		f.RetryAfter = wait
	}
	switch {
	case f.strange: // Cloudflare's page, before Discord: the address is shut out
		f.Scope, f.RetryAfter = "cloudflare", max(f.RetryAfter, shutOut)
	case global || h.Get("X-RateLimit-Global") == "true":
		f.Scope = "global"
	case f.Code == CodeTooManyEdits:
		f.RetryAfter = max(f.RetryAfter, edited)
	}
	f.RetryAfter = cmp.Or(f.RetryAfter, unsaid)
	f.Scope = cmp.Or(f.Scope, "user")
}

const (
	maxFaults = 50
	maxShort  = 300
)

func short(s string) string {
	if len(s) > maxShort {
		s = strings.ToValidUTF8(s[:maxShort], "") + "…"
	}
	return s
}

// flatten lists what is wrong by the path of the field.
func flatten(raw json.RawMessage, path string, into map[string]string, depth int) {
	var all map[string]json.RawMessage
	if len(raw) == 0 || depth > 12 || json.Unmarshal(raw, &all) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name != "_errors" {
			flatten(all[name], strings.TrimPrefix(path+"."+name, "."), into, depth+1)
			continue
		}
		var list []struct{ Code, Message string }
		if json.Unmarshal(all[name], &list) == nil && len(list) > 0 && len(into) < maxFaults {
			into[cmp.Or(path, "_")] = short(list[0].Code + " " + list[0].Message)
		}
	}
}

// FaultOf returns the fault that err is, and whether it is one.
func FaultOf(err error) (*Fault, bool) { return errors.AsType[*Fault](err) }

// Code returns the code that Discord refused something with; 0 for any other error.
func Code(err error) int {
	if f, ok := FaultOf(err); ok {
		return f.Code
	}
	return 0
}

// Kind says what an error proves. RateLimited and Unavailable: nothing happened.
// Invalid, Denied, NotFound and Conflict: it is refused for good. Ambiguous leaves it open.
func Kind(err error) bot.Kind {
	f, ok := FaultOf(err)
	switch {
	case !ok || f.Ambiguous:
		return bot.Ambiguous
	case f.Status == http.StatusTooManyRequests || f.Code == CodeTooManyEdits:
		return bot.RateLimited
	case f.Status == 0 || f.strange: // a refusal by something before Discord: it was not asked
		return bot.Unavailable
	}
	switch f.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return bot.Denied
	case http.StatusNotFound:
		return bot.NotFound
	}
	switch f.Code {
	case CodeArchived, CodeHasThread, CodeAnswered, CodeTooManyThreads, CodeTooManyReactions:
		return bot.Conflict
	case CodeLocked, CodeNoAccess, CodeNoPermission, CodeNotOurs:
		return bot.Denied
	case CodeUnknownChannel, CodeUnknownMessage, CodeUnknownGuild:
		return bot.NotFound
	}
	return bot.Invalid
}
