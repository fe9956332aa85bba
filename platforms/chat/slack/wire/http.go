package wire

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/slack-go/slack"
)

const maxBody = 4 << 20 // bytes of a request

// Secrets lists the signing secrets of the apps that may deliver, by the app's name.
type Secrets func() map[string]string

// Handler takes what Slack delivers over HTTP: events, commands and interactions,
// all on one address. A request counts only when it is signed with one of the
// secrets, within five minutes, and once.
func (d *Desk) Handler(secrets Secrets) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "only POST", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "unreadable", http.StatusBadRequest)
			return
		}
		app, ok := signer(r.Header, body, secrets())
		if !ok {
			w.Header().Set("X-Slack-No-Retry", "1")
			http.Error(w, "not signed by Slack", http.StatusUnauthorized)
			return
		}
		d.serve(w, r, app, body)
	})
}

// signer finds whose secret a request is signed with. Every secret is tried, so
// that the time it takes tells nothing.
func signer(h http.Header, body []byte, secrets map[string]string) (app string, ok bool) {
	for name, secret := range secrets {
		v, err := slack.NewSecretsVerifier(h, secret)
		if err != nil {
			continue
		}
		_, _ = v.Write(body) // a hash takes everything
		if v.Ensure() == nil && (!ok || name < app) {
			app, ok = name, true
		}
	}
	return app, ok
}

func (d *Desk) serve(w http.ResponseWriter, r *http.Request, app string, body []byte) {
	in, id, err := read(r.Header, body)
	if err != nil {
		w.Header().Set("X-Slack-No-Retry", "1")
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	if challenge, asked := verification(in); asked {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, challenge) // who asked has hung up, if not
		return
	}
	in.App = app
	answered := make(chan any, 1)
	taken := make(chan bool, 1)
	go func() { taken <- d.take(id, in, func(payload any) { answered <- payload }) }()
	select {
	case payload := <-answered:
		answer(w, payload)
		return
	case <-taken:
	}
	select {
	case payload := <-answered:
		answer(w, payload)
	default:
		http.Error(w, "not taken", http.StatusServiceUnavailable)
	}
}

func answer(w http.ResponseWriter, payload any) {
	if payload == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	body, err := json.Marshal(payload)
	if err != nil {
		http.Error(w, "not answered", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // who asked has hung up, if not
}

var errStrange = errors.New("not a delivery of Slack's")

// read tells what a request brings, and by what id it is one: an event by its own,
// anything else by its signature, which no second request has.
func read(h http.Header, body []byte) (in Delivery, id string, err error) {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	signature := "signed/" + h.Get("X-Slack-Signature")
	if kind == "application/json" {
		if !json.Valid(body) {
			return in, "", errStrange
		}
		if id = eventID(body); id == "" {
			return Delivery{Kind: Event, Payload: body}, signature, nil
		}
		return Delivery{Kind: Event, Payload: body}, "event/" + id, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return in, "", errStrange
	}
	switch {
	case json.Valid([]byte(form.Get("payload"))):
		return Delivery{Kind: Interaction, Payload: []byte(form.Get("payload"))}, signature, nil
	case form.Get("command") != "":
		fields := map[string]string{}
		for name := range form {
			fields[name] = form.Get(name)
		}
		payload, err := json.Marshal(fields)
		return Delivery{Kind: Command, Payload: payload}, signature, err
	}
	return in, "", errStrange
}

// verification reads the question by which Slack makes sure that the address is ours.
func verification(in Delivery) (challenge string, asked bool) {
	var q struct{ Type, Challenge string }
	if in.Kind != Event || json.Unmarshal(in.Payload, &q) != nil || q.Type != "url_verification" {
		return "", false
	}
	return q.Challenge, true
}
