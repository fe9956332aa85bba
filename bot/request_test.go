package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRequestMoves(t *testing.T) {
	states := []RequestState{Awaiting, Agreed, Refused, Returned, Superseded, Lapsed, Void, ""}
	want := map[RequestState]string{
		Awaiting: "approved, rejected, changes wanted, superseded, lapsed, void",
		Agreed:   "asked, superseded, lapsed, void",
	}
	for _, from := range states {
		var allowed []string
		for _, to := range states {
			r := Request{State: from}
			if err := r.Move(to); err == nil && r.State == to {
				allowed = append(allowed, string(to))
			} else if KindOf(err) != Conflict || r.State != from {
				t.Errorf("%s to %s: %v, and it is %s", from, to, err, r.State)
			}
		}
		if got := strings.Join(allowed, ", "); got != want[from] {
			t.Errorf("%s may become %s, want %s", from, got, want[from])
		}
		if r := (Request{State: from}); r.Over() != (want[from] == "") {
			t.Errorf("%s is over: %v", from, r.Over())
		}
	}
}

// One person has one word; the same again keeps its place and its time.
func TestRequestHears(t *testing.T) {
	at := func(n int) time.Time { return time.Date(2026, 11, 27, 12, n, 0, 0, time.UTC) }
	var r Request
	for n, d := range []Decision{
		{Who: "ana", Yes: true, How: "button"}, {Who: "bo", Yes: true}, {Who: "ana", Yes: true, How: "reaction"},
		{Who: "bo", Yes: true, Off: true}, {Who: "cy"}, {Who: "bo", Yes: true},
	} {
		d.At = at(n)
		before := fmt.Sprint(r.Decisions)
		kept := r
		r.Hear(&Brand{}, d)
		if fmt.Sprint(kept.Decisions) != before {
			t.Error("it changed what a copy holds")
		}
	}
	want := []Decision{{Who: "ana", Yes: true, How: "reaction", At: at(0)}, {Who: "cy", At: at(4)}, {Who: "bo", Yes: true, At: at(5)}}
	if diff := cmp.Diff(want, r.Decisions); diff != "" {
		t.Error(diff)
	}
	if w, ok := r.Word(&Brand{}, "cy"); !ok || w.Yes {
		t.Errorf("cy says %+v, %v", w, ok)
	}
	if _, ok := r.Word(&Brand{}, "dee"); ok {
		t.Error("dee said nothing")
	}
}

func TestAgreeing(t *testing.T) {
	brand := func(quorum int, self bool) *Brand {
		return &Brand{
			People:    []Person{{ID: "ana", Roles: []Role{Approver}}, {ID: "bo", Roles: []Role{Approver}}, {ID: "cy", Roles: []Role{Approver}}, {ID: "dee", Roles: []Role{Manager}}},
			Approvals: Approvals{Quorum: map[Matter]int{PostMatter: quorum}, Self: self},
		}
	}
	for _, c := range []struct {
		says    string
		quorum  int
		self    bool
		yes, no int
		has     bool
	}{
		{"", 1, false, 0, 0, false}, {"", 0, false, 0, 0, true}, {"bo+", 1, false, 1, 0, true}, {"bo+", 2, false, 1, 0, false},
		{"bo+ cy+", 2, false, 2, 0, true}, {"bo+ bo+", 2, false, 1, 0, false}, {"bo+ cy-", 1, false, 1, 1, false}, {"bo+ bo-", 1, false, 0, 1, false},
		{"bo- bo+", 1, false, 1, 0, true}, {"bo- bo~", 0, false, 0, 0, true}, {"bo+ bo~", 1, false, 0, 0, false}, {"bo+ bo~ bo+", 1, false, 1, 0, true},
		{"ana+", 1, false, 0, 0, false}, {"ana+", 1, true, 1, 0, true}, {"ana- bo+", 1, false, 1, 0, true}, {"dee+", 1, false, 0, 0, false}, {"eve+", 1, false, 0, 0, false},
	} {
		b := brand(c.quorum, c.self)
		r := Request{Matter: PostMatter, By: "ana", State: Agreed}
		for _, s := range strings.Fields(c.says) {
			who, says := PersonID(s[:len(s)-1]), s[len(s)-1]
			w, _ := r.Word(b, who)
			r.Hear(b, Decision{Who: who, Yes: says == '+' || says == '~' && w.Yes, Off: says == '~'})
		}
		if yes, no := r.Agreeing(b); yes != c.yes || no != c.no || r.Has(b) != c.has {
			t.Errorf("%q of %d: %d yes, %d no, has it: %v", c.says, c.quorum, yes, no, r.Has(b))
		}
		if r.State = Awaiting; r.Has(b) {
			t.Errorf("%q has its quorum while it is asked", c.says)
		}
	}
}
