// Package respond answers one thing that a person did in Discord, so that Discord
// never waits in vain: it says within its time that an answer is coming, and brings
// it later. It knows Discord's ways to answer, and nothing of what is said.
//
// Discord takes the first answer for three seconds, and what follows for fifteen
// minutes. Who did it is the only one who sees an answer.
package respond

import (
	"context"
	"errors"
	"net/http"
	"time"

	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/web"
)

// Discord is who is answered to.
type Discord interface {
	Send(ctx context.Context, method, path string, in any, files []web.File, out any) error
}

// To is what is answered.
type To struct {
	App, ID, Token string
	At             time.Time // when it was heard
	Typed          bool      // a command, or what came of one: nothing was pressed in a message
	Quiet          bool      // until there is an answer nothing is shown: what was pressed stands in a message that turns
}

const (
	soon     = 2 * time.Second // of the three that Discord waits
	last     = 14*time.Minute + 30*time.Second
	patience = 10 * time.Second // for one request
	only     = 1 << 6           // of a message: one person sees it
)

// The kinds of first answer.
const (
	message      = 4
	coming       = 5
	comingTurned = 6
	turned       = 7
	choices      = 8
	window       = 9
)

// ErrLate means that Discord takes this answer no more.
var ErrLate = errors.New("discord: too late to answer")

type state int

const (
	fresh    state = iota
	awaited        // a placeholder is shown, which the answer takes the place of
	promised       // it was said that an answer comes, and nothing is shown
	answered
)

// Answer is the way to answer one thing. It is made by New.
type Answer struct {
	to    To
	way   Discord
	timer *time.Timer

	turn  chan struct{} // one answer at a time; a channel, as whoever waits may wait for the network
	state state
}

// New makes the way to answer, and says by itself that an answer is coming when it
// takes long. Who is done calls Close.
func New(d Discord, to To) *Answer {
	a := &Answer{to: to, way: d, turn: make(chan struct{}, 1)}
	a.timer = time.AfterFunc(max(soon-time.Since(to.At), 0), a.await)
	return a
}

// mine waits until no other answer is under way.
func (a *Answer) mine() (done func()) {
	a.turn <- struct{}{}
	return func() { <-a.turn }
}

// Close says by itself nothing any more.
func (a *Answer) Close() { a.timer.Stop() }

// await says that an answer is coming.
func (a *Answer) await() {
	defer a.mine()()
	if a.state == fresh {
		_ = a.promise(context.Background()) // what follows finds out
	}
}

// Promise says at once that an answer is coming. Only Discord's clock tells whether it
// still waits for one: ErrLate means that the person was told that it failed.
func (a *Answer) Promise(ctx context.Context) error {
	defer a.mine()()
	if a.state != fresh {
		return nil
	}
	err := a.promise(ctx)
	if web.Code(err) == web.CodeAnswered {
		a.state = answered
		return nil
	}
	return late(err)
}

func (a *Answer) promise(ctx context.Context) error {
	kind, data, then := coming, any(map[string]any{"flags": only}), awaited
	if a.to.Quiet {
		kind, data, then = comingTurned, nil, promised
	}
	err := a.post(ctx, kind, data, nil)
	a.state = then
	return err
}

// Opens reports whether a window can be opened still.
func (a *Answer) Opens() bool {
	defer a.mine()()
	return a.state == fresh
}

// private is a message that one person sees.
type private struct {
	draw.Message
	Flags int `json:"flags"`
}

// Show shows a message: as the first answer, in the place of the placeholder, or
// after what was answered already.
func (a *Answer) Show(ctx context.Context, m draw.Message, files ...web.File) error {
	defer a.mine()()
	switch a.state {
	case fresh:
		return a.first(ctx, message, private{m, only}, files)
	case awaited:
		a.state = answered
		return a.later(ctx, http.MethodPatch, "/messages/@original", m, files)
	}
	return a.later(ctx, http.MethodPost, "", private{m, only}, files)
}

// Turn has the message whose button was pressed show something else.
func (a *Answer) Turn(ctx context.Context, m draw.Message, files ...web.File) error {
	defer a.mine()()
	if a.state == fresh {
		return a.first(ctx, turned, m, files)
	}
	a.state = answered
	return a.later(ctx, http.MethodPatch, "/messages/@original", m, files)
}

// Window opens a window, which is possible as the first answer only.
func (a *Answer) Window(ctx context.Context, m draw.Modal) error {
	defer a.mine()()
	if a.state != fresh {
		return ErrLate
	}
	return a.first(ctx, window, m, nil)
}

// Choice is one thing that may stand in an option that somebody types.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Offer lists what may stand in an option.
func (a *Answer) Offer(ctx context.Context, all []Choice) error {
	defer a.mine()()
	if a.state != fresh {
		return ErrLate
	}
	if all == nil {
		all = []Choice{}
	}
	return a.first(ctx, choices, map[string]any{"choices": all}, nil)
}

// Nothing ends it without anything being shown. Where nothing was pressed, Discord
// takes no silence: then a placeholder is shown, and taken away.
func (a *Answer) Nothing(ctx context.Context) error {
	defer a.mine()()
	if a.state == fresh && a.to.Typed {
		if err := a.first(ctx, coming, map[string]any{"flags": only}, nil); err != nil {
			return err
		}
		a.state = awaited
	}
	switch a.state {
	case fresh:
		return a.first(ctx, comingTurned, nil, nil)
	case awaited:
		a.state = answered
		return a.later(ctx, http.MethodDelete, "/messages/@original", nil, nil)
	}
	return nil
}

// first makes the first answer. That it was made already means that its own answer
// was lost; whether it was made or not, Discord takes no other.
func (a *Answer) first(ctx context.Context, kind int, data any, files []web.File) error {
	err := a.post(ctx, kind, data, files)
	if web.Code(err) == web.CodeAnswered {
		return nil
	}
	return late(err)
}

func late(err error) error {
	if web.Code(err) == web.CodeUnknownInteraction {
		return ErrLate
	}
	return err
}

// post makes the first answer in one attempt, and says what Discord says.
func (a *Answer) post(ctx context.Context, kind int, data any, files []web.File) error {
	body := map[string]any{"type": kind}
	if data != nil {
		body["data"] = data
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	a.state = answered
	return a.way.Send(ctx, http.MethodPost, "/interactions/"+a.to.ID+"/"+a.to.Token+"/callback", body, files, nil)
}

// later makes any other answer.
func (a *Answer) later(ctx context.Context, method, path string, data any, files []web.File) error {
	if time.Since(a.to.At) > last {
		return ErrLate
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := a.way.Send(ctx, method, "/webhooks/"+a.to.App+"/"+a.to.Token+path, data, files, nil)
	switch web.Code(err) {
	case web.CodeUnknownInteraction, web.CodeBadToken:
		return ErrLate
	}
	return err
}
