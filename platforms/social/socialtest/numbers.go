package socialtest

import (
	"testing"

	"ponte/bot"
	"ponte/bot/act"
)

// Crowd is the public of a platform whose posts can be measured, which likes posts
// and talks below them. Each person likes a post once.
type Crowd interface {
	Like(post, who string)
	Below(post, author, text string)
}

// numbers measures posts: what is given is right, and what is not given stays so.
func numbers(t *testing.T, r Rig) {
	m, ok := r.Adapter.(act.Measurer)
	if !ok {
		t.Skip("the adapter tells no numbers")
	}
	crowd, ok := r.World.(Crowd)
	if !ok {
		t.Fatal("the world of an adapter that tells numbers has to be a Crowd")
	}
	ref, quiet := carry(t, r, "key-1", act.Publish{Text: "a post"}).Ref, carry(t, r, "key-2", act.Publish{Text: "another"}).Ref
	before := measure(t, r, m, ref)
	expect(t, "of a new post", before, 0, 0)
	crowd.Like(ref, "Ada")
	crowd.Like(ref, "Bob")
	crowd.Like(ref, "Ada")
	crowd.Below(ref, "Ada", "lovely")
	after := measure(t, r, m, ref)
	expect(t, "of one that two like and one answers", after, 2, 1)
	expect(t, "of the other post", measure(t, r, m, quiet), 0, 0)
	for name, pair := range map[string][2]*int{
		"likes": {before.Likes, after.Likes}, "replies": {before.Replies, after.Replies},
		"shares": {before.Shares, after.Shares}, "views": {before.Views, after.Views},
	} {
		if (pair[0] == nil) != (pair[1] == nil) {
			t.Errorf("%s are given once and once not", name)
		}
	}
	if after == (bot.Numbers{}) {
		t.Error("the adapter can be measured and gives no number")
	}
	if _, err := m.Measure(t.Context(), r.At, "nothing"); bot.KindOf(err) != bot.NotFound {
		t.Errorf("of what never was: %v, want %s", err, bot.NotFound)
	}
	other := r.At
	other.Space += "x"
	if n, err := m.Measure(t.Context(), other, ref); err == nil {
		t.Errorf("of another account: %+v", n)
	}
}

func measure(t *testing.T, r Rig, m act.Measurer, ref string) bot.Numbers {
	t.Helper()
	n, err := m.Measure(t.Context(), r.At, ref)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func expect(t *testing.T, of string, n bot.Numbers, likes, replies int) {
	t.Helper()
	if n.Likes != nil && *n.Likes != likes {
		t.Errorf("%d likes %s, want %d", *n.Likes, of, likes)
	}
	if n.Replies != nil && *n.Replies != replies {
		t.Errorf("%d replies %s, want %d", *n.Replies, of, replies)
	}
	for _, v := range []*int{n.Shares, n.Views} {
		if v != nil && *v < 0 {
			t.Errorf("%d shares or views %s", *v, of)
		}
	}
}
