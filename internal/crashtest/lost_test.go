package crashtest

import (
	"fmt"
	"net/url"
	"testing"
)

// TestLostAnswer: a form is refused because the conversation moved, and the answer
// that says so is lost. Who sends the same deed again is not told that it is done.
func TestLostAnswer(t *testing.T) {
	base := prepare(t)
	p := base.opens(t)
	room, thread := onAsked, base.threads[onAsked]
	list, err := p.messages(t.Context(), room, "", "")
	if err != nil {
		t.Fatal(err)
	}
	place := func(more url.Values) url.Values {
		more.Set("room", room)
		more.Set("thread", thread)
		return more
	}
	a, err := p.deed(t.Context(), theUser, "click", "click", place(url.Values{"verb": {"reply"}, "subject": {list[0].Card.Subject}}))
	if err != nil || a.Form == nil {
		t.Fatalf("no form: %+v, %v", a, err)
	}
	if err := base.tell(t.Context(), askedAccount, news{ID: "more", Author: "Jonas", Text: "more", InReplyTo: "first"}); err != nil {
		t.Fatal(err)
	}
	f := a.Form.Form
	for range 2 {
		a, err := p.deed(t.Context(), theUser, "submit", "submit", place(url.Values{
			"verb": {f.Verb}, "subject": {f.Subject}, "revision": {fmt.Sprint(f.Revision)}, "token": {f.Token}, "value.text": {"an answer"},
		}))
		if err != nil || !a.Refused || a.Form == nil {
			t.Errorf("answered %+v, %v; want the form once more", a, err)
		}
	}
	base.closes(t, p)
}
