package bot

import (
	"errors"
	"fmt"
	"time"
)

// Kind sorts errors by what follows from them: what the person reads, whether
// the act is tried again, and the label in metrics.
type Kind string

// The kinds of error.
const (
	Invalid     Kind = "invalid"      // the input is wrong; the same input fails again
	Denied      Kind = "denied"       // the person may not
	NotFound    Kind = "not found"    // the thing is not there, or no more
	Conflict    Kind = "conflict"     // the thing moved meanwhile
	RateLimited Kind = "rate limited" // nothing happened; again after RetryAfter
	Unavailable Kind = "unavailable"  // nothing happened, proven; may be tried again
	Ambiguous   Kind = "unknown"      // it may or may not have happened
	Internal    Kind = "internal"     // ours; the person gets a reference number
)

// Final reports whether the same act would be refused again as things stand.
func (k Kind) Final() bool { return k == Invalid || k == Denied || k == NotFound || k == Conflict }

// Error is an error that a person can be told of. Key names a sentence in the
// catalogues; Args fills it. Err is the cause, for the log only.
type Error struct {
	Kind       Kind              `json:"kind"`
	Key        string            `json:"key"`
	Args       map[string]string `json:"args,omitempty"`
	Field      string            `json:"field,omitempty"`       // the input it is about, if one
	RetryAfter time.Duration     `json:"retry_after,omitempty"` // in nanoseconds
	Parks      Scope             `json:"parks,omitempty"`       // what RetryAfter holds back
	Err        error             `json:"-"`
}

// Scope says how much a Retry-After holds back.
type Scope string

// What a Retry-After can park.
const (
	ParksLane    Scope = ""        // this lane only
	ParksBudget  Scope = "budget"  // the channel or account's rate
	ParksAccount Scope = "account" // everything through the platform's account or workspace
)

// Errorf makes an Error of a kind with the sentence key and pairs of argument name and value.
func Errorf(kind Kind, key string, pairs ...string) *Error {
	e := &Error{Kind: kind, Key: key}
	for i := 0; i+1 < len(pairs); i += 2 {
		if e.Args == nil {
			e.Args = map[string]string{}
		}
		e.Args[pairs[i]] = pairs[i+1]
	}
	return e
}

// Because returns the error with its cause.
func (e *Error) Because(err error) *Error { e.Err = err; return e }

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s %v: %v", e.Kind, e.Key, e.Args, e.Err)
	}
	if len(e.Args) > 0 {
		return fmt.Sprintf("%s: %s %v", e.Kind, e.Key, e.Args)
	}
	return fmt.Sprintf("%s: %s", e.Kind, e.Key)
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err; anything untyped is Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Asked reports whether err is a person's to read as it stands, rather than an internal one.
func Asked(err error) (*Error, bool) {
	e, ok := errors.AsType[*Error](err)
	return e, ok && e.Kind != Internal
}
